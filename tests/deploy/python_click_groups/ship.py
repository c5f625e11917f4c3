"""A click tool: `ship service api --region europe-west1`, `ship job`, `ship all`."""

import subprocess

import click

REGIONS = ["us-central1", "europe-west1"]


class State:
    def __init__(self, project, dry_run):
        self.project = project
        self.dry_run = dry_run

    def gcloud(self, *words):
        command = ["gcloud", *words, "--project", self.project]
        if self.dry_run:
            click.echo("gcloud run deploy would be: " + " ".join(command))
            return
        subprocess.run(command, check=True)


@click.group()
@click.option("--project", default="acme-staging", show_default=True)
@click.option("--dry-run/--no-dry-run", default=False)
@click.pass_context
def cli(ctx, project, dry_run):
    ctx.obj = State(project, dry_run)


@cli.command()
@click.argument("name", type=click.Choice(["api", "web"]))
@click.option("--region", type=click.Choice(REGIONS), default=REGIONS[0])
@click.option("--connector", envvar="SHIP_CONNECTOR", default="main")
@click.pass_obj
def service(state, name, region, connector):
    """Runs gcloud run deploy."""
    state.gcloud("run", "deploy", name, "--region", region, "--vpc-connector", connector)


@cli.command("job")
@click.pass_obj
def run_job(state):
    deploy_job("nightly")


def deploy_job(name):
    subprocess.run(["gcloud", "run", "jobs", "deploy", name, "--vpc-connector", "jobs"], check=True)


@click.command()
def unregistered():
    subprocess.run(["gcloud", "run", "deploy", "unregistered"], check=True)


if __name__ == "__main__":
    cli()
