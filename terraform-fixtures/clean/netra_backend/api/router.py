"""Paths to handlers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Response:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[..., Response]


class Router:
    def __init__(self) -> None:
        self._routes: list[tuple[str, list[str], Handler]] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        self._routes.append((method, path.strip("/").split("/"), handler))

    def dispatch(self, method: str, path: str, **extra: Any) -> Response:
        segments = path.strip("/").split("/")
        other_methods: set[str] = set()
        for own_method, pattern, handler in self._routes:
            values = _match(pattern, segments)
            if values is None:
                continue
            if own_method == method:
                return handler(**values, **extra)
            other_methods.add(own_method)
        if other_methods:
            return Response(405, {"error": "method not allowed"}, {"allow": ", ".join(sorted(other_methods))})
        return Response(404, {"error": "not found"})


def _match(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    values: dict[str, str] = {}
    for expected, actual in zip(pattern, segments, strict=True):
        if expected.startswith("{") and expected.endswith("}"):
            values[expected[1:-1]] = actual
        elif expected != actual:
            return None
    return values
