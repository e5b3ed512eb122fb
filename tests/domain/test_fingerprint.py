"""What mails are known again by."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from mailgate.domain.message.fingerprint import (
    MAX_HEADER_BLOCK,
    fingerprint,
    is_unmistakable,
    message_id_of,
    of_days_near,
    of_its_day,
    split_message,
    without_day,
)

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


def test_the_headers_end_at_the_first_empty_line_whichever_line_ends_stand_there() -> None:
    for length in range(7):
        for signs in product(b"\r\nx", repeat=length):
            raw = b"x" + bytes(signs)
            head, body = split_message(raw)
            expected_head, _, expected_body = with_plain_line_ends(raw).partition(b"\n\n")
            assert (with_plain_line_ends(head), with_plain_line_ends(body)) == (expected_head, expected_body), raw


def with_plain_line_ends(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


@pytest.mark.parametrize(
    ("head", "unmistakable"),
    [
        (b"Message-ID: <1@ug.example>\r\n", True),
        (b"DATE :\t Fri, 20 Nov 2026 11:17:04 +0100\r\n", True),
        (b"Date: \r\n", False),
        (b"X-Date: Fri, 20 Nov 2026 11:17:04 +0100\r\n", False),
        (b"", False),
    ],
)
def test_only_a_message_id_or_a_date_makes_a_mail_unmistakable(head: bytes, unmistakable: bool) -> None:
    raw = head + b"From: skaner@ug.example\r\n\r\nDate: 20.11.2026\r\n"
    assert is_unmistakable(raw, message_id_of(raw)) is unmistakable


def test_the_day_of_a_mail_that_bears_neither_is_told_in_utc_and_taken_off_again() -> None:
    just_after_midnight = datetime(2026, 11, 24, 0, 30, tzinfo=ZoneInfo("Europe/Warsaw"))
    kept = of_its_day("f" * 64, just_after_midnight)
    assert (kept, without_day(kept), without_day("f" * 64)) == ("f" * 64 + "/2026-11-23", "f" * 64, "f" * 64)
    near = of_days_near("f" * 64, just_after_midnight)
    assert (near[0], near[-1], len(near)) == (kept, "f" * 64, 16)
