"""What belongs to one test and ends with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class TestContext:
    """An environment, and a list of things to undo."""

    __test__ = False

    name: str
    environment: dict[str, str] = field(default_factory=dict)
    _undo: list[Callable[[], object]] = field(default_factory=list)

    def on_close(self, undo: Callable[[], object]) -> None:
        self._undo.append(undo)

    def close(self) -> None:
        """Undoes everything, last first."""
        while self._undo:
            self._undo.pop()()
