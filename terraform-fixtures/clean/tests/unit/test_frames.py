from __future__ import annotations

import pytest

from netra_backend.websocket.messages import Frame, FrameError, decode

pytestmark = pytest.mark.unit


def test_a_frame_survives_the_wire() -> None:
    frame = Frame("tool_completed", 3, {"tool": "search", "ok": True})
    assert decode(frame.encode()) == frame


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "error"}', '{"kind": "nonsense", "sequence": 1}'])
def test_what_is_no_frame(text: str) -> None:
    with pytest.raises(FrameError):
        decode(text)
