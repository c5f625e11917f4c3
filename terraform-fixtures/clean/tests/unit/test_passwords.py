from __future__ import annotations

import pytest

from netra_backend.auth.passwords import hash_password, verify_password

pytestmark = pytest.mark.unit


def test_the_right_one_is_accepted() -> None:
    stored = hash_password("correct horse")
    assert verify_password("correct horse", stored)
    assert not verify_password("correct house", stored)


def test_two_hashes_of_one_word_differ() -> None:
    assert hash_password("correct horse") != hash_password("correct horse")


def test_short_ones_are_refused() -> None:
    with pytest.raises(ValueError, match="eight"):
        hash_password("short")


@pytest.mark.parametrize("stored", ["", "pbkdf2$x", "pbkdf2$1000$zz$00", "other$1000$00$00"])
def test_what_is_no_hash_accepts_nothing(stored: str) -> None:
    assert not verify_password("correct horse", stored)
