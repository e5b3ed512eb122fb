"""What the intake asks of the register is one transaction each, and the pipeline is woken only after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from servers.entries import NOW, arrival, placed
from sqlalchemy import Engine

from mailgate.intake.transactions import Transactions
from mailgate.register import spool
from mailgate.register.database import unit_of_work

LEASE = timedelta(seconds=90)


def transactions(engine: Engine, stored: Callable[[], None] = lambda: None, owner: str = "a") -> Transactions:
    return Transactions(engine, owner, lambda: NOW, stored, LEASE)


def test_whoever_is_woken_after_mail_was_stored_finds_it(engine: Engine) -> None:
    claimed: list[int] = []

    def stored() -> None:
        with unit_of_work(engine) as session:
            claimed.extend(mail.id for mail in spool.claim(session, "pipeline", 10, NOW, LEASE))

    ids = [one.id for one in transactions(engine, stored).put([arrival("1"), arrival("2")])]
    assert claimed == ids


def test_nobody_is_woken_for_mail_that_was_not_stored(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*given: object) -> None:
        raise LookupError("it cannot be stored")

    woken: list[str] = []
    monkeypatch.setattr(spool, "put", fails)
    with pytest.raises(LookupError):
        transactions(engine, lambda: woken.append("woken")).put([arrival("1")])
    assert not woken


def test_what_was_taken_is_known_by_its_place(engine: Engine) -> None:
    register = transactions(engine)
    (stored,) = register.put([placed("1", 7)])
    taken = register.taken_at("INBOX", 1, [6, 7])
    assert {uid: one.inbound_id for uid, one in taken.items()} == {7: stored.id}


def test_the_turn_is_one_daemons_until_it_lets_go(engine: Engine) -> None:
    first, second = (transactions(engine, owner=owner).turn("mailbox") for owner in "ab")
    assert first.other() is None
    holder = second.other()
    assert holder is not None
    assert holder.name == "a"
    first.let_go()
    third = transactions(engine, owner="c").turn("mailbox")
    assert third.other() is None
