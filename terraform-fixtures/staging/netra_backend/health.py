"""Whether what a service depends on answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class HealthReport:
    checks: dict[str, str] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        return all(status == "ok" for status in self.checks.values())


def check_all(checks: Mapping[str, Callable[[], bool]]) -> HealthReport:
    """Runs every check; one that raises is unhealthy and does not stop the others."""
    results: dict[str, str] = {}
    for name, check in checks.items():
        try:
            results[name] = "ok" if check() else "failed"
        except Exception as error:  # noqa: BLE001
            results[name] = f"error: {error}"
    return HealthReport(results)
