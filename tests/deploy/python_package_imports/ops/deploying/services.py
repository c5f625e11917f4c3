from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..settings import EGRESS, connector_path


@dataclass(frozen=True)
class Service:
    name: str
    visibility: str = "public"
    connector: str | None = None
    flags: list[str] = field(default_factory=list)

    @property
    def egress(self) -> str:
        return EGRESS[self.visibility]

    def network_flags(self) -> list[str]:
        if self.connector is None:
            return []
        return ["--vpc-connector", connector_path(self.connector), "--vpc-egress", self.egress]


_BASE = Service(name="base", connector="main")
SERVICES = {
    service.name: service
    for service in (
        replace(_BASE, name="api", flags=["--memory", "1Gi"]),
        replace(_BASE, name="ledger", visibility="internal"),
        Service(name="landing"),
    )
}
