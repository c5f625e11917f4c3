"""Creates and updates services through the client library."""

import argparse
import logging
import os

from google.cloud import run_v2
from google.protobuf import field_mask_pb2

PROJECT = "acme-staging"
LOCATION = "us-central1"
PARENT = f"projects/{PROJECT}/locations/{LOCATION}"
CONNECTOR = f"{PARENT}/connectors/main"

logging.basicConfig(level=logging.INFO)
log = logging.getLogger("provision")


def vpc_access(egress=run_v2.VpcAccess.VpcEgress.PRIVATE_RANGES_ONLY, connector=CONNECTOR):
    return run_v2.VpcAccess(connector=connector, egress=egress)


def service(image, access=None, **labels):
    template = run_v2.RevisionTemplate(
        containers=[run_v2.Container(image=image)],
        labels=labels,
    )
    if access is not None:
        template.vpc_access = access
    return run_v2.Service(template=template)


class Provisioner:
    def __init__(self, client=None):
        self.client = client or run_v2.ServicesClient()

    def create(self, name, body):
        log.info("creating %s", name)
        operation = self.client.create_service(parent=PARENT, service=body, service_id=name)
        return operation.result()

    def replace(self, name, body):
        body.name = self.client.service_path(PROJECT, LOCATION, name)
        return self.client.update_service(service=body).result()

    def patch_egress(self, name, egress):
        body = run_v2.Service(
            name=f"{PARENT}/services/{name}",
            template=run_v2.RevisionTemplate(vpc_access=run_v2.VpcAccess(egress=egress)),
        )
        mask = field_mask_pb2.FieldMask(paths=["template.vpc_access.egress"])
        request = run_v2.UpdateServiceRequest(service=body, update_mask=mask)
        self.client.update_service(request=request)

    def relabel(self, name):
        body = run_v2.Service(name=f"{PARENT}/services/{name}", labels={"team": "core"})
        self.client.update_service(service=body, update_mask={"paths": ["labels"]})

    def move_to_direct_vpc(self, name):
        current = self.client.get_service(name=f"{PARENT}/services/{name}")
        current.template.vpc_access = run_v2.VpcAccess(
            network_interfaces=[
                run_v2.VpcAccess.NetworkInterface(network="staging", subnetwork="run", tags=["run", "egress"]),
            ],
            egress="ALL_TRAFFIC",
        )
        self.client.update_service(service=current)

    def open_up(self, name):
        current = self.client.get_service({"name": f"{PARENT}/services/{name}"})
        current.template.vpc_access.egress = run_v2.VpcAccess.VpcEgress.ALL_TRAFFIC
        self.client.update_service({"service": current})

    def forget(self, name):
        self.client.delete_service(name=f"{PARENT}/services/{name}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--recreate", action="store_true")
    parser.add_argument("--open", action="store_true")
    args = parser.parse_args()
    provisioner = Provisioner()
    if args.recreate:
        provisioner.create("api", service("img", vpc_access()))
        provisioner.create("static", service("img"))
    provisioner.replace("web", service("img", vpc_access(run_v2.VpcAccess.VpcEgress.ALL_TRAFFIC)))
    provisioner.replace("plain", service("img"))
    provisioner.patch_egress("worker", "PRIVATE_RANGES_ONLY")
    provisioner.relabel("labelled")
    provisioner.move_to_direct_vpc("direct")
    if args.open:
        provisioner.open_up("closed")
    elif os.environ.get("STAGE") == "canary":
        provisioner.replace("canary", service("img", vpc_access(connector=os.environ["CANARY_CONNECTOR"])))
    run_v2.ServicesClient().list_services(parent=PARENT)


if __name__ == "__main__":
    main()
