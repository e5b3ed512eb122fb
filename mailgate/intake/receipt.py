"""When a mail that comes from a file was truly received: what our side wrote tells it, never the sender's ``Date``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeGuard

from mailgate.domain.message.fingerprint import MAX_HEADER_BLOCK, split_message

_RECEIVED = re.compile(rb"^received[ \t]*:((?:[^\n]*)(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE)
_DATE = re.compile(rb"^date[ \t]*:((?:[^\n]*)(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# Clocks of two servers may differ a little.
_SLACK = timedelta(minutes=5)


def true_receipt(raw: bytes, delivered_at: datetime | None, now: datetime) -> datetime | None:
    """The moment of receipt in UTC, or None where nothing that our side wrote tells it.

    The topmost ``Received`` header, which the last server wrote, goes before ``delivered_at``, the date that the
    delivering program put into the file's name or the mbox line (procedure 1.5.1; DESIGN section 2 rule 1).
    A moment before 1990 or after ``now`` is no receipt.
    """
    # RFC 5322 section 3.6.7: the date stands behind the last semicolon.
    received = _moment(_first(_RECEIVED, raw).rpartition(";")[2])
    return next((min(moment, now) for moment in (received, delivered_at) if _is_past(moment, now)), None)


def claimed_date(raw: bytes, now: datetime) -> datetime | None:
    """The moment in UTC at which the sender says that he wrote, or None: for old mail alone, from which nothing counts."""
    moment = _moment(_first(_DATE, raw))
    return min(moment, now) if _is_past(moment, now) else None


def _is_past(moment: datetime | None, now: datetime) -> TypeGuard[datetime]:
    return moment is not None and _EARLIEST <= moment <= now + _SLACK


def _first(header: re.Pattern[bytes], raw: bytes) -> str:
    """The topmost value of a header, "" where there is none."""
    head, _ = split_message(raw[:MAX_HEADER_BLOCK])
    found = header.search(head)
    return found[1].decode("ascii", "replace") if found else ""


def _moment(stamp: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(" ".join(stamp.split()))
        # A date "-0000" comes back naive: it is UTC, said without knowing the local zone.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
