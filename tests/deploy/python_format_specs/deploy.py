"""Texts in every form of formatting."""

import os
import shlex
import subprocess
from string import Template

REGION = "us-central1"
INDEX = 7
WIDE = "ab"


def sh(command):
    subprocess.run(command, shell=True, check=True)


sh(f"gcloud run deploy svc-{INDEX:03d} --region {REGION!s}")
sh(f"gcloud run deploy pad-{WIDE:x<4} --vpc-connector {WIDE.upper().lower():s}")
sh("gcloud run deploy %s-%02d --region=%s" % ("old", INDEX, REGION))
sh("gcloud run deploy %(name)s --vpc-connector %(connector)s" % {"name": "mapped", "connector": "c1"})
sh("gcloud run deploy {0}-{1:02d} --region {region}".format("new", INDEX, region=REGION))
sh("gcloud run deploy {name} --vpc-connector {c[key]}".format(name="indexed", c={"key": "c2"}))
sh(" ".join(["gcloud", "run", "deploy", "joined", *map(shlex.quote, ["--vpc-connector", "c 3"])]))
sh(shlex.join(["gcloud", "run", "deploy", "quoted", "--vpc-connector", "a b"]))
subprocess.run(shlex.split(f"gcloud run deploy split --region {REGION} --vpc-connector 'c4'"), check=True)
sh("gcloud run deploy {}".format("positional") + " --vpc-egress {e}".format(e="all-traffic"))
sh("""
    gcloud run deploy multi \\
        --region {region} \\
        --vpc-connector c5
""".format(region=REGION))
sh(Template("gcloud run deploy $name --vpc-connector c6").substitute(name="template"))
sh(f"gcloud run deploy {'nested' if INDEX > 5 else 'other'} --vpc-connector {'-'.join(['c', str(INDEX)])}")
sh(f"gcloud run deploy {os.environ.get('NAME', 'named')} --vpc-connector c8")
sh(f"gcloud run deploy percent --labels=share={0.25:.0%} --vpc-connector c9")
sh(f"gcloud run deploy {INDEX=}".replace("INDEX=", "number-"))
sh("gcloud run deploy " + "UPPER".casefold() + " --vpc-connector " + "c_10".replace("_", "").zfill(5))
sh("gcloud run deploy {!r} --vpc-connector c11".format("repr"))
sh("gcloud run deploy " + "a/b/last".rsplit("/", 1)[-1] + " --vpc-connector " + "c12@x".partition("@")[0])
