"""Does the router find its way?"""

from __future__ import annotations

import pytest

from netra_backend.api.router import Response, Router


@pytest.mark.smoke
def test_a_path_reaches_its_handler() -> None:
    router = Router()
    router.add("GET", "/ping", lambda: Response(200, "pong"))
    assert router.dispatch("GET", "/ping").body == "pong"


@pytest.mark.smoke
def test_an_unknown_path_is_not_found() -> None:
    assert Router().dispatch("GET", "/nowhere").status == 404
