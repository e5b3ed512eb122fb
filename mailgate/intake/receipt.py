"""When a mail that comes from a file was truly received: never the sender's ``Date``, never the moment of import."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from mailgate.domain.message.fingerprint import MAX_HEADER_BLOCK, split_message

_RECEIVED = re.compile(rb"^received[ \t]*:((?:[^\n]*)(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# Clocks of two servers may differ a little.
_SLACK = timedelta(minutes=5)


def true_receipt(raw: bytes, delivered_at: datetime | None, now: datetime) -> datetime | None:
    """The moment of receipt in UTC, or None where nothing that our side wrote tells it.

    The topmost ``Received`` header, which the last server wrote, goes before ``delivered_at``, the date that the
    delivering program put into the file's name or the mbox line (procedure 1.5.1; DESIGN section 2 rule 1).
    A moment before 1990 or after ``now`` is no receipt.
    """
    for moment in (_topmost_received(raw), delivered_at):
        if moment is not None and _EARLIEST <= moment <= now + _SLACK:
            return min(moment, now)
    return None


def _topmost_received(raw: bytes) -> datetime | None:
    head, _ = split_message(raw[:MAX_HEADER_BLOCK])
    found = _RECEIVED.search(head)
    if found is None:
        return None
    # RFC 5322 section 3.6.7: the date stands behind the last semicolon.
    stamp = found[1].decode("ascii", "replace").rpartition(";")[2]
    try:
        moment = parsedate_to_datetime(" ".join(stamp.split()))
        # A date "-0000" comes back naive: it is UTC, said without knowing the local zone.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
