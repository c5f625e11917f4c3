"""Lists what Google's Python clients see at an address, as one JSON object of names and values.

Usage: list.py BASE_URL PROJECT REGION
"""

import json
import sys

from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import run_v2, vpcaccess_v1


def client(kind, base_url):
    options = ClientOptions(api_endpoint=base_url)
    return kind(transport="rest", credentials=AnonymousCredentials(), client_options=options)


def vpc_access(template):
    access = template.vpc_access
    interfaces = [[item.network, item.subnetwork] for item in access.network_interfaces]
    return {"connector": access.connector, "egress": access.egress.name, "interfaces": interfaces}


def main(base_url, project, region):
    parent = f"projects/{project}/locations/{region}"
    services = client(run_v2.ServicesClient, base_url)
    listed = {
        "services": [
            {
                "name": service.name,
                "ingress": service.ingress.name,
                "generation": service.generation,
                "state": service.terminal_condition.state.name,
                "vpc": vpc_access(service.template),
            }
            for service in services.list_services(parent=parent)
        ],
        "revisions": [
            {"name": revision.name, "vpc": vpc_access(revision)}
            for revision in client(run_v2.RevisionsClient, base_url).list_revisions(parent=f"{parent}/services/-")
        ],
        "jobs": [
            {"name": job.name, "executions": job.execution_count, "vpc": vpc_access(job.template.template)}
            for job in client(run_v2.JobsClient, base_url).list_jobs(parent=parent)
        ],
        "worker_pools": [
            {"name": pool.name, "vpc": vpc_access(pool.template)}
            for pool in client(run_v2.WorkerPoolsClient, base_url).list_worker_pools(parent=parent)
        ],
        "connectors": [
            {
                "name": connector.name,
                "state": connector.state.name,
                "network": connector.network,
                "range": connector.ip_cidr_range,
                "max": connector.max_throughput,
            }
            for connector in client(vpcaccess_v1.VpcAccessServiceClient, base_url).list_connectors(parent=parent)
        ],
        "service": services.get_service(name=f"{parent}/services/checkout").uri,
    }
    json.dump(listed, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
