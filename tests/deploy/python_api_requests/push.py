"""Three ways to the same API: dicts for the client library, the discovery client, and plain HTTP."""

import os

import requests
from google.cloud import run_v2
from googleapiclient import discovery
from googleapiclient.discovery import build

PROJECT, REGION = "acme-staging", "us-east1"
PARENT = "projects/%s/locations/%s" % (PROJECT, REGION)
BASE = "https://run.googleapis.com/v2"


def body(connector, egress="PRIVATE_RANGES_ONLY", camel=True):
    key = "vpcAccess" if camel else "vpc_access"
    return {"template": {key: {"connector": connector, "egress": egress}, "containers": [{"image": "img"}]}}


def client_library():
    client = run_v2.ServicesClient()
    client.create_service(
        request={"parent": PARENT, "service_id": "by-dict", "service": body("c1", camel=False)},
    )
    service = {"name": PARENT + "/services/by-dict-update", **body("c2", egress="ALL_TRAFFIC", camel=False)}
    client.update_service(service=service)


def discovery_client():
    run = discovery.build("run", "v2", cache_discovery=False)
    services = run.projects().locations().services()
    services.patch(name=f"{PARENT}/services/found", body=body("c3"), updateMask="template.vpcAccess").execute()
    request = services.create(parent=PARENT, serviceId="made", body=body("c4"))
    request.execute()
    # Built, but never sent.
    services.patch(name=f"{PARENT}/services/unsent", body=body("c5"))
    jobs = build("run", "v2").projects().locations().jobs()
    jobs.patch(name=f"{PARENT}/jobs/nightly", body={"template": {"template": {"vpcAccess": {"connector": "jobs"}}}}).execute()
    services.get(name=f"{PARENT}/services/found").execute()


def plain_http(token):
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{BASE}/{PARENT}/services/rest"
    requests.patch(url, json=body("c6"), headers=headers, params={"updateMask": "template.vpcAccess.connector"})
    requests.get(url, headers=headers)
    with requests.Session() as session:
        session.headers.update(headers)
        session.post(f"{BASE}/{PARENT}/services?serviceId=posted", json=body("c7"))
        session.request("PATCH", f"{BASE}/{PARENT}/services/cleared?updateMask=template", json={"template": {}})
        session.post("https://hooks.example.com/services/notify", json={"text": "gcloud run deploy done"})


def worker_pools():
    pools = run_v2.WorkerPoolsClient()
    pool = run_v2.WorkerPool(
        name=f"{PARENT}/workerPools/consumers",
        template=run_v2.WorkerPoolRevisionTemplate(vpc_access=run_v2.VpcAccess(connector="pool", egress=run_v2.VpcAccess.VpcEgress.ALL_TRAFFIC)),
    )
    if os.environ.get("POOLS"):
        pools.update_worker_pool(worker_pool=pool)


client_library()
discovery_client()
plain_http(os.environ.get("TOKEN", ""))
worker_pools()
if False:
    requests.patch(f"{BASE}/{PARENT}/services/never", json=body("never"))
