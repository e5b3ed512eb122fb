"""Reading mbox files as a stream: one message at a time is in memory, however large the file (RFC 4155)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import BinaryIO

_LINE_PIECE = 65536
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# "From jan@urzad.example Sat Mar  2 14:41:02 2026", with or without seconds and a zone before or after the year.
_FROM = re.compile(
    rb"From (?P<sender>.*?) +(?:[A-Za-z]{3},? +)?(?P<month>[A-Za-z]{3}) +(?P<day>\d{1,2}) +"
    rb"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?: +(?P<zone1>[+-]\d{4}|[A-Z]{1,5}))?"
    rb" +(?P<year>\d{4})(?: +(?P<zone2>[+-]\d{4}))?(?: .*)?\r?\n?"
)
_QUOTED_FROM = re.compile(rb">+From ")
_BLANK = (b"\n", b"\r\n")


@dataclass(frozen=True, slots=True)
class MboxMail:
    """One message of an mbox; ``raw`` is None where it is larger than the limit, ``size`` in bytes either way.

    ``sender`` and ``delivered_at`` (aware, UTC) are what its ``From `` line tells, None where it tells nothing.
    """

    raw: bytes | None
    size: int
    sender: str | None
    delivered_at: datetime | None


def is_mbox(start: bytes) -> bool:
    """True if a file that starts so is an mbox."""
    return start.startswith(b"From ")


def split_mbox(file: BinaryIO, limit: int) -> Iterator[MboxMail]:
    """The messages of an mbox in order, ``>From`` unquoted as mboxrd does, line ends as they are in the file.

    A ``From `` line parts two messages if it follows an empty line and holds a date, so that a sentence that begins
    with "From" does not.
    """
    mail: _Growing | None = None
    after_blank, at_start = True, True
    while piece := file.readline(_LINE_PIECE):
        if mail is None or (after_blank and piece.startswith(b"From ") and _FROM.fullmatch(piece)):
            if mail is not None:
                yield mail.finished()
            mail = _Growing(piece, limit)
            after_blank = False
        else:
            mail.add(piece[1:] if at_start and _QUOTED_FROM.match(piece) else piece)
            after_blank = at_start and piece in _BLANK
        at_start = piece.endswith(b"\n")
    if mail is not None:
        yield mail.finished()


def from_line(line: bytes) -> tuple[str | None, datetime | None]:
    """The envelope's sender ("" is the null sender) and the date in UTC of a ``From `` line, as far as it tells them.

    Without a zone the date is UTC (RFC 4155 appendix A).
    """
    found = _FROM.fullmatch(line)
    if found is None:
        return None, None
    return _sender(found["sender"].decode("utf-8", "replace").strip()), _date(found)


class _Growing:
    """A message while it is read."""

    def __init__(self, line: bytes, limit: int) -> None:
        self._sender, self._delivered_at = from_line(line)
        self._limit = limit
        self._size = 0
        self._content = bytearray()

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size <= self._limit + len(b"\r\n"):
            self._content += piece
        else:
            self._content.clear()

    def finished(self) -> MboxMail:
        """The message without the one empty line that belongs to the mbox."""
        for blank in (b"\r\n\r\n", b"\n\n"):
            if self._size == len(self._content) and self._content.endswith(blank):
                del self._content[-(len(blank) // 2) :]
                self._size = len(self._content)
                break
        kept = self._size == len(self._content) and self._size <= self._limit
        return MboxMail(bytes(self._content) if kept else None, self._size, self._sender, self._delivered_at)


def _sender(text: str) -> str | None:
    if text.upper() in ("MAILER-DAEMON", "<>"):
        return ""
    return text if "@" in text and text.isprintable() else None


def _date(found: re.Match[bytes]) -> datetime | None:
    month = found["month"].decode().lower()
    if month not in _MONTHS:
        return None
    zone = _zone(found["zone1"] or found["zone2"])
    day, hour, minute, second = (int(found[name] or 0) for name in ("day", "hour", "minute", "second"))
    try:
        moment = datetime(int(found["year"]), _MONTHS.index(month) + 1, day, hour, minute, second, tzinfo=zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: bytes | None) -> timezone:
    """A numeric zone.  Abbreviations are ambiguous, and are taken as UTC like none at all."""
    if text is None or text[:1] not in b"+-":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    # An offset of a day or more is no zone, and Python refuses it.
    return timezone(-offset if text[:1] == b"-" else offset) if offset < timedelta(hours=24) else UTC
