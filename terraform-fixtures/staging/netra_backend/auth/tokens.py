"""Signed tokens that end."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass


class TokenError(ValueError):
    """The token proves nothing."""


@dataclass(frozen=True)
class Claims:
    subject: str
    expires: int


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def issue(subject: str, key: bytes, seconds: int, now: float | None = None) -> str:
    expires = int((time.time() if now is None else now) + seconds)
    body = _encode(json.dumps({"sub": subject, "exp": expires}, sort_keys=True).encode())
    return f"{body}.{_encode(hmac.new(key, body.encode(), hashlib.sha256).digest())}"


def verify(token: str, key: bytes, now: float | None = None) -> Claims:
    body, dot, signature = token.partition(".")
    if not dot:
        raise TokenError("malformed")
    try:
        given = _decode(signature)
    except ValueError as error:
        raise TokenError("malformed") from error
    if not hmac.compare_digest(given, hmac.new(key, body.encode(), hashlib.sha256).digest()):
        raise TokenError("wrong signature")
    claims = json.loads(_decode(body))
    if (time.time() if now is None else now) >= claims["exp"]:
        raise TokenError("expired")
    return Claims(subject=claims["sub"], expires=claims["exp"])
