import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

import argparse
def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--environment", choices=["staging", "production"], default="staging")
    parser.add_argument("--dry-run", action="store_true")
    args = parser.parse_args(argv)
    connector = {"staging": "stg", "production": "prd"}[args.environment]
    if args.dry_run:
        print("would deploy")
        return 0
    run("api", "--vpc-connector", connector, "--region=us-central1")
    return 0
if __name__ == "__main__":
    sys.exit(main())
