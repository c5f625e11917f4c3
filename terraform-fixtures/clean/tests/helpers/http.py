"""Requests to the backend without a network."""

from __future__ import annotations

import httpx

from netra_backend.api.app import Backend


def client_for(app: Backend, token: str | None = None) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://backend.test", headers=headers)
