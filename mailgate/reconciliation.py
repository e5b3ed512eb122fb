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
from mailgate.intake.inventory import Examined, Inventory, MessageInFolder
from mailgate.intake.mailbox import ASKED_AT_ONCE
from mailgate.register import proof, sightings
from mailgate.register.database import reading
from mailgate.register.halt import Halt
from mailgate.register.spool import Taken, taken_at
from mailgate.register.spool.arrivals import MAX_MESSAGE_ID
from mailgate.register.sql import portions

YOUNG = timedelta(minutes=5)
"""What came into the mailbox so lately may not be taken yet."""
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


def lying(engine: Engine, account: ImapAccount, what: str) -> Iterator[MessageInFolder]:
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
            yield from _in_folders(engine, inventory, account, now, halted)
    except SessionLost as fault:
        cure = "see `mailgate doctor`, and reconcile again once the mailbox can be reached"
        yield Difference("mailbox", account.folder, f"it could not be compared ({fault})", cure)


def _in_folders(
    engine: Engine, inventory: Inventory, account: ImapAccount, now: datetime, halted: Callable[[], bool]
) -> Iterator[Difference]:
    for folder in inventory.folders():
        for uids in inventory.uids(folder):
            unknown = _unknown(engine, inventory, folder, uids, account, now, halted)
            yield from (_not_taken(one, account) for one in unknown)
            if halted():
                return


def _not_taken(one: MessageInFolder, account: ImapAccount) -> Difference:
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
) -> Iterator[MessageInFolder]:
    """Those that are known neither by their place, nor by Message-ID and size, nor by their content.

    Mail is put away under new UIDs, so that in the folder of accepted mail its Message-ID must do; where that is missing
    or the octets differ (a relay's headers), the whole content decides.  Nothing is too young to be known there.
    """
    incoming = folder.name == account.folder
    for some in portions(uids, ASKED_AT_ONCE):
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
            young = incoming and now - one.received_at < YOUNG
            if not (young or _fits(one, placed, sizes) or _is_on_record(engine, inventory.raw(one), one.received_at)):
                yield one


def _is_on_record(engine: Engine, raw: bytes, received_at: datetime) -> bool:
    """By its content; a mail that has gone from the folder meanwhile counts as known."""
    # Asked only now, so that what was taken meanwhile is known.
    with reading(engine) as session:
        return not raw or sightings.is_on_record(session, raw, received_at)


def _fits(one: MessageInFolder, placed: Mapping[int, Taken], sizes: dict[str, set[int | None]]) -> bool:
    taken = placed.get(one.uid)
    if taken is not None and taken.is_still_there(one.received_at, one.size, one.message_id):
        return True
    known = sizes.get(one.message_id[:MAX_MESSAGE_ID], set()) if one.message_id else set()
    return one.size in known or None in known
