"""The ASGI application of the backend."""

from __future__ import annotations

import json
from typing import Any

from netra_backend import __version__
from netra_backend.api.router import Response, Router
from netra_backend.auth.tokens import TokenError, verify
from netra_backend.database import Database
from netra_backend.health import HealthReport, check_all


class Backend:
    """Routes over one database, with tokens signed by one key."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key
        self._router = Router()
        self._router.add("GET", "/health", self._health)
        self._router.add("GET", "/api/v1/version", self._version)
        self._router.add("GET", "/api/v1/threads", self._threads)
        self._router.add("POST", "/api/v1/threads", self._create_thread)
        self._router.add("GET", "/api/v1/threads/{thread}/messages", self._messages)
        self._router.add("POST", "/api/v1/threads/{thread}/messages", self._add_message)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"no {scope['type']} here")
        body = b""
        more = True
        while more:
            event = await receive()
            body += event.get("body", b"")
            more = event.get("more_body", False)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        response = self._respond(scope["method"], scope["path"], headers, body)
        own = [(name.encode(), value.encode()) for name, value in response.headers.items()]
        own.append((b"content-type", b"application/json"))
        await send({"type": "http.response.start", "status": response.status, "headers": own})
        await send({"type": "http.response.body", "body": json.dumps(response.body).encode()})

    def _respond(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
        if not path.startswith("/api/") or path == "/api/v1/version":
            return self._router.dispatch(method, path)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return Response(401, {"error": "no token"})
        try:
            user = verify(token, self._key).subject
        except TokenError as error:
            return Response(401, {"error": str(error)})
        try:
            data = json.loads(body) if body else {}
        except json.JSONDecodeError:
            return Response(400, {"error": "not JSON"})
        return self._router.dispatch(method, path, user=user, data=data)

    def _health(self) -> Response:
        report: HealthReport = check_all({"database": self._database.ping})
        return Response(200 if report.healthy else 503, {"healthy": report.healthy, "checks": report.checks})

    def _version(self) -> Response:
        return Response(200, {"version": __version__})

    def _threads(self, user: str, data: dict[str, Any]) -> Response:
        return Response(200, [{"id": id, "title": title} for id, title in self._database.threads_of(user)])

    def _create_thread(self, user: str, data: dict[str, Any]) -> Response:
        title = str(data.get("title", "")).strip()
        if not title:
            return Response(422, {"error": "a thread needs a title"})
        return Response(201, {"id": self._database.create_thread(user, title), "title": title})

    def _own(self, user: str, thread: str) -> int | None:
        owned = {id for id, _ in self._database.threads_of(user)}
        return int(thread) if thread.isdigit() and int(thread) in owned else None

    def _messages(self, thread: str, user: str, data: dict[str, Any]) -> Response:
        own = self._own(user, thread)
        if own is None:
            return Response(404, {"error": "no such thread"})
        messages = self._database.messages_of(own)
        return Response(200, [{"id": item.id, "author": item.author, "body": item.body} for item in messages])

    def _add_message(self, thread: str, user: str, data: dict[str, Any]) -> Response:
        own = self._own(user, thread)
        if own is None:
            return Response(404, {"error": "no such thread"})
        text = str(data.get("body", ""))
        if not text:
            return Response(422, {"error": "a message needs a body"})
        return Response(201, {"id": self._database.add_message(own, user, text)})
