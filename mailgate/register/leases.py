"""Leases: of several daemons on one register one reads a mailbox, and the others know which.

A lease keeps double work away, not double entries: a holder that was held up longer than its lease lasts works on
beside the next one, and what both bring is one by the keys of the spool.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlmodel import Session

from mailgate.clock import utc_now
from mailgate.register.sql import insert_into, run
from mailgate.register.tables import LeaseRow, table_of

_lease = table_of(LeaseRow)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a lease; ``looked_at`` is the last completed look at the mailbox (aware UTC), None before the first."""

    name: str
    looked_at: datetime | None = None


def clock(session: Session) -> datetime:
    """The present moment (aware UTC) by the one clock of all daemons on this database: those of their hosts differ."""
    if session.get_bind().dialect.name == "postgresql":
        now: datetime = run(session, select(func.clock_timestamp())).scalar_one()
        return now
    # SQLite has no clock but the machine's, on which all its daemons run.
    return utc_now()


def take(
    session: Session, name: str, owner: str, now: datetime, lasting: timedelta, looked_at: datetime | None = None
) -> Holder | None:
    """Take a lease, or make one's own last anew: None where it is ``owner``'s from now on, else who has it.

    It is free where it has run out, or would last longer than any lease does: then the clock was set back.
    ``looked_at`` is what the owner has to tell; where that is None the last that was told stays.
    """
    values = {"holder": owner, "until": now + lasting, "looked_at": looked_at}
    asked = insert_into(session, _lease).values(name=name, **values)
    taken = asked.on_conflict_do_update(
        index_elements=["name"],
        set_=values | {"looked_at": func.coalesce(asked.excluded.looked_at, _lease.c.looked_at)},
        # Twice, so that a clock which is set right by a moment takes the lease from nobody.
        where=or_(_lease.c.holder == owner, _lease.c.until <= now, _lease.c.until > now + 2 * lasting),
    )
    if run(session, taken.returning(_lease.c.holder)).first() is not None:
        return None
    chosen = select(_lease.c.holder, _lease.c.looked_at).where(_lease.c.name == name)
    return Holder(*run(session, chosen).one())


def forget(session: Session) -> None:
    """No daemon has a lease: those of a restored register were taken at the time of its backup."""
    run(session, delete(_lease))


def release(session: Session, name: str, owner: str, now: datetime) -> bool:
    """Let go of a lease; False, and nothing happens, where it is not (or no more) ``owner``'s."""
    ours = (_lease.c.name == name, _lease.c.holder == owner, _lease.c.until > now)
    return run(session, update(_lease).where(*ours).values(until=now)).rowcount > 0
