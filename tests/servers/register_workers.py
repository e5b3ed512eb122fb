"""What other processes do to the register in tests; a module of its own, so that a fresh process can import it."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable, Sequence
from typing import Any

from servers.entries import LEASE, NOW, arrival, registered

from mailgate.errors import RegisterBusy
from mailgate.register import outbox, spool
from mailgate.register.database import migrate, open_database, unit_of_work


class Dropped(Exception):
    """Thrown to roll a unit of work back."""


def in_processes(work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Call ``work`` in one fresh process for each of the argument tuples, all at once; their results in order."""
    with multiprocessing.get_context("spawn").Pool(len(arguments)) as pool:
        return pool.starmap(work, arguments)


def number_questions(url: str, seed: int, rounds: int) -> int:
    """Register one to three questions in each round, and roll back at random; returns how many stayed."""
    dice, kept = random.Random(seed), 0
    engine = open_database(url)
    for _ in range(rounds):
        count = dice.randint(1, 3)
        try:
            with unit_of_work(engine) as session:
                registered(session, count)
                if dice.random() < 0.4:
                    raise Dropped
        except Dropped:
            continue
        kept += count
    engine.dispose()
    return kept


def put_same(url: str, fingerprints: Sequence[str]) -> int:
    """Store the same mails as everybody else; returns how many were new."""
    engine, new = open_database(url), 0
    for fingerprint in fingerprints:
        with unit_of_work(engine) as session:
            new += not spool.put(session, [arrival(fingerprint)], NOW)[0].duplicate
    engine.dispose()
    return new


def claim_everything(url: str, owner: str) -> tuple[list[int], list[int]]:
    """Claim mails and letters until none is left; their ids."""
    engine = open_database(url)
    mails: list[int] = []
    letters: list[int] = []
    more = True
    while more:
        with unit_of_work(engine) as session:
            claimed = spool.claim(session, owner, 3, NOW, LEASE)
            taken = outbox.claim(session, owner, 3, NOW, LEASE)
        mails += [mail.id for mail in claimed]
        letters += [one.id for one in taken]
        more = bool(claimed or taken)
    engine.dispose()
    return mails, letters


def migrate_now(url: str) -> str:
    """Start as a daemon does; returns what went wrong."""
    engine = open_database(url)
    try:
        migrate(engine)
    except RegisterBusy as fault:
        return str(fault)
    finally:
        engine.dispose()
    return ""
