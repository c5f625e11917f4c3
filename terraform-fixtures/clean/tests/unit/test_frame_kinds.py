from __future__ import annotations

import pytest

from netra_backend.websocket.messages import KINDS, Frame, FrameError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_can_be_sent(kind: str) -> None:
    assert f'"kind":"{kind}"' in Frame(kind, 0).encode()


def test_sequence_numbers_are_not_negative() -> None:
    with pytest.raises(FrameError, match="negative"):
        Frame("error", -1)
