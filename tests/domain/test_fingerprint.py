"""What mails are known again by."""

from __future__ import annotations

import pytest

from mailgate.domain.message.fingerprint import MAX_HEADER_BLOCK, fingerprint

WALL = b"X-Pad: " + b"a" * 900 + b"\r\n"
LONG = WALL * (MAX_HEADER_BLOCK // len(WALL) + 2)
OWN = b"From: Jan Lis <j.lis@ug.example>\r\nSubject: HOT-01\r\nMessage-ID: <1@ug.example>\r\n"
BODY = b"\r\nTo samo pytanie.\r\n"


@pytest.mark.parametrize("wall", [b"", LONG], ids=["short", "long"])
@pytest.mark.parametrize(
    ("one", "other"),
    [(b"j.lis@ug", b"e.inna@ug"), (b"<1@ug", b"<2@ug"), (b"HOT-01", b"HOT-01 drugie")],
)
def test_mails_with_one_body_differ_by_headers_that_stand_however_far_down(
    wall: bytes, one: bytes, other: bytes
) -> None:
    assert fingerprint(wall + OWN + BODY) != fingerprint(wall + OWN.replace(one, other) + BODY)


@pytest.mark.parametrize("wall", [b"", LONG], ids=["short", "long"])
def test_what_relays_put_on_top_does_not_change_a_fingerprint_however_long_the_header_block_is(wall: bytes) -> None:
    relayed = b"Received: from a by b;\r\n Fri, 20 Nov 2026 11:17:04 +0100\r\n" + wall + OWN + BODY
    assert fingerprint(relayed) == fingerprint(wall + OWN + BODY)
    assert fingerprint(relayed.replace(b"\r\n", b"\n")) == fingerprint(relayed)


def test_a_long_header_block_is_compared_as_a_short_one_with_the_same_headers() -> None:
    folded = OWN.replace(b"Jan Lis <", b"Jan\r\n\tLis  <")
    assert fingerprint(LONG + folded + BODY) == fingerprint(OWN + BODY)
