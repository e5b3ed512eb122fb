"""What tests do with any IMAP server as a person would: put mail in, look at it, and look at the folders."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from imapclient import IMAPClient

PASSWORD = "zażółć-gęślą-4711"


class ImapServer:
    """The base of servers with one mailbox, which listen on 127.0.0.1: in the clear on ``port``, by TLS on the other.

    Their certificate is for ``localhost``, of the authority in ``cafile``.
    """

    user: str
    port: int
    tls_port: int
    cafile: Path

    @contextlib.contextmanager
    def client(self, folder: str | None = None) -> Iterator[IMAPClient]:
        """A person's own session, as from webmail, in the folder if one is given."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=20)
        try:
            client.plain_login(self.user, PASSWORD)
            client.normalise_times = False
            if folder is not None:
                client.select_folder(folder)
            yield client
        finally:
            with contextlib.suppress(OSError, client.Error):
                client.logout()
            with contextlib.suppress(OSError):
                client.shutdown()

    def append(self, raw: bytes, at: datetime | None = None, folder: str = "INBOX", flags: Sequence[str] = ()) -> None:
        """Put one message into a folder, with this INTERNALDATE."""
        with self.client() as client:
            client.append(folder, raw, flags=flags, msg_time=at)

    def append_all(self, raws: Sequence[bytes], folder: str = "INBOX") -> None:
        """Put many messages into a folder in one command."""
        with self.client() as client:
            client.multiappend(folder, raws)

    def messages(self, folder: str = "INBOX") -> dict[int, bytes]:
        """The folder's messages by UID; empty where the folder does not exist."""
        with self.client() as client:
            if not client.folder_exists(folder):
                return {}
            client.select_folder(folder, readonly=True)
            uids = client.search("ALL")
            return {uid: data[b"BODY[]"] for uid, data in client.fetch(uids, ["BODY.PEEK[]"]).items()}

    def count(self, folder: str = "INBOX") -> int:
        """How many messages lie in a folder; 0 where it does not exist."""
        with self.client() as client:
            return int(client.folder_status(folder, ["MESSAGES"])[b"MESSAGES"]) if client.folder_exists(folder) else 0

    def flags(self, folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        """The flags of a folder's messages by UID."""
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            return dict(client.get_flags(client.search("ALL")))

    def folders(self) -> list[str]:
        """The names of all folders, decoded."""
        with self.client() as client:
            return sorted(name for _, _, name in client.list_folders())

    def subscribed(self) -> list[str]:
        """The names of the subscribed folders, decoded."""
        with self.client() as client:
            return sorted(name for _, _, name in client.list_sub_folders())
