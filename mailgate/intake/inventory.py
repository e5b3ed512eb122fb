"""What lies in the mailbox, looked at without changing anything: for proofs, and for finding one mail.

A session of its own, with EXAMINE instead of SELECT: the poller goes on meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from imapclient import IMAPClient

from mailgate.domain.mail import message_id_of
from mailgate.intake.account import ImapAccount
from mailgate.intake.connection import connect, conversation, farewell, hang_up
from mailgate.intake.filing import Filing
from mailgate.intake.mailbox import ASKED_AT_ONCE, HEADER_ITEM, body_in, number_ranges, whole_item
from mailgate.register.sql import portions

_MESSAGE_ID = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
_SAID_MESSAGE_ID = b"BODY[HEADER.FIELDS (MESSAGE-ID)]"


@dataclass(frozen=True, slots=True)
class MessageInFolder:
    """A message in a folder: when it was received (UTC), its octets, and its Message-ID with brackets."""

    folder: str
    uidvalidity: int
    uid: int
    received_at: datetime
    size: int
    message_id: str | None


@dataclass(frozen=True, slots=True)
class Examined:
    """A folder that is open for looking: its name as it is configured, and the windows of its message numbers."""

    name: str
    uidvalidity: int
    exists: int


class Inventory:
    """One session; every method raises SessionLost where the server is gone, silent or refuses."""

    def __init__(self, client: IMAPClient, account: ImapAccount) -> None:
        self._client = client
        self._account = account
        self._filing = Filing(client, account)

    @classmethod
    @contextmanager
    def open(cls, account: ImapAccount) -> Iterator[Inventory]:
        """For a ``with`` block.  Raises SessionLost, and its LoginRefused."""
        client = connect(account)
        try:
            yield cls(client, account)
        except BaseException:
            hang_up(client)
            raise
        farewell(client)

    def folders(self) -> Iterator[Examined]:
        """The folder that mail is taken from and, where it exists, that of accepted mail, each open in its turn."""
        yield self._examine(self._account.folder, self._filing.source())
        with conversation("LIST"):
            accepted = self._filing.accepted()
        if accepted is not None:
            yield self._examine(self._account.accepted_folder, accepted)

    def uids(self, folder: Examined) -> Iterator[list[int]]:
        """The UIDs of all messages that nobody marked as deleted, window by window."""
        for window in number_ranges(folder.exists):
            with conversation("SEARCH"):
                yield sorted(self._client.search(f"{window} UNDELETED"))

    def described(self, folder: Examined, uids: Sequence[int]) -> Iterator[MessageInFolder]:
        """What the server says of messages; one that is gone is left out."""
        for some in portions(uids, ASKED_AT_ONCE):
            with conversation("FETCH"):
                said = self._client.fetch(some, ["INTERNALDATE", "RFC822.SIZE", _MESSAGE_ID])
                for uid, one in said.items():
                    message_id = message_id_of(one.get(_SAID_MESSAGE_ID) or b"")
                    at = one[b"INTERNALDATE"].astimezone(UTC)
                    yield MessageInFolder(folder.name, folder.uidvalidity, uid, at, one[b"RFC822.SIZE"], message_id)

    def raw(self, one: MessageInFolder) -> bytes:
        """Its bytes as they would be taken: all of them, or where it is too large, its headers; b"" where it is gone."""
        most = self._account.max_message_bytes
        if one.size <= most:
            whole = self._fetched(one.uid, whole_item(most))
            if len(whole) <= most:
                return whole
        return self._fetched(one.uid, HEADER_ITEM)

    def _fetched(self, uid: int, item: str) -> bytes:
        with conversation("FETCH"):
            return body_in(self._client.fetch([uid], [item]).get(uid, {})) or b""

    def search(self, *criteria: str) -> list[int]:
        """The UIDs of the open folder's messages that fulfil IMAP's criteria (RFC 3501 section 6.4.4)."""
        with conversation("SEARCH"):
            return sorted(self._client.search(list(criteria), "UTF-8" if not "".join(criteria).isascii() else None))

    def _examine(self, name: str, on_server: str) -> Examined:
        with conversation("EXAMINE"):
            said = self._client.select_folder(on_server, readonly=True)
            return Examined(name, said.get(b"UIDVALIDITY", 0), said.get(b"EXISTS", 0))
