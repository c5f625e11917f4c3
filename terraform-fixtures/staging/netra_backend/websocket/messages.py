"""The frames that go over a socket."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = frozenset({"agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed", "error"})


class FrameError(ValueError):
    """Not a frame."""


@dataclass(frozen=True)
class Frame:
    kind: str
    sequence: int
    payload: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise FrameError(f"unknown kind {self.kind!r}")
        if self.sequence < 0:
            raise FrameError("a sequence number is not negative")

    def encode(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))


def decode(text: str) -> Frame:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise FrameError("not JSON") from error
    if not isinstance(data, dict) or not {"kind", "sequence"} <= data.keys():
        raise FrameError("kind or sequence is missing")
    return Frame(data["kind"], data["sequence"], data.get("payload", {}))
