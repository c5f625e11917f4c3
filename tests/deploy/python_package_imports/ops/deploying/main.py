"""python -m ops.deploying.main [--dry-run] [--only NAME]"""

import argparse
import sys

from . import SERVICES, Gcloud
from .. import settings as defaults

IMAGE = f"us-docker.pkg.dev/{defaults.PROJECT}/apps"


def parse(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--only", choices=sorted(SERVICES))
    parser.add_argument("--tag", default="latest")
    return parser.parse_args(argv)


def main():
    args = parse()
    gcloud = Gcloud(dry_run=args.dry_run)
    for service in SERVICES.values():
        if args.only and service.name != args.only:
            continue
        gcloud.deploy(service, f"{IMAGE}/{service.name}:{args.tag}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
