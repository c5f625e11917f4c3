"""Records of all kinds: named tuples, typed dicts, namespaces, enumerations, dataclasses."""

import collections
import dataclasses
import enum
import subprocess
from dataclasses import asdict, dataclass, field, replace
from types import SimpleNamespace
from typing import ClassVar, NamedTuple, Optional, TypedDict


class Target(NamedTuple):
    name: str
    connector: str = "main"
    region: str = "us-central1"


class Options(TypedDict, total=False):
    egress: str
    tags: list


class Egress(str, enum.Enum):
    ALL = "all-traffic"
    PRIVATE = "private-ranges-only"


@dataclass
class Job:
    name: str
    connector: Optional[str] = None
    flags: list = field(default_factory=list)
    DEFAULT: ClassVar[str] = "jobs"

    def __post_init__(self):
        if not self.connector:
            self.connector = f"{self.name}-{self.DEFAULT}"
        self.flags.append("--quiet")


@dataclass(frozen=True)
class Pool:
    name: str
    network: str
    subnet: str
    tags: tuple = ()

    def to_flags(self):
        made = ["--network", self.network, "--subnet", self.subnet]
        if self.tags:
            made.append("--network-tags=" + ",".join(self.tags))
        return made


def run(*words):
    subprocess.run(["gcloud", "run", *words], check=True)


for target in [Target("api"), Target("web", region="europe-west1"), Target(name="data", connector="data")]:
    run("deploy", target.name, "--vpc-connector", target.connector, "--region", target.region)

name, connector, _ = Target("unpacked")
run("deploy", name, "--vpc-connector", connector)

options: Options = {"egress": Egress.ALL.value}
options["egress"] = Egress["PRIVATE"].value
run("deploy", "typed", "--vpc-egress", options["egress"])

space = SimpleNamespace(name="space", connector="c1")
space.connector = "c2"
run("deploy", space.name, "--vpc-connector", space.connector)

job = Job("nightly")
other = replace(job, name="weekly", flags=[])
for each in (job, other):
    run("jobs", "update", each.name, "--vpc-connector", each.connector, *each.flags)
fields = asdict(Job("plain", connector="given"))
run("jobs", "update", fields["name"], "--vpc-connector", fields["connector"])

pool = Pool("consumers", "staging", "run", tags=("run", "egress"))
run("worker-pools", "update", pool.name, *pool.to_flags())
run("worker-pools", "update", "producers", *dataclasses.replace(pool, tags=()).to_flags())

Point = collections.namedtuple("Point", "name region")
point = Point("point", "us-east1")
run("deploy", point.name, "--region", point.region)
