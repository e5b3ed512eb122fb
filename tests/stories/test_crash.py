"""Killed at any moment, the daemon loses nothing, doubles nothing and leaves no gap in the numbers (E03, E04, E19, E22)."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from servers.accounting import each_letter_is_accounted_for, each_mail_is_registered_once
from servers.deployment import PATIENCE, Deployment, eventually
from servers.doomed import STEPS
from servers.dovecot import Dovecot
from servers.feeders import Correspondents, Feeder, Resender
from servers.nursery import Nursery, free_port
from servers.smtp_sink import SmtpSink

ROUNDS = 25 if os.environ.get("MAILGATE_TEST_SOAK") == "full" else 2
"""In each, a daemon dies at every marked step, and as many die at random moments in between."""
SLOWEST = 10
"""Mails a second that a daemon works through on the busiest machine."""
MARKED = [step for step in STEPS if step != "none"]


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def gate(tmp_path: Path, dovecot: Dovecot, sink: SmtpSink) -> Deployment:
    return Deployment(
        tmp_path,
        IMAP_URL=dovecot.url,
        TLS_CA_FILE=str(dovecot.cafile),
        SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}",
        IMAP_POLL_SECONDS="1",
    )


@contextmanager
def feeding(port: int, dovecot: Dovecot) -> Iterator[list[Feeder]]:
    """Mail comes on both ways, from entry until all that was begun is brought."""
    senders = [Resender(f"smtp{n}", port) for n in range(2)]
    feeders: list[Feeder] = [*senders, Correspondents("imap", dovecot)]
    with ExitStack() as at_work:
        for feeder in feeders:
            at_work.enter_context(feeder)
        try:
            yield feeders
        except BaseException:
            for sender in senders:
                sender.give_up()
            raise


def die_again_and_again(nursery: Nursery, chance: random.Random) -> int:
    """How many daemons died."""
    deaths = 0
    for _ in range(ROUNDS):
        for step in chance.sample(MARKED, len(MARKED)):
            nursery.start(step, chance.randint(1, 4))
            nursery.await_death()
            deaths += 1
            if chance.random() < 0.4:
                nursery.start()
                time.sleep(chance.uniform(0.0, 1.2))  # The moment of the kill is what is tried, not waited for.
                nursery.kill()
                deaths += 1
    return deaths


@pytest.mark.soak
def test_e03_e04_e19_e22_a_daemon_killed_anywhere_keeps_every_promise(
    gate: Deployment, dovecot: Dovecot, sink: SmtpSink
) -> None:
    before = dovecot.count("Przyjęte")
    with Nursery(gate, free_port()) as nursery:
        with feeding(nursery.port, dovecot) as feeders:
            deaths = die_again_and_again(nursery, random.Random(20261123))
            nursery.start()
        brought = [question for feeder in feeders for question in feeder.brought]
        eventually("the mailbox is empty", lambda: not dovecot.count())
        # Thousands wait after a long run.
        gate.settled(PATIENCE + len(brought) / SLOWEST)
    assert len(brought) > deaths, "there was hardly any load"
    each_mail_is_registered_once(gate, brought)
    assert dovecot.count("Przyjęte") - before == len(feeders[-1].brought)
    each_letter_is_accounted_for(gate, sink, ("accepted", "uncertain"))
