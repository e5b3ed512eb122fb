"""Reading what follows DATA: exact bytes, bounded memory, and only one thing that ends it.

aiosmtpd keeps a list of lines and all fragments of an endless one; 16 MB of empty lines cost it 1.7 GB.  Here one
buffer holds a message, and what is too large is dropped while it comes.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from mailgate.domain.message.fingerprint import MAX_HEADER_BLOCK, split_message
from mailgate.intake.budget import Share

FLOOD_FACTOR = 4
"""A client that goes on to so many times the size limit is cut off: it does not listen."""

MAX_RECEIVED_HEADERS = 50
"""More hops than this are a loop.  RFC 5321 section 6.3 wants a relay to allow a hundred; this is no relay but the last
stop, and no honest way to a hot-line leads through fifty servers."""

_END = b"\r\n.\r\n"
_STUFFED = b"\r\n."
# More than asyncio ever buffers (twice the reader's limit and one receive), so that one read empties the reader.
_READ_SIZE = 1024 * 1024
_RECEIVED = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)

Reason = Literal["too large", "no room", "flood"]


@dataclass(frozen=True, slots=True)
class Dropped:
    """The message was not kept.  After ``flood`` its end was not waited for."""

    reason: Reason


async def read_message(
    reader: asyncio.StreamReader, limit: int, share: Share, progress: Callable[[], None]
) -> bytes | Dropped:
    """The message up to ``CRLF . CRLF``, without dot-stuffing, else exactly as sent: bare CR and LF are content.

    ``limit`` is in bytes of the message itself (RFC 1870 section 5).  ``progress`` is called whenever data came.
    What a client sent after the end (PIPELINING) is back in the reader.  Raises IncompleteReadError at end of file.
    """
    body = _Body(limit, share)
    while not body.ended:
        chunk = await reader.read(_READ_SIZE)
        if not chunk:
            raise asyncio.IncompleteReadError(b"", None)
        progress()
        rest = body.add(chunk)
        if body.flooded:
            return Dropped("flood")
        if rest:
            reader.feed_data(rest)
    return body.result()


class _Body:
    """One message in the making."""

    def __init__(self, limit: int, share: Share) -> None:
        self.ended = False
        self._limit = limit
        self._share = share
        self._dropped: Reason | None = None
        self._size = 0
        # The line end of the DATA command itself: it makes a dot on the very first line one like all others.
        self._data = bytearray(b"\r\n")

    @property
    def flooded(self) -> bool:
        return not self.ended and self._size > FLOOD_FACTOR * self._limit

    def add(self, chunk: bytes) -> bytes:
        """Take what came; gives what stands behind the end of the message."""
        seen = len(self._data)
        self._data += chunk
        # The end may have begun in the bytes before; four of its five can have been there.
        end = self._data.find(_END, max(0, seen - len(_END) + 1))
        if end >= 0:
            rest = bytes(self._data[end + len(_END) :])
            del self._data[end + len(b"\r\n") :]
            self.ended = True
        else:
            rest = b""
        self._account(seen)
        return rest

    def result(self) -> bytes | Dropped:
        if self._dropped is not None:
            return Dropped(self._dropped)
        stuffed = self._data.find(_STUFFED) >= 0
        data = self._data.replace(_STUFFED, b"\r\n") if stuffed else self._data
        if len(data) - 2 > self._limit:
            return Dropped("too large")
        return bytes(memoryview(data)[2:])

    def _account(self, seen: int) -> None:
        """Count what was added behind position ``seen``, and drop all where that is too much.

        Half an end marker is counted as if it were text, hence the slack; ``result`` knows the exact size.
        """
        # The end marker may have begun before ``seen``: then there is less than before.
        fresh = len(self._data) - seen
        stuffing = self._data.count(_STUFFED, max(0, seen - len(_STUFFED) + 1)) if fresh > 0 else 0
        self._size += fresh - stuffing
        if self._size > self._limit + len(_END):
            self._drop("too large")
        elif self._dropped is None and fresh > 0 and not self._share.grow(fresh):
            self._drop("no room")
        if self._dropped is not None:
            del self._data[: -len(_END) + 1]

    def _drop(self, reason: Reason) -> None:
        if self._dropped is None:
            self._share.shed()
        self._dropped = reason


def is_looping(raw: bytes) -> bool:
    """True if a message carries more ``Received`` headers than an honest way here can have."""
    head, _ = split_message(raw[:MAX_HEADER_BLOCK])
    return len(_RECEIVED.findall(head)) > MAX_RECEIVED_HEADERS


def is_empty(raw: bytes) -> bool:
    """True if there is nothing in a message but white space: nobody could be answered, and all such are alike."""
    return not raw or raw.isspace()
