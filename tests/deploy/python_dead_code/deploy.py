"""Deploys with gcloud run deploy."""
import subprocess


def deploy_old():
    subprocess.run(["gcloud", "run", "deploy", "old", "--vpc-connector", "legacy"])


def helper():
    deploy_old()


class Unused:
    def deploy(self):
        subprocess.run(["gcloud", "run", "deploy", "unused"])


def main():
    if False:
        deploy_old()
    for _ in []:
        helper()
    message = """
    gcloud run deploy in-a-text --vpc-connector x
    """
    print(message)
    subprocess.run(["echo", "gcloud", "run", "deploy", "echoed"])
    subprocess.run(["gcloud", "run", "services", "delete", "api", "--quiet"])
    subprocess.run(["gcloud", "run", "deploy", "--help"])
    return 0
    deploy_old()


if __name__ == "__main__":
    raise SystemExit(main())
