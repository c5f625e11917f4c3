import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

from abc import ABC, abstractmethod
from enum import Enum
REGISTRY = {}
def register(name):
    def wrap(cls):
        REGISTRY[name] = cls
        return cls
    return wrap
class Env(Enum):
    STAGING = "staging"
    PROD = "prod"
    @property
    def connector(self):
        return f"{self.value}-c"
    @classmethod
    def parse(cls, text):
        return cls(text.lower())
class Target(ABC):
    env = Env.STAGING
    @abstractmethod
    def name(self): ...
    @staticmethod
    def region():
        return "r"
    @classmethod
    def create(cls, **kw):
        self = cls()
        for k, v in kw.items():
            setattr(self, k, v)
        return self
    def deploy(self):
        run(self.name(), "--vpc-connector", self.env.connector, "--region", self.region())
@register("api")
class Api(Target):
    def name(self): return "api"
@register("web")
class Web(Target):
    env = Env.parse("PROD")
    def name(self): return "web-" + self.env.name.lower()
for key, cls in REGISTRY.items():
    cls.create(env=Env.PROD if key == "api" else Env.STAGING).deploy()
Web().deploy()
