"""The quick way to a message's tree gives the very tree of the standard parser."""

from __future__ import annotations

import base64
import email
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packing.corpus import messages

from mailgate.domain.message.longbodies import message_from

FILE = base64.encodebytes(bytes(range(256)) * 12)
CRLF = FILE.replace(b"\n", b"\r\n")
MULTIPART = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
BASE64 = b"Content-Transfer-Encoding: base64\r\n\r\n"
SHAPES = {
    "the body of a message": b"Subject: a\r\n" + BASE64 + CRLF,
    "without a line end at its end": b"Subject: a\r\n" + BASE64 + CRLF.rstrip(),
    "bare line feeds": b"Subject: a\n\n" + FILE,
    "a part": MULTIPART + b"--b\r\n" + BASE64 + CRLF + b"--b--\r\n",
    "a part with an empty line after it": MULTIPART + b"--b\r\n" + BASE64 + CRLF + b"\r\n--b--\r\n",
    "two parts": MULTIPART + (b"--b\r\n" + BASE64 + CRLF) * 2 + b"--b--\r\n",
    "before the first part": MULTIPART + b"\r\n" + CRLF + b"--b\r\n\r\n1\r\n--b--\r\n",
    "after the last part": MULTIPART + b"--b\r\n\r\n1\r\n--b--\r\n\r\n" + CRLF,
    "beside 8-bit text": MULTIPART + b"--b\r\n\r\n\xb1\xe6\r\n\r\n" + CRLF + b"--b--\r\n",
    "no boundary anywhere": MULTIPART + b"\xb1\xe6\r\n\r\n" + CRLF + b"--c\r\n",
    "a message": b"Content-Type: message/rfc822\r\n" + BASE64 + CRLF,
    "a delivery status": b"Content-Type: message/delivery-status\r\n\r\n" + CRLF + b"\r\nA: b\r\n\r\n" + CRLF,
    "no header": b"\r\n\r\n" + CRLF,
    "words like our marks": MULTIPART + b"--b\r\n\r\n\0set aside 0\0\r\n--b\r\n" + BASE64 + CRLF + b"--b--\r\n",
}


def tree(message: Message) -> object:
    """All that a parser found, to be compared."""
    payload = message._payload
    return (
        list(message.raw_items()),
        message.preamble,
        message.epilogue,
        [type(defect) for defect in message.defects],
        [tree(part) for part in payload] if isinstance(payload, list) else payload,
    )


def assert_same(raw: bytes) -> None:
    assert tree(message_from(raw)) == tree(email.message_from_bytes(raw))


@pytest.mark.parametrize("shape", SHAPES)
def test_base_64_is_where_it_was(shape: str) -> None:
    assert_same(SHAPES[shape])


def test_the_tests_own_messages_have_the_same_tree() -> None:
    for raw in messages().values():
        assert_same(raw)


def test_a_file_is_set_aside_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the standard parser gets to see is short."""
    seen: list[int] = []
    parse = email.message_from_bytes
    monkeypatch.setattr(email, "message_from_bytes", lambda raw, **more: seen.append(len(raw)) or parse(raw, **more))
    message_from(SHAPES["two parts"])
    assert seen[0] < 500


PIECES = (
    b"\r\n", b"\n", b"\r", b"--b\r\n", b"--b--\r\n", b"--", b"a: b\r\n", b"\xb1", b"=", b"\0set aside 0\0", BASE64, MULTIPART,
    CRLF, FILE, FILE.rstrip(), b"Content-Type: message/rfc822\r\n\r\n",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_any_row_of_pieces_has_the_same_tree(pieces: list[bytes]) -> None:
    assert_same(b"".join(pieces))
