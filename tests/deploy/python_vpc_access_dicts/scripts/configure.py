PROJECT_ID = "acme-staging"
REGION = "us-central1"

services = [
    {"name": "backend", "port": 8000},
    {"name": "auth", "port": 8001},
    {"service_name": "frontend", "port": 3000},
]


def configure_vpc_access(service_config):
    service_config['vpc_access'] = {
        'connector': f'projects/{PROJECT_ID}/locations/{REGION}/connectors/main',
        'egress': 'private-ranges-only',
    }
    return service_config


for service in services:
    configure_vpc_access(service)

standalone = {
    "name": "jobs", "region": "us-east1",
    "vpc_access": {"connector": "main", "egress": "ALL_TRAFFIC"},
}
unrelated = {"vpc_access": {"connector": "nobody"}}
