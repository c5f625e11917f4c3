import subprocess
from abc import ABC, abstractmethod
from enum import Enum


class Environment(Enum):
    STAGING = "staging"
    PRODUCTION = "production"


class Base(ABC):
    region = "us-central1"
    kind = "run"

    def __init__(self, environment):
        self.environment = environment

    @property
    def connector(self):
        return f"{self.environment.value}-connector"

    @abstractmethod
    def name(self):
        ...

    @staticmethod
    def base():
        return ["gcloud", "run", "deploy"]

    @classmethod
    def flags(cls):
        return ["--region", cls.region]

    def deploy(self):
        cmd = self.base() + [self.name()] + self.flags() + ["--vpc-connector", self.connector]
        if self.environment is Environment.PRODUCTION:
            cmd.append("--vpc-egress=all-traffic")
        subprocess.Popen(cmd).wait()


class Api(Base):
    def name(self):
        return "api"


class Worker(Base):
    region = "us-east1"

    def __init__(self, environment, suffix="x"):
        super().__init__(environment)
        self.suffix = suffix

    def name(self):
        return "worker-" + self.suffix


for workload in (Api(Environment.STAGING), Worker(Environment.PRODUCTION, suffix="a")):
    workload.deploy()
