"""A mail that bears neither Message-ID nor Date is known again for some days only, on either database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servers.entries import NOW, arrival
from sqlalchemy import Engine, text

from mailgate.domain.mail import Envelope, fingerprint, message_id_of
from mailgate.register import proof, sightings, spool
from mailgate.register.database import reading, unit_of_work

NAMELESS = b"From: skaner@ug.example\r\nSubject: HOT-01\r\n\r\nProsz\xc4\x99 o odblokowanie konta.\r\n"
DATED = b"Date: Fri, 20 Nov 2026 11:17:04 +0100\r\n" + NAMELESS
NAMED = b"Message-ID: <1@ug.example>\r\n" + NAMELESS


def came(raw: bytes, days: float, **envelope: object) -> spool.Arrival:
    """A mail received so many days after NOW."""
    values = {"source": "smtp", "sender": "", "recipients": (), "received_at": NOW + timedelta(days=days)} | envelope
    return spool.Arrival(Envelope(**values), raw, fingerprint(raw), message_id_of(raw))  # type: ignore[arg-type]


def put(engine: Engine, *arrivals: spool.Arrival) -> list[bool]:
    """Store them in one transaction; which of them were known already."""
    with unit_of_work(engine) as session:
        return [one.duplicate for one in spool.put(session, arrivals, NOW)]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    ("raw", "days", "known"),
    [
        (NAMELESS, (0, 40), (False, False)),
        (NAMELESS, (0, 6.9), (False, True)),
        (NAMELESS, (0, 7.1), (False, False)),
        (NAMELESS, (0, 6, 12, 13), (False, True, False, True)),
        (NAMELESS, (40, 0, 41), (False, False, True)),
        (DATED, (0, 40), (False, True)),
        (NAMED, (0, 40), (False, True)),
    ],
)
def test_what_bears_neither_is_the_same_mail_for_seven_days_after_the_first(
    engine: Engine, raw: bytes, days: tuple[float, ...], known: tuple[bool, ...], together: bool
) -> None:
    arrivals = [came(raw, day) for day in days]
    told = put(engine, *arrivals) if together else [put(engine, one)[0] for one in arrivals]
    assert tuple(told) == known


def test_an_older_register_keeps_it_without_a_day_and_knows_it_all_the_same(engine: Engine) -> None:
    put(engine, came(NAMELESS, 0))
    with unit_of_work(engine) as session:
        session.connection().execute(text("UPDATE inbound SET fingerprint = :f"), {"f": fingerprint(NAMELESS)})
    assert put(engine, came(NAMELESS, 1)) == [True]
    assert put(engine, came(NAMELESS, 40)) == [False]


def test_what_lies_at_a_known_place_is_not_taken_again_for_want_of_a_message_id(engine: Engine) -> None:
    place = {"source": "imap", "folder": "INBOX", "uidvalidity": 1, "uid": 5}
    assert put(engine, came(NAMELESS, 0, **place)) == [False]
    assert put(engine, came(NAMELESS, 0, **place)) == [True]


def test_the_bytes_of_a_mail_that_is_kept_with_its_day_prove_it(engine: Engine) -> None:
    put(engine, came(NAMELESS, 0), came(NAMELESS, 40))
    with reading(engine) as session:
        assert list(proof.changed_bytes(session, NOW.date(), every=True)) == []


def test_a_second_mail_of_the_same_words_that_was_never_taken_is_missed(engine: Engine) -> None:
    """By ``reconcile``, which finds it in the mailbox: the first, of a month ago, does not stand for it."""
    put(engine, came(NAMELESS, 0), came(NAMED, 0), arrival("another"))
    with reading(engine) as session:
        for raw, later in ((NAMELESS, False), (NAMED, True), (DATED, False)):
            assert sightings.is_on_record(session, raw, NOW + timedelta(days=40)) is later
        assert sightings.is_on_record(session, NAMELESS, NOW + timedelta(days=2))
