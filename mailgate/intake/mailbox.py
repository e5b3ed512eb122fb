"""One session with the mailbox, its quirks hidden: what lies there, the bytes of it, and waiting for more.

One thread uses a session; only ``interrupt`` may be called from another.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from imaplib import IMAP4
from typing import Any, Protocol

from mailgate.domain.mail import message_id_of
from mailgate.intake.account import ImapAccount
from mailgate.intake.connection import ServerRefused, SessionLost, connect, conversation, farewell, hang_up, request
from mailgate.intake.filing import KEYWORD, Filing

_WINDOW = 5_000
"""Messages asked about in one SEARCH: imaplib refuses a line over 1,000,000 bytes, which 200,000 UIDs exceed."""

ASKED_AT_ONCE = 500
"""UIDs named in one command: far below the longest line that servers take, and answered soon."""

_UID_WINDOW = 50_000
"""The same for a range of UIDs, which may have gaps."""

HEADER_BYTES = 262_144
"""The most that is fetched of a header block: all headers of any honest mail."""
HEADER_ITEM = f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>"
"""The FETCH item for that."""

_MESSAGE_ID = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"


class Fileno(Protocol):
    """Something that ``poll`` can watch."""

    def fileno(self) -> int:
        """The descriptor."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """The selected folder as the server describes it; None where it does not say."""

    exists: int
    uidvalidity: int | None
    uidnext: int | None
    writable: bool
    keywords: bool
    """New keywords can be stored here."""


@dataclass(frozen=True, slots=True, order=True)
class Waiting:
    """A message that lies in the folder: sorted, the oldest comes first (INTERNALDATE, UTC), then the lowest UID."""

    received_at: datetime
    uid: int
    size: int


class Mailbox:
    """A logged-in session; every method raises SessionLost when the server is gone, silent or talks nonsense.

    ``progress`` is called again and again while a long message is fetched.
    """

    def __init__(self, account: ImapAccount, progress: Callable[[], None] = lambda: None) -> None:
        self._client = connect(account, progress)
        try:
            self._filing = Filing(self._client, account)
        except BaseException:
            hang_up(self._client)
            raise
        self._can_idle: bool = self._client.has_capability("IDLE")
        self._read_only = False
        self._most = account.max_message_bytes
        self._folder: Folder | None = None

    @classmethod
    @contextmanager
    def open(cls, account: ImapAccount, progress: Callable[[], None] = lambda: None) -> Iterator[Mailbox]:
        """A session for a ``with`` block: logged out at its end, or simply cut where an exception leaves it."""
        mailbox = cls(account, progress)
        try:
            yield mailbox
        except BaseException:
            hang_up(mailbox._client)
            raise
        farewell(mailbox._client)

    def interrupt(self) -> None:
        """Make a call that waits for the server in another thread fail at once with SessionLost."""
        with suppress(OSError):
            # Not SSLSocket.shutdown: that takes the TLS state away under the feet of the thread which reads.
            socket.socket.shutdown(self._client.socket(), socket.SHUT_RDWR)

    def select(self) -> Folder:
        """Select the folder, or select it again to learn what is new."""
        # Named by us: what the server says of a folder with Polish letters, the library garbles.
        with conversation(f"SELECT {self._filing.source()}"):
            said = self._select()
            self._folder = _described(said, writable=not self._read_only)
            return self._folder

    def _select(self) -> dict[bytes, Any]:
        if not self._read_only:
            try:
                return dict(self._client.select_folder(self._filing.source()))
            except IMAP4.readonly:
                self._read_only = True
        return dict(self._client.select_folder(self._filing.source(), readonly=True))

    def look_into(self, name: str) -> Folder:
        """Select any folder to read only, until ``select`` is called again.  Raises ServerRefused."""
        with request("EXAMINE"):
            return _described(dict(self._client.select_folder(name, readonly=True)), writable=False)

    def accepted(self) -> str | None:
        """The server's name of the folder of accepted mail; None where there is none yet.  Raises ServerRefused."""
        return self._filing.accepted()

    def marks_taken(self, folder: Folder) -> bool:
        """Whether mail that was taken could be told from mail that was not, by its folder or by a keyword."""
        return folder.writable and (folder.keywords or self._filing.transfers)

    def matching(self, folder: Folder, criterion: str) -> list[int]:
        """The UIDs of all messages of the selected folder that meet a criterion of SEARCH.  Raises ServerRefused."""
        with request("SEARCH"):
            found = (self._client.search(f"{one} {criterion}") for one in number_ranges(folder.exists))
            return sorted({uid for some in found for uid in some})

    def uids(self, folder: Folder, above: int) -> list[int]:
        """The UIDs over ``above`` of all messages that nobody marked as deleted.

        Seen or not makes no difference: people read the mailbox, too.  A message marked ``\\Deleted`` was thrown
        away by a person (most programs only mark), or is one of ours whose expunging was refused.
        """
        with conversation("SEARCH"):
            ranges = self._uid_ranges(folder, above) if above else number_ranges(folder.exists)
            found = {uid for one in ranges for uid in self._client.search(f"{one} UNDELETED")}
            # ``n:*`` always names the last message, even one below n (RFC 3501 section 6.4.8).
            return sorted(uid for uid in found if uid > above)

    def _uid_ranges(self, folder: Folder, above: int) -> list[str]:
        if folder.uidnext is None:
            return [f"UID {above + 1}:*"]
        starts = range(above + 1, folder.uidnext, _UID_WINDOW)
        return [f"UID {start}:{min(start + _UID_WINDOW, folder.uidnext) - 1}" for start in starts]

    def measure(self, uids: Sequence[int]) -> dict[int, Waiting]:
        """When each message was received and how large it is; a UID that is gone is left out.  Raises ServerRefused."""
        measured = {}
        for uid, said in self._fetch(uids, "INTERNALDATE", "RFC822.SIZE").items():
            received_at, size = said.get(b"INTERNALDATE"), said.get(b"RFC822.SIZE")
            if not isinstance(received_at, datetime) or not isinstance(size, int):
                raise ServerRefused(f"FETCH: no date or no size of UID {uid}")
            with request("FETCH"):
                measured[uid] = Waiting(received_at.astimezone(UTC), uid, size)
        return measured

    def message_ids(self, uids: Sequence[int]) -> dict[int, str | None]:
        """The Message-ID of each message as it is kept, None where it has none; else as ``contents``."""
        return {uid: message_id_of(field) for uid, field in _bytes_of(self._fetch(uids, _MESSAGE_ID)).items()}

    def contents(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The exact bytes of each message, left unseen; a UID that is gone is left out.  Raises ServerRefused.

        A message that is larger than the account allows gives one byte more than that, whatever size was told of it.
        """
        return _bytes_of(self._fetch(uids, whole_item(self._most)))

    def headers(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The header block of each message, its first HEADER_BYTES at most; else as ``contents``."""
        return _bytes_of(self._fetch(uids, HEADER_ITEM))

    def _fetch(self, uids: Sequence[int], *items: str) -> dict[int, dict[bytes, Any]]:
        try:
            with request("FETCH"):
                return dict(self._client.fetch(uids, items))
        except ServerRefused:
            # After a reply that cannot be read nobody knows where the next one begins: an answer to NOOP shows it.
            with conversation("NOOP"):
                self._client.noop()
            raise

    def present(self, uids: Sequence[int]) -> list[int]:
        """Those of the UIDs that are in the folder still."""
        with conversation("SEARCH"):
            return self._filing.present(uids)

    def put_away(self, uids: Sequence[int]) -> None:
        """Bring taken messages out of the way, as far as the server lets us."""
        if self._folder is None:
            raise SessionLost("no folder is selected")
        self._filing.put_away(uids, writable=self._folder.writable, keywords=self._folder.keywords)

    def has_news(self) -> bool:
        """Ask whether messages came since the last look."""
        with conversation("NOOP"):
            return _tells_of_messages(self._client.noop()[1])

    def wait(self, seconds: float, alarm: Fileno) -> bool:
        """Wait for messages so long, by IDLE where the server has it; returns early when ``alarm`` can be read.

        True where the server told of messages.  A mail that comes in the very moment in which IDLE begins may be told
        of only at its end, which is why the caller begins with short waits.
        """
        if not self._can_idle or not self._begin_idle():
            _wait_for_any([alarm], seconds)
            return False
        with conversation("IDLE"):
            # The library's own idle_check swallows the end of the connection and reports silence for ever; DONE and
            # its answer tell the living from the dead, and bring everything that was said meanwhile.
            _wait_for_any([self._client.socket(), alarm], seconds)
            return _tells_of_messages(self._client.idle_done()[1])

    def _begin_idle(self) -> bool:
        try:
            with request("IDLE"):
                self._client.idle()
        except ServerRefused as fault:
            self._ask_whether_awake(fault)
            self._can_idle = False
        return self._can_idle

    def _ask_whether_awake(self, fault: ServerRefused) -> None:
        """A server that talked before it began to IDLE will take NOOP for nonsense: then only a new session helps."""
        try:
            with request("NOOP"):
                self._client.noop()
        except ServerRefused:
            raise SessionLost(str(fault)) from fault


def _described(said: dict[bytes, Any], *, writable: bool) -> Folder:
    """What the server told of a folder when it was selected."""
    permanent = said.get(b"PERMANENTFLAGS", (b"\\*",))
    return Folder(
        exists=said.get(b"EXISTS", 0),
        uidvalidity=said.get(b"UIDVALIDITY"),
        uidnext=said.get(b"UIDNEXT"),
        writable=writable,
        keywords=b"\\*" in permanent or KEYWORD in permanent,
    )


def number_ranges(exists: int) -> list[str]:
    """Windows over a whole folder by message number, highest first.

    By number, for UIDs may have gaps of any width.  From the top, for when a message is expunged between two windows
    those above it move down by one: into a window that is still to come, so that none is passed over.
    """
    return [f"{max(1, top - _WINDOW + 1)}:{top}" for top in range(exists, 0, -_WINDOW)]


def whole_item(most: int) -> str:
    """The FETCH item for all of a message, and for no more than one byte over ``most``."""
    return f"BODY.PEEK[]<0.{most + 1}>"


def body_in(items: Mapping[bytes, Any]) -> bytes | None:
    """The one part that was asked for of a message.  Servers write its name in ways of their own.

    An empty message is a message; NIL is a server that cannot read its own.
    """
    found = (content for name, content in items.items() if name.startswith(b"BODY["))
    content = next(found, None)
    return content if isinstance(content, bytes) else None


def _bytes_of(said: Mapping[int, Mapping[bytes, Any]]) -> dict[int, bytes]:
    contents = {uid: body_in(items) for uid, items in said.items()}
    return {uid: content for uid, content in contents.items() if content is not None}


def _tells_of_messages(responses: Sequence[Any]) -> bool:
    """Such a response is a pair of a number and a word: ``(7, b"EXISTS")``."""
    return any(isinstance(said, tuple) and said[1:2] in ((b"EXISTS",), (b"RECENT",)) for said in responses)


def _wait_for_any(sources: Sequence[Fileno], seconds: float) -> None:
    poll = select.poll()
    for source in sources:
        poll.register(source.fileno(), select.POLLIN)
    poll.poll(max(0, seconds) * 1000)
