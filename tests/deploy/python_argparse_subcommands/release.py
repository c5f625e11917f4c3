#!/usr/bin/env python3
"""Release tool of the storefront.

    release.py deploy checkout --region europe-west1
    release.py rollback checkout
    release.py migrate

The old way, kept for reference:

    gcloud run deploy checkout --vpc-connector old-connector --region us-central1
"""

import argparse
import os
import shlex
import subprocess
import sys

PROJECT = "acme-staging"
REGIONS = ("us-central1", "europe-west1")
SERVICES = {
    "checkout": {"connector": "shop", "egress": "private-ranges-only", "memory": "1Gi"},
    "catalog": {"connector": "shop", "egress": "all-traffic", "memory": "512Mi"},
    "emails": {"connector": None, "egress": None, "memory": "256Mi"},
}


class Runner:
    """Runs commands, or prints them."""

    def __init__(self, dry_run=False, verbose=False):
        self.dry_run = dry_run
        self.verbose = verbose
        self.log = []

    def __call__(self, *words):
        command = [str(word) for word in words]
        self.log.append(command)
        if self.verbose:
            print("$", shlex.join(command))
        if self.dry_run:
            print("would run:", " ".join(command))
            return 0
        else:
            return subprocess.call(command)


def base(service, args):
    return ["--project", PROJECT, "--region", args.region]


def vpc_flags(config):
    flags = []
    if config["connector"]:
        flags += ["--vpc-connector", config["connector"]]
        flags += ["--vpc-egress", config["egress"]]
    else:
        flags.append("--clear-vpc-connector")
    return flags


def cmd_deploy(args, run):
    names = list(SERVICES) if args.service == "all" else [args.service]
    for name, config in SERVICES.items():
        if name not in names:
            continue
        run("gcloud", "run", "deploy", name, *base(name, args), *vpc_flags(config), "--memory", config["memory"])
    return 0


def cmd_rollback(args, run):
    if args.revision is None:
        print("gcloud run services update-traffic needs a revision")
        return 1
    return run("gcloud", "run", "services", "update-traffic", args.service, f"--to-revisions={args.revision}=100",
               *base(args.service, args))


def cmd_migrate(args, run):
    # The job reaches the database through its own connector.
    return run("gcloud", "run", "jobs", "update", "migrate", "--vpc-connector", "jobs", *base("migrate", args))


def cmd_status(args, run):
    return run("gcloud", "run", "services", "describe", args.service, *base(args.service, args))


def cmd_unused(args, run):
    # Nobody registers this one.
    return run("gcloud", "run", "deploy", "unused", "--vpc-connector", "unused")


def build_parser():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", "--dry-run", action="store_true", help="print gcloud run deploy commands only")
    parser.add_argument("-v", "--verbose", action="count", default=0)
    parser.add_argument("--region", default="us-central1", choices=REGIONS)
    commands = parser.add_subparsers(dest="command", required=True)

    deploy = commands.add_parser("deploy", help="runs gcloud run deploy")
    deploy.add_argument("service", choices=[*SERVICES, "all"])
    deploy.set_defaults(run=cmd_deploy)

    rollback = commands.add_parser("rollback")
    rollback.add_argument("service", choices=list(SERVICES))
    rollback.add_argument("--revision")
    rollback.set_defaults(run=cmd_rollback)

    migrate = commands.add_parser("migrate")
    migrate.set_defaults(run=cmd_migrate)

    status = commands.add_parser("status")
    status.add_argument("service")
    status.set_defaults(run=cmd_status)
    return parser


def main(argv=None):
    args = build_parser().parse_args(argv)
    run = Runner(dry_run=args.dry_run, verbose=bool(args.verbose))
    return args.run(args, run)


if __name__ == "__main__":
    sys.exit(main())
