"""Reading the mailbox again after the register was restored from a backup: what was taken since then is taken anew.

Taken mail lies in the folder of accepted mail, or in its own folder with our keyword.  What the register knows adds
nothing (its fingerprint tells); the rest comes in with its true moment of receipt, the oldest first.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from mailgate import maillog
from mailgate.intake.account import ImapAccount
from mailgate.intake.connection import ServerRefused
from mailgate.intake.filing import KEYWORD
from mailgate.intake.mailbox import ASKED_AT_ONCE, Folder, Mailbox, Waiting
from mailgate.intake.storing import Store
from mailgate.intake.suspects import Suspects
from mailgate.intake.sweep import Sweep, TakenAt
from mailgate.register.restores import Restore
from mailgate.register.spool import Arrival, Spooled
from mailgate.register.sql import portions

MARGIN = timedelta(days=1)
"""So much before the backup the reading begins: clocks differ, and a mail may have been in hand at that moment."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)

_log = logging.getLogger("mailgate.intake")


@dataclass(frozen=True, slots=True)
class TakenBefore:
    """A part of a folder, read only: what meets a criterion of SEARCH and was received within a span (UTC)."""

    mailbox: Mailbox
    name: str | None
    """The server's name of the folder; None is the one that mail is taken from."""
    criterion: str
    since: datetime
    until: datetime = _END_OF_TIME
    """No longer within the span."""

    def select(self) -> Folder:
        """Enter the folder.  Raises ServerRefused."""
        return self.mailbox.select() if self.name is None else self.mailbox.look_into(self.name)

    def uids(self, folder: Folder, above: int) -> list[int]:
        """Those over ``above``; SEARCH knows whole days only, in a time zone of its own (RFC 3501 section 6.4.4)."""
        days = f"SINCE {_search_date((self.since - timedelta(days=1)).date())}"
        found = [uid for uid in self.mailbox.matching(folder, f"{self.criterion} {days}") if uid > above]
        return [uid for some in portions(found, ASKED_AT_ONCE) for uid in self._within(some)]

    def _within(self, uids: Sequence[int]) -> Sequence[int]:
        try:
            measured = self.mailbox.measure(uids)
        except ServerRefused:
            # One of them is doubtful: the sweep finds it.  What is known already adds nothing if it is read once more.
            return uids
        return [uid for uid in uids if uid in measured and self.since <= measured[uid].received_at < self.until]

    def measure(self, uids: Sequence[int]) -> dict[int, Waiting]:
        """As ``Mailbox`` does."""
        return self.mailbox.measure(uids)

    def message_ids(self, uids: Sequence[int]) -> dict[int, str | None]:
        """As ``Mailbox`` does."""
        return self.mailbox.message_ids(uids)

    def contents(self, uids: Sequence[int]) -> dict[int, bytes]:
        """As ``Mailbox`` does."""
        return self.mailbox.contents(uids)

    def headers(self, uids: Sequence[int]) -> dict[int, bytes]:
        """As ``Mailbox`` does."""
        return self.mailbox.headers(uids)

    def present(self, uids: Sequence[int]) -> list[int]:
        """As ``Mailbox`` does."""
        return self.mailbox.present(uids)

    def put_away(self, uids: Sequence[int]) -> None:
        """It was put away long ago; what lies in its own folder is seen to by the next look at that."""


class Reread:
    """Takes once more what was taken since the backup; lives as long as the poller, whose sessions each begin with it.

    ``due`` tells after which restoration the mailbox is to be read again, ``done`` is told when it was, and how many
    mails were not known; both block, and raise MailgateError where the database cannot serve now.
    """

    def __init__(
        self,
        account: ImapAccount,
        store: Store,
        known: TakenAt,
        due: Callable[[], Restore | None],
        done: Callable[[Restore, int], None],
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._account = account
        self._store = store
        self._known = known
        self._due = due
        self._done = done
        self._mails = 0
        # One a folder: a message that kills the session must be known to the next one.
        self._suspects = {name: Suspects(time.monotonic, chance) for name in (account.accepted_folder, account.folder)}

    def session_died(self, reason: str) -> None:
        """The session ended; what was being fetched is doubtful."""
        for suspects in self._suspects.values():
            suspects.session_died(reason)

    def run(self, mailbox: Mailbox, stopping: Callable[[], bool]) -> None:
        """Read again where that is due.  Raises SessionLost, and MailgateError where we cannot keep mail now.

        What the server refuses is left for the next session, and keeps no new mail waiting.
        """
        restore = self._due()
        if restore is None:
            return
        try:
            taken = [self._take(part, account, stopping) for part, account in self._parts(mailbox, restore)]
            complete = all(taken)
        except ServerRefused as fault:
            _log.warning("the mail that was taken before cannot be read again now: %s", fault)
            complete = False
        maillog.mailbox_read_again(mails=self._mails, complete=complete)
        if complete and not stopping():
            self._done(restore, self._mails)
            self._mails = 0

    def _parts(self, mailbox: Mailbox, restore: Restore) -> list[tuple[TakenBefore, ImapAccount]]:
        since, account = restore.backup_made_at - MARGIN, self._account
        parts = []
        accepted = mailbox.accepted()
        if accepted is not None:
            there = replace(account, folder=account.accepted_folder)
            parts.append((TakenBefore(mailbox, accepted, "ALL", since), there))
        if mailbox.marks_taken(mailbox.select()):
            marked = TakenBefore(mailbox, None, f"UNDELETED KEYWORD {KEYWORD.decode()}", since)
        else:
            # Taken mail lies among the rest, and nothing tells which it is: what came before the restoration is both.
            marked = TakenBefore(mailbox, None, "UNDELETED", since, restore.restored_at)
        return [*parts, (marked, account)]

    def _take(self, part: TakenBefore, account: ImapAccount, stopping: Callable[[], bool]) -> bool:
        """Take a part; True where all of it is in the register now."""
        suspects = self._suspects[account.folder]
        sweep = Sweep(part, account, self._store_again, self._known, suspects, stopping)
        while sweep.run() and not stopping():
            pass
        return not sweep.waiting

    def _store_again(self, arrivals: Sequence[Arrival]) -> list[Spooled]:
        stored = self._store([replace(arrival, retaken=True) for arrival in arrivals])
        self._mails += sum(not one.duplicate for one in stored)
        return stored


def _search_date(day: date) -> str:
    """A day as SEARCH wants it, whatever the locale: ``23-Nov-2026``."""
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
