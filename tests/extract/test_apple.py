"""Files from a Macintosh come out of their frame."""

from __future__ import annotations

import pytest
from packing.mails import apple_single

from mailgate.extract.apple import data_fork, is_resource_fork


def test_the_file_in_an_apple_single_comes_out() -> None:
    assert data_fork(apple_single(b"tresc")) == b"tresc"


@pytest.mark.parametrize(
    "raw", [b"", b"\0\x05\x16\0", apple_single(b"tresc")[:40], apple_single(b"x", start=900_000), b"PK\x03\x04"]
)
def test_what_is_damaged_or_none_gives_none(raw: bytes) -> None:
    assert data_fork(raw) is None


def test_a_resource_fork_is_known() -> None:
    assert is_resource_fork(b"\0\x05\x16\x07\0\2\0\0")
    assert not is_resource_fork(apple_single(b"x"))
