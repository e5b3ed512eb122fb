"""Taking what lies in the mailbox: looked up, sorted by age, fetched in batches, committed, and only then put away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from mailgate import maillog
from mailgate.domain import mail
from mailgate.intake.account import ImapAccount
from mailgate.intake.connection import ServerRefused, SessionLost
from mailgate.intake.mailbox import ASKED_AT_ONCE, Folder, Waiting
from mailgate.intake.storing import Store, is_ours, store_each
from mailgate.intake.suspects import Suspects
from mailgate.intake.trace import envelope_in_headers
from mailgate.register.spool import Arrival, Spooled, Taken
from mailgate.register.sql import portions

BATCH_MESSAGES = 50
BATCH_BYTES = 8 * 1024 * 1024
"""One commit a batch: large enough to be fast, small enough that a crash repeats little."""

MOST_IN_ONE_RUN = 5_000
"""So that a backlog of an hour still gives a sign of life now and then."""

TakenAt = Callable[[str, int, Sequence[int]], Mapping[int, Taken]]
"""What was taken before at these UIDs of a mailbox (its name, UIDVALIDITY)."""
T = TypeVar("T")

_log = logging.getLogger("mailgate.intake")


class Sweepable(Protocol):
    """A folder of messages as a sweep needs it: the ``Mailbox`` itself, or a part of it."""

    def select(self) -> Folder:
        """Enter the folder."""
        ...

    def uids(self, folder: Folder, above: int) -> list[int]:
        """What lies there, over a UID."""
        ...

    def measure(self, uids: Sequence[int]) -> dict[int, Waiting]:
        """When each was received, and how large it is."""
        ...

    def message_ids(self, uids: Sequence[int]) -> dict[int, str | None]:
        """The Message-ID of each."""
        ...

    def contents(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The bytes of each, or more than ``max_message_bytes`` of them."""
        ...

    def headers(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The header block of each."""
        ...

    def present(self, uids: Sequence[int]) -> list[int]:
        """Those that are there still."""
        ...

    def put_away(self, uids: Sequence[int]) -> None:
        """These are in the register."""
        ...


def batches(
    waiting: Sequence[Waiting], alone: Container[int], most: int = BATCH_MESSAGES, most_bytes: int = BATCH_BYTES
) -> Iterator[list[Waiting]]:
    """Cut a sorted list into batches of at most so many messages and bytes; one larger than that is its own batch.

    Messages whose UID is in ``alone`` are batches of their own, too, in their place.
    """
    batch: list[Waiting] = []
    size = 0
    for one in waiting:
        single = one.uid in alone
        if batch and (single or len(batch) == most or size + one.size > most_bytes or batch[-1].uid in alone):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one.size
    if batch:
        yield batch


class Sweep:
    """What one session knows of the folder; each ``run`` takes what waits, the oldest first.

    It raises SessionLost, and MailgateError (RegisterBusy mostly) where we cannot keep mail now: then nothing is lost,
    and the next ``run`` goes on where this one stopped.  A mail that alone cannot be kept becomes a suspect.
    """

    def __init__(
        self,
        mailbox: Sweepable,
        account: ImapAccount,
        store: Store,
        known: TakenAt,
        suspects: Suspects,
        stopping: Callable[[], bool],
    ) -> None:
        self._mailbox = mailbox
        self._account = account
        self._store = store
        self._known = known
        self._suspects = suspects
        self._stopping = stopping
        self._folder: Folder | None = None
        self._above = 0
        self._unmeasured: set[int] = set()
        self._recorded: dict[int, Taken] = {}
        self._waiting: dict[int, Waiting] = {}

    @property
    def waiting(self) -> int:
        """How many messages lie there that are not in the register."""
        return len(self._unmeasured) + len(self._waiting)

    @property
    def oldest(self) -> datetime | None:
        """When the oldest of them was received, UTC."""
        return min((one.received_at for one in tuple(self._waiting.values())), default=None)

    def run(self) -> int:
        """Take what waits; returns how many messages were dealt with.  As long as that is not 0, run it again."""
        folder = self._enter()
        self._discover(folder)
        known = self._measure()
        return known + self._take_all(folder)

    def _enter(self) -> Folder:
        folder = self._mailbox.select()
        if self._folder is not None and folder.uidvalidity != self._folder.uidvalidity:
            # Somebody made the folder anew: what this session knows of UIDs is void.
            raise SessionLost("UIDVALIDITY changed")
        self._folder = folder
        self._suspects.enter_folder(folder.uidvalidity)
        return folder

    def _discover(self, folder: Folder) -> None:
        """Look up what is new to this session, and from which of these places the register has a mail."""
        found = self._mailbox.uids(folder, self._above)
        self._recorded |= self._on_record(folder, found)
        self._unmeasured.update(uid for uid in found if uid not in self._recorded)
        self._above = max(self._above, (folder.uidnext or 1) - 1, max(found, default=0))

    def _on_record(self, folder: Folder, uids: Sequence[int]) -> dict[int, Taken]:
        if folder.uidvalidity is None:
            # Without it a UID proves nothing (RFC 3501 section 2.3.1.1); the fingerprint tells when it is stored.
            return {}
        recorded: dict[int, Taken] = {}
        for some in portions(uids, ASKED_AT_ONCE):
            if self._stopping():
                break
            recorded |= self._known(self._account.key, folder.uidvalidity, some)
        return recorded

    def _measure(self) -> int:
        """Learn when each was received; what is in the register is only put away, and counted.

        That was committed by a process which then died, or a server would not let us move it.
        """
        known = 0
        for some in self._askable([*self._unmeasured, *self._recorded]):
            if self._stopping():
                break
            measured = self._isolate(some, self._mailbox.measure)
            taken = self._still_there(measured)
            self._waiting |= {uid: one for uid, one in measured.items() if uid not in taken}
            self._unmeasured -= measured.keys()
            self._mailbox.put_away(taken)
            self._forget(taken)
            known += len(taken)
        return known

    def _still_there(self, measured: Mapping[int, Waiting]) -> list[int]:
        """Which of these are the very mails that the register has from their places.

        The others are fetched: where it is one of them after all, its fingerprint tells when it is stored.
        """
        recorded = {uid: taken for uid in measured if (taken := self._recorded.pop(uid, None)) is not None}
        dated = [uid for uid, taken in recorded.items() if taken.received_at == measured[uid].received_at]
        named = self._isolate(dated, self._mailbox.message_ids)
        same = [
            uid
            for uid in dated
            if recorded[uid].is_still_there(measured[uid].received_at, measured[uid].size, named.get(uid))
        ]
        if len(same) < len(recorded):
            _log.warning(
                "%d messages are not what was taken under their UIDs before: was the mailbox restored, or made anew?",
                len(recorded) - len(same),
            )
        return same

    def _askable(self, uids: Iterable[int]) -> list[Sequence[int]]:
        """Many in one request, but those that are doubtful each in its own, and only where its pause is over."""
        due = sorted(uid for uid in uids if self._suspects.may_be_tried(uid))
        plain = [uid for uid in due if uid not in self._suspects]
        return [*portions(plain, ASKED_AT_ONCE), *([uid] for uid in due if uid in self._suspects)]

    def _take_all(self, folder: Folder) -> int:
        """The oldest first; those that have failed come last."""
        due = [one for one in self._waiting.values() if self._suspects.may_be_tried(one.uid)]
        due.sort(key=lambda one: (self._suspects.failures(one.uid), one))
        taken = 0
        for batch in batches(due[:MOST_IN_ONE_RUN], self._suspects):
            if self._stopping():
                break
            taken += self._take(folder, batch)
        return taken

    def _take(self, folder: Folder, batch: Sequence[Waiting]) -> int:
        """Fetch, commit, and put away what is committed.  After the commit nothing may ask whether to stop."""
        whole, heads = self._fetch(batch)
        arrivals = {}
        for one in batch:
            if one.uid in whole or one.uid in heads:
                raw = whole.get(one.uid, heads.get(one.uid, b""))
                arrivals[one.uid] = self._arrival(folder, one, raw, truncated=one.uid in heads)
        stored, trouble = self._commit({uid: arrival for uid, arrival in arrivals.items() if arrival is not None})
        self._forget(stored)
        self._mailbox.put_away(stored)
        if trouble is not None:
            raise trouble
        return len(stored)

    def _fetch(self, batch: Sequence[Waiting]) -> tuple[dict[int, bytes], dict[int, bytes]]:
        """The whole mails, and the headers of those that are too large: by the server's word, or when they come."""
        most = self._account.max_message_bytes
        fetched = self._isolate([one.uid for one in batch if one.size <= most], self._mailbox.contents)
        whole = {uid: raw for uid, raw in fetched.items() if len(raw) <= most}
        large = [one.uid for one in batch if one.size > most or (one.uid in fetched and one.uid not in whole)]
        return whole, self._isolate(large, self._mailbox.headers)

    def _isolate(self, uids: Sequence[int], ask: Callable[[Sequence[int]], dict[int, T]]) -> dict[int, T]:
        """Ask about many messages; where the server refuses, halve them until the culprit stands alone."""
        if not uids:
            return {}
        try:
            with self._suspects.handling(uids):
                answered = ask(uids)
        except ServerRefused as fault:
            if len(uids) == 1:
                self._suspects.failed(uids[0], str(fault))
                return {}
            half = len(uids) // 2
            return self._isolate(uids[:half], ask) | self._isolate(uids[half:], ask)
        self._account_for([uid for uid in uids if uid not in answered])
        return answered

    def _account_for(self, unanswered: Sequence[int]) -> None:
        """A message of which the server says nothing is gone, unless it still lies there."""
        if not unanswered:
            return
        present = self._mailbox.present(unanswered)
        for uid in present:
            self._suspects.failed(uid, "FETCH: the server gives nothing for this message")
        self._forget([uid for uid in unanswered if uid not in present])

    def _arrival(self, folder: Folder, one: Waiting, raw: bytes, *, truncated: bool) -> Arrival | None:
        sender, recipients = envelope_in_headers(raw)
        envelope = mail.Envelope(
            source="imap",
            sender=sender,
            recipients=recipients,
            received_at=one.received_at,
            client=self._account.key,
            folder=self._account.key,
            uidvalidity=folder.uidvalidity,
            uid=one.uid,
            truncated=truncated,
        )
        try:
            return Arrival(envelope, raw, mail.fingerprint(raw), mail.message_id_of(raw))
        except Exception as fault:  # noqa: BLE001 - one message, whatever is wrong with it, must not stop the others
            self._suspects.failed(one.uid, f"its bytes cannot be read ({type(fault).__name__})")
            return None

    def _commit(self, arrivals: dict[int, Arrival]) -> tuple[list[int], Exception | None]:
        """Store what was fetched; returns the UIDs that are in the register now, and what is wrong with the register.

        A mail that is refused while the register serves is passed over, and tried again later.
        """
        stored, trouble = [], None
        outcomes = store_each(self._store, list(arrivals.values()))
        for (uid, arrival), outcome in zip(arrivals.items(), outcomes, strict=True):
            if isinstance(outcome, Spooled):
                maillog.received(spool_id=outcome.id, source="imap", size=len(arrival.raw), duplicate=outcome.duplicate)
                stored.append(uid)
            elif is_ours(outcome):
                trouble = outcome
            else:
                # Only the name: the texts of database errors quote what was to be stored.
                self._suspects.failed(uid, f"it cannot be stored ({type(outcome).__name__})")
        return stored, trouble

    def _forget(self, uids: Sequence[int]) -> None:
        """These wait no longer."""
        self._suspects.cleared(uids)
        self._unmeasured.difference_update(uids)
        for uid in uids:
            self._recorded.pop(uid, None)
            self._waiting.pop(uid, None)
