"""The proof: mailbox, spool, register and outbox are compared, and the difference must be none.

Nothing is changed anywhere, and a daemon may be at work meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from mailgate.domain.difference import Difference
from mailgate.intake.account import ImapAccount
from mailgate.intake.connection import SessionLost
from mailgate.intake.inventory import Examined, Inventory, Lying
from mailgate.register import proof, sightings
from mailgate.register.arrivals import MAX_MESSAGE_ID, Taken, taken_at
from mailgate.register.database import reading
from mailgate.register.halt import Halt

YOUNG = timedelta(minutes=5)
"""What came into the mailbox so lately may not be taken yet."""
_ASKED_AT_ONCE = 500
_ALWAYS = datetime.max.replace(tzinfo=UTC)


def differences(
    engine: Engine,
    mailbox: ImapAccount | None,
    now: datetime,
    *,
    halted: Halt | None = None,
    every_byte: bool = False,
) -> Iterator[Difference]:
    """All differences, as they are found; ends early where ``halted``, between two questions or in the middle of one.

    The bytes of every mail are read again only with ``every_byte``, else those of a part (``proof.changed_bytes``).
    Raises RegisterError where the database does not answer, or was halted while it did; of a mailbox that does not, a
    difference tells.
    """
    halt = halted or Halt()
    if mailbox is not None:
        yield from _until(halt, _in_mailbox(engine, mailbox, now, halt))
    if not halt():
        with reading(engine) as session, halt.over(session):
            yield from _until(halt, proof.disagreements(session, now, halted=halt))
    if not halt():
        with reading(engine) as session, halt.over(session):
            yield from _until(halt, proof.changed_bytes(session, now.date(), every=every_byte, halted=halt))


def lying(engine: Engine, account: ImapAccount, what: str) -> Iterator[Lying]:
    """Messages from an address, or with a Message-ID, that lie in the mailbox and that the spool does not know.

    However young they are.  Raises SessionLost where the mailbox cannot be asked.
    """
    with Inventory.open(account) as inventory:
        for folder in inventory.folders():
            named = inventory.search("HEADER", "Message-ID", what)
            uids = sorted({*named, *inventory.search("FROM", what)}) if "@" in what else named
            yield from _unknown(engine, inventory, folder, uids, account, _ALWAYS)


def _until(halted: Callable[[], bool], found: Iterator[Difference]) -> Iterator[Difference]:
    """So long as nobody halts; within what finds them it is asked as well, for most look long and find nothing."""
    while not halted():
        one = next(found, None)
        if one is None:
            return
        yield one


def _in_mailbox(
    engine: Engine, account: ImapAccount, now: datetime, halted: Callable[[], bool]
) -> Iterator[Difference]:
    """Messages that lie in the mailbox and that the spool does not know."""
    try:
        with Inventory.open(account) as inventory:
            for folder in inventory.folders():
                for uids in inventory.uids(folder):
                    for one in _unknown(engine, inventory, folder, uids, account, now, halted):
                        yield _not_taken(one, account)
                    if halted():
                        return
    except SessionLost as fault:
        cure = "see `mailgate doctor`, and reconcile again once the mailbox can be reached"
        yield Difference("mailbox", account.folder, f"it could not be compared ({fault})", cure)


def _not_taken(one: Lying, account: ImapAccount) -> Difference:
    id = f"{one.folder};UIDVALIDITY={one.uidvalidity};UID={one.uid}"
    received = f"{one.received_at:%Y-%m-%d %H:%M} UTC"
    if one.folder == account.folder:
        cure = "see whether the daemon runs, and the journal (mailbox-message-skipped, intake-failed)"
    else:
        cure = f"move it to {account.folder}, where it is taken, or to a folder of your own if it is none of ours"
    return Difference("mailbox", id, f"it was received {received}, and the spool does not know it", cure)


def _unknown(
    engine: Engine,
    inventory: Inventory,
    folder: Examined,
    uids: Sequence[int],
    account: ImapAccount,
    now: datetime,
    halted: Callable[[], bool] = lambda: False,
) -> Iterator[Lying]:
    """Those that are known neither by their place, nor by Message-ID and size, nor by their content.

    Mail is put away under new UIDs, so that in the folder of accepted mail its Message-ID must do; where that is missing
    or the octets differ (a relay's headers), the whole content decides.  Nothing is too young to be known there.
    """
    incoming = folder.name == account.folder
    for start in range(0, len(uids), _ASKED_AT_ONCE):
        some = uids[start : start + _ASKED_AT_ONCE]
        if halted():
            return
        with reading(engine) as session:
            placed = taken_at(session, account.key, folder.uidvalidity, some) if incoming else {}
        described = list(inventory.described(folder, some))
        with reading(engine) as session:
            sizes = sightings.sizes(session, [one.message_id for one in described if one.message_id])
        for one in described:
            if halted():
                return
            if (incoming and now - one.received_at < YOUNG) or _fits(one, placed, sizes):
                continue
            raw = inventory.raw(one)
            # Asked only now, so that what was taken meanwhile is known.
            with reading(engine) as session:
                if raw and not sightings.is_on_record(session, raw, one.received_at):
                    yield one


def _fits(one: Lying, placed: Mapping[int, Taken], sizes: dict[str, set[int | None]]) -> bool:
    taken = placed.get(one.uid)
    if taken is not None and taken.is_still_there(one.received_at, one.size, one.message_id):
        return True
    known = sizes.get(one.message_id[:MAX_MESSAGE_ID], set()) if one.message_id else set()
    return one.size in known or None in known
