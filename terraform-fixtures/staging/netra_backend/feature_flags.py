"""Flags that switch parts of the product on, from YAML."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import yaml


class FlagError(ValueError):
    """The file is no list of flags."""


@dataclass(frozen=True)
class Flag:
    name: str
    percent: int = 0
    users: frozenset[str] = frozenset()

    def enabled_for(self, user: str) -> bool:
        return user in self.users or zlib.crc32(f"{self.name}:{user}".encode()) % 100 < self.percent


def load(text: str) -> dict[str, Flag]:
    data = yaml.safe_load(text) or {}
    if not isinstance(data, dict):
        raise FlagError("a mapping of flags was expected")
    flags: dict[str, Flag] = {}
    for name, entry in data.items():
        percent = entry.get("percent", 0)
        if not isinstance(percent, int) or not 0 <= percent <= 100:
            raise FlagError(f"{name}: percent is no share: {percent!r}")
        flags[name] = Flag(name, percent, frozenset(entry.get("users", ())))
    return flags
