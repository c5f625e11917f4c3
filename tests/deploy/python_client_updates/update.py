"""Reads workloads, changes one thing, and writes them back."""

import os
import sys

from google.cloud.run_v2 import JobsClient, ServicesClient
from google.cloud.run_v2.types import UpdateJobRequest, VpcAccess

PARENT = "projects/acme-staging/locations/us-central1"


def all_services(client):
    # What is listed is known only when it runs.
    for service in client.list_services(parent=PARENT):
        service.template.vpc_access.connector = f"{PARENT}/connectors/everyone"
        client.update_service(service=service)


def detach(client, name):
    service = client.get_service(name=f"{PARENT}/services/{name}")
    service.template.vpc_access = None
    client.update_service(service=service)


def attach(client, name, connector):
    service = client.get_service(name=f"{PARENT}/services/{name}")
    service.template.vpc_access.connector = connector
    if os.environ.get("OPEN"):
        service.template.vpc_access.egress = VpcAccess.VpcEgress.ALL_TRAFFIC
    client.update_service(service=service, update_mask={"paths": ["template"]})


def scale(client, name):
    service = client.get_service(name=f"{PARENT}/services/{name}")
    service.template.max_instance_request_concurrency = 20
    client.update_service(service=service)


def job(client):
    found = client.get_job(name=f"{PARENT}/jobs/nightly")
    found.template.template.vpc_access.connector = "jobs"
    client.update_job(UpdateJobRequest(job=found))


if __name__ == "__main__":
    services = ServicesClient()
    attach(services, "api", f"{PARENT}/connectors/main")
    detach(services, "static")
    scale(services, "web")
    job(JobsClient())
    if len(sys.argv) > 1 and sys.argv[1] == "everyone":
        all_services(services)
