import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

from dataclasses import dataclass, field, replace, asdict
from typing import ClassVar, Optional
@dataclass(frozen=True)
class VPC:
    connector: str
    egress: str = "private-ranges-only"
    def flags(self):
        return ["--vpc-connector", self.connector, "--vpc-egress", self.egress]
@dataclass
class Service:
    DEFAULT: ClassVar[str] = "default-c"
    name: str
    vpc: Optional[VPC] = None
    labels: dict = field(default_factory=dict)
    def __post_init__(self):
        if self.vpc is None:
            self.vpc = VPC(self.DEFAULT)
        self.labels.setdefault("team", self.name)
services = [Service("api"), Service("web", VPC("web-c", egress="all-traffic")), Service(name="w", labels={"team": "x"})]
services.append(replace(services[1], name="web2"))
for s in services:
    run(s.name, *s.vpc.flags(), "--region", s.labels["team"])
d = asdict(services[1])
run("as-" + d["name"], "--vpc-connector", d["vpc"]["connector"])
