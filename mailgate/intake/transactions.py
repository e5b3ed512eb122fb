"""What the intake asks of the register, each question and each act a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from mailgate.intake.turn import Turn
from mailgate.register import leases, restores, spool
from mailgate.register.database import reading, unit_of_work
from mailgate.register.leases import Holder
from mailgate.register.restores import Restore
from mailgate.register.spool import Arrival, Spooled, Taken


@dataclass(frozen=True, slots=True)
class Transactions:
    """For one daemon, which the register knows as ``owner``; every method blocks, and raises RegisterError.

    ``stored`` is called after each commit of mail; ``lease`` is how long the mailbox stays ours without a word.
    """

    engine: Engine
    owner: str
    clock: Callable[[], datetime]
    stored: Callable[[], None]
    lease: timedelta

    def put(self, arrivals: Sequence[Arrival]) -> list[Spooled]:
        """All that arrived together, in one."""
        with unit_of_work(self.engine) as session:
            spooled = spool.put(session, arrivals, self.clock())
        self.stored()
        return spooled

    def taken_at(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> dict[int, Taken]:
        """What was taken before at these UIDs of a mailbox."""
        with reading(self.engine) as session:
            return spool.taken_at(session, mailbox, uidvalidity, uids)

    def to_read_again(self) -> Restore | None:
        """The restoration after which the mailbox is still to be read again."""
        with reading(self.engine) as session:
            return restores.to_read_again(session)

    def read_again(self, restore: Restore, mails: int) -> None:
        """It has been, and brought so many mails."""
        with unit_of_work(self.engine) as session:
            restores.read_again(session, restore, mails, self.clock())

    def turn(self, mailbox: str) -> Turn:
        """The lease on a mailbox, by its name in the register."""

        def take(looked_at: datetime | None) -> Holder | None:
            with unit_of_work(self.engine) as session:
                return leases.take(session, mailbox, self.owner, leases.clock(session), self.lease, looked_at)

        def release() -> None:
            with unit_of_work(self.engine) as session:
                leases.release(session, mailbox, self.owner, leases.clock(session))

        return Turn(take, release, self.lease)
