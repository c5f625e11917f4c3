import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

class Service:
    def __init__(self, name):
        self.name = name
        self._connector = None
    @property
    def connector(self):
        return self._connector
    @connector.setter
    def connector(self, value):
        self._connector = f"projects/acme/locations/us-central1/connectors/{value}"
service = Service("api")
service.connector = "netra"
run(service.name, "--vpc-connector", service.connector)
