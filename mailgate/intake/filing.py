"""Putting away what was taken: into the folder of accepted mail, else marked with a keyword, else left as it lies.

Nothing is lost by the lesser ways, for the register knows each UID that was taken; a later session tries anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from imapclient import DELETED, IMAPClient

from mailgate.intake.account import ImapAccount
from mailgate.intake.connection import ServerRefused, conversation, request

KEYWORD = b"$MailgateTaken"

_CHUNK = 500
"""UIDs in one command: a few kilobytes, well under the longest command that servers read."""

_MOST_REFUSED_ALONE = 2
"""One message may be broken; where a second is refused right after it, it is not the messages."""

_log = logging.getLogger("mailgate.intake")


class Filing:
    """How one session puts mail away; it steps down to a lesser way when the server refuses one."""

    def __init__(self, client: IMAPClient, account: ImapAccount) -> None:
        self._client = client
        self._account = account
        self._separator, self._prefix = _personal_namespace(client)
        self._accepted: str | None = None
        self._moves = client.has_capability("MOVE")
        self._transfers: bool = self._moves or client.has_capability("UIDPLUS")
        self._marks = True
        self._refused_alone = 0
        """Messages since the last success of which the server would not move each by itself."""

    def source(self) -> str:
        """The server's name of the folder that mail is taken from."""
        return self._account.folder.replace("/", self._separator)

    def accepted(self) -> str | None:
        """The server's name of the folder of accepted mail, None where there is none yet.  Raises ServerRefused."""
        name = self._accepted_name()
        with request("LIST"):
            return name if self._exists(name) else None

    @property
    def transfers(self) -> bool:
        """Whether taken mail can be brought there."""
        return self._transfers

    def accepted_made(self) -> str:
        """The server's name of the folder of accepted mail, made where it is missing.

        Raises ServerRefused where it cannot be made, and SessionLost.
        """
        return self._accepted or self._make_accepted()

    def put_away(self, uids: Sequence[int], *, writable: bool, keywords: bool) -> None:
        """Put messages of the selected folder away; a refusal is said in the journal and is no error.

        ``writable`` and ``keywords`` tell what the folder permits.  Raises SessionLost.
        """
        if not writable:
            return
        for start in range(0, len(uids), _CHUNK):
            left = self._transfer(uids[start : start + _CHUNK])
            if left and keywords:
                self._mark(left)

    def _transfer(self, uids: Sequence[int]) -> Sequence[int]:
        """Bring messages to the accepted folder; returns those that are still here."""
        if not self._transfers:
            return uids
        try:
            self.accepted_made()
            return self._moved(uids) if self._moves else self._copied(uids)
        except ServerRefused as fault:
            self._stop_transfers(str(fault))
            return uids

    def _copied(self, uids: Sequence[int]) -> Sequence[int]:
        """All at once or not at all: to try again after half of it was done would leave copies."""
        self._transfer_by(self._copy_and_expunge, uids)
        return self._agreed(uids)

    def _moved(self, uids: Sequence[int]) -> Sequence[int]:
        """A MOVE is refused as a whole for one message that somebody took away meanwhile, or that cannot be moved."""
        if not uids or not self._transfers:
            return uids
        try:
            self._transfer_by(self._move, uids)
        except ServerRefused as fault:
            return self._moved_singly(uids, str(fault))
        self._refused_alone = 0
        return self._agreed(uids)

    def _moved_singly(self, uids: Sequence[int], reason: str) -> Sequence[int]:
        """Those that are still here are halved until the culprit stands alone; after two of them all stay."""
        left = self.present(uids)
        if len(left) == 1 == len(uids):
            self._refused_alone += 1
            if self._refused_alone >= _MOST_REFUSED_ALONE:
                self._stop_transfers(reason)
            else:
                _log.warning("a message that was taken cannot be moved: %s", reason)
            return left
        half = (len(left) + 1) // 2
        return [*self._moved(left[:half]), *self._moved(left[half:])]

    def _agreed(self, uids: Sequence[int]) -> Sequence[int]:
        """Which of them are still here though the server agreed: then it does not mean what it says."""
        still_here = self.present(uids)
        if still_here:
            self._stop_transfers(f"the server agreed, but {len(still_here)} messages are still here")
        return still_here

    def _stop_transfers(self, reason: str) -> None:
        self._transfers = False
        _log.warning("mail that was taken stays in its folder for this session: %s", reason)

    def _transfer_by(self, way: Callable[[str, Sequence[int]], None], uids: Sequence[int]) -> None:
        accepted = self.accepted_made()
        try:
            way(accepted, uids)
        except ServerRefused as fault:
            if "TRYCREATE" not in str(fault):
                raise
            # Somebody removed the folder since we made it (RFC 3501 section 7.1).
            way(self._make_accepted(), uids)

    def _move(self, accepted: str, uids: Sequence[int]) -> None:
        with request("MOVE"):
            self._client.move(uids, accepted)

    def _copy_and_expunge(self, accepted: str, uids: Sequence[int]) -> None:
        """What MOVE does in three steps (RFC 6851 section 3.3); UID EXPUNGE leaves other people's deletions alone."""
        with request("COPY"):
            self._client.copy(uids, accepted)
        with request("UID EXPUNGE"):
            self._client.add_flags(uids, [DELETED], silent=True)
            self._client.uid_expunge(uids)

    def _mark(self, uids: Sequence[int]) -> None:
        if not self._marks:
            return
        try:
            with request("STORE"):
                self._client.add_flags(uids, [KEYWORD], silent=True)
        except ServerRefused as fault:
            self._marks = False
            _log.warning("mail that was taken cannot be marked either: %s", fault)

    def present(self, uids: Sequence[int]) -> list[int]:
        """Those of the UIDs that are still in the selected folder.

        FETCH and MOVE pass over a UID that is gone without a word, and some servers over one that is not.
        """
        with request("SEARCH"):
            found = self._client.search("UID " + ",".join(map(str, uids)))
            return sorted(set(found) & set(uids))

    def _make_accepted(self) -> str:
        """Create and subscribe the folder where it is missing; returns the server's name of it."""
        name = self._accepted_name()
        try:
            with request("CREATE"):
                if not self._exists(name):
                    self._client.create_folder(name)
        except ServerRefused as fault:
            # Another session was faster, or the server's list lags behind (RFC 5530).
            if "ALREADYEXISTS" not in str(fault):
                raise
        with request("SUBSCRIBE"):
            # Mail programs show only folders that are subscribed.
            self._client.subscribe_folder(name)
        self._accepted = name
        return name

    def _accepted_name(self) -> str:
        name = self._account.accepted_folder.replace("/", self._separator)
        return name if name.startswith(self._prefix) else self._prefix + name

    def _exists(self, name: str) -> bool:
        """A name that only stands above other folders holds no mail (RFC 3501 section 7.2.2)."""
        empty = {b"\\noselect", b"\\nonexistent"}
        return any(not empty & {flag.lower() for flag in flags} for flags, _, _ in self._client.list_folders("", name))


def _personal_namespace(client: IMAPClient) -> tuple[str, str]:
    """The separator between levels of folder names, and what the names of own folders begin with (RFC 2342)."""
    try:
        with request("NAMESPACE"):
            prefix, separator = client.namespace().personal[0]
            return separator or "/", prefix
    except ServerRefused:
        # The capability or a personal namespace is missing: then LIST tells at least the separator.
        with conversation("LIST"):
            listed = client.list_folders("", "")
            return listed[0][1].decode() if listed and listed[0][1] else "/", ""
