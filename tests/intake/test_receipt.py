"""The moment of receipt is what our side wrote, and never what the sender claims."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailgate.intake.receipt import true_receipt

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DELIVERED = datetime(2026, 11, 21, 8, tzinfo=UTC)


def received(stamp: str) -> bytes:
    return f"Return-Path: <a@b>\r\nReceived: from a (a;b)\r\n\tby mx; {stamp}\r\nSubject: x\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("stamp", "moment"),
    [
        ("Fri, 20 Nov 2026 16:00:01 +0100", datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC)),
        ("Fri, 20 Nov 2026\r\n\t16:00:01 +0100 (CET)", datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC)),
        ("20 Nov 2026 15:00:01 -0000", datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC)),
    ],
)
def test_the_topmost_received_header_is_the_receipt(stamp: str, moment: datetime) -> None:
    raw = received(stamp) + b""
    below = b"Received: by other; Thu, 19 Nov 2026 10:00:00 +0100\r\n"
    assert true_receipt(raw.replace(b"Subject", below + b"Subject"), DELIVERED, NOW) == moment


@pytest.mark.parametrize(
    "stamp",
    ["", "yesterday", "Fri, 32 Nov 2026 16:00:01 +0100", "31 Dec 9999 23:59:59 -1200", "1 Jan 1970 00:00:00 +0000",
     "Fri, 20 Nov 2037 16:00:01 +0100", "Fri, 20 Nov 2026 16:00:01 +9999", "1 Jan 99999999999999999999 00:00 +0000"],
)  # fmt: skip
def test_a_stamp_that_is_no_date_or_cannot_be_true_gives_way_to_the_delivery(stamp: str) -> None:
    assert true_receipt(received(stamp), DELIVERED, NOW) == DELIVERED


def test_the_senders_date_is_no_receipt() -> None:
    stamp = b"Fri, 20 Nov 2026 16:00:01 +0100\r\n"
    assert true_receipt(b"Date: " + stamp + b"\r\nReceived: by a; " + stamp, None, NOW) is None


def test_a_clock_some_minutes_ahead_means_now() -> None:
    assert true_receipt(received("Sun, 22 Nov 2026 12:04:00 +0000"), None, NOW) == NOW
