#!/usr/bin/env python3
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "lib"))

import net.connectors as known
from common import *
from helpers import default_flags
import net.connectors

try:
    from local_overrides import EXTRA
except ImportError:
    EXTRA = []


def gcloud(*words):
    subprocess.check_call(["gcloud"] + list(words))


if __name__ == "__main__":
    gcloud("run", "deploy", "web", *flags_for("web"))
    gcloud("run", "deploy", "data", "--vpc-connector=" + known.BY_TEAM["data"], *default_flags())
    gcloud("run", "deploy", "main", "--vpc-connector", net.connectors.MAIN, "--region=" + REGION)
    gcloud("run", "deploy", "extra", *EXTRA, "--region", REGION)
