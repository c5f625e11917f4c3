import subprocess

STAGE = "staging"
match STAGE:
    case "prod" | "production":
        connector = "prod"
    case "staging":
        connector = "stage"
    case _:
        connector = "dev"
names = [f"svc-{suffix}" for suffix in "ab" if suffix != "c"]
regions = {name: "us-central1" if name.endswith("a") else "us-east1" for name in names}
[subprocess.run(["gcloud", "run", "deploy", name, "--region", regions[name], "--vpc-connector", connector])
 for name in names]
flags = [flag for pair in (("--network", "default"), ("--subnet", "apps")) for flag in pair]
subprocess.run(["gcloud", "run", "deploy", "direct", "--region", "us-central1", *flags, "--network-tags=web,db",
                "--vpc-egress=private-ranges-only", "--project", "acme-staging"])
