from __future__ import annotations

import pytest

from netra_backend.api.router import Response, Router

pytestmark = pytest.mark.unit


@pytest.fixture
def router() -> Router:
    router = Router()
    router.add("GET", "/threads/{thread}", lambda thread: Response(200, thread))
    router.add("DELETE", "/threads/{thread}", lambda thread: Response(204))
    return router


def test_placeholders_become_arguments(router: Router) -> None:
    assert router.dispatch("GET", "/threads/42/").body == "42"


def test_another_method_says_which_are_allowed(router: Router) -> None:
    response = router.dispatch("PUT", "/threads/42")
    assert response.status == 405
    assert response.headers["allow"] == "DELETE, GET"


def test_longer_paths_do_not_match(router: Router) -> None:
    assert router.dispatch("GET", "/threads/42/messages").status == 404
