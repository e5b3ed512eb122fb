"""The brake on letters that keep a machine talking, on either database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from servers.entries import NOW, letter, question, spooled
from sqlalchemy import Engine
from sqlmodel import Session

from mailgate.delivery.specimen import BLANK, CLERK, SOUND
from mailgate.domain.correspondence.post import Post
from mailgate.domain.letters import Acknowledgement, Letter, NoForm, NoMeeting, Thread
from mailgate.register import audit, held, outbox, questions
from mailgate.register.brake import Candidate, braked
from mailgate.register.database import unit_of_work

TEXT = "Państwa zgłoszenie nr {} zostało zarejestrowane w naszym systemie."
FREE = replace(SOUND, kind="unformalised", form=None, text=TEXT.format(0))
NO_FORM, RECEIPT = NoForm(CLERK, Thread(), FREE), Acknowledgement(CLERK, Thread(), (SOUND,))


def wrote(session: Session, count: int, kind: str, ago: timedelta = timedelta(minutes=1), **row: object) -> list[int]:
    """So many mails of the clerk, each registered and answered by a letter of a kind."""
    numbers = questions.take_numbers(session, 2026, count)
    values = {"asker_address": CLERK.address, "received_at": NOW - ago} | row
    rows = [question(number, **({"question": TEXT.format(number)} | values)) for number in numbers]
    ids = questions.add(session, rows)
    at = {"created_at": NOW - ago, "recipient": CLERK.address.upper()}
    outbox.enqueue(session, [letter(f"{kind}{id}{ago.seconds}", id, kind=kind, **at) for id in ids])
    return ids


def is_braked(session: Session, told: Letter, inbound_id: int, *ids: int, automatic: bool = False) -> bool:
    post = Post(told, "clerk", "acknowledges", ids[:1], "")
    kept, _ = braked(session, [Candidate(post, inbound_id, automatic)], NOW)
    return kept == []


@pytest.mark.parametrize(
    ("told", "before", "automatic", "stops"),
    [
        (NO_FORM, 2, True, False),
        (NO_FORM, 3, False, True),
        (Acknowledgement(CLERK, Thread(), (BLANK,)), 2, False, False),
        (RECEIPT, 40, False, False),
        (RECEIPT, 3, True, False),
        (replace(RECEIPT, questions=(replace(SOUND, text=TEXT.format(9)),)), 3, True, True),
        (replace(RECEIPT, questions=(replace(SOUND, text=TEXT.format(9)),)), 3, False, False),
        (NoMeeting(CLERK, Thread(), ""), 3, True, True),
        (NoMeeting(CLERK, Thread(), ""), 3, False, False),
    ],
)
def test_p7_machines_are_stopped_after_three_mails_and_people_who_ask_are_not(
    engine: Engine, told: Letter, before: int, automatic: bool, stops: bool
) -> None:
    [inbound_id] = spooled(engine, "a")
    with unit_of_work(engine) as session:
        ids = wrote(session, before, "no_form" if told is NO_FORM else "acknowledgement")
        assert is_braked(session, told, inbound_id, *ids, automatic=automatic) is stops


def test_other_words_than_a_machines_are_answered_after_other_letters(engine: Engine) -> None:
    """A person who sent three forms and then asks without one gets the blank form."""
    [inbound_id] = spooled(engine, "a")
    with unit_of_work(engine) as session:
        ids = wrote(session, 3, "acknowledgement", question="Jak wycofać sprawozdanie?")
        assert not is_braked(session, NO_FORM, inbound_id, *ids)


def test_a_machine_that_answers_slowly_is_stopped_within_a_day(engine: Engine) -> None:
    [inbound_id] = spooled(engine, "a")
    with unit_of_work(engine) as session:
        for hours in range(2, 6):
            ids = wrote(session, 1, "no_form", timedelta(hours=hours))
        assert not is_braked(session, NO_FORM, inbound_id, *ids)
        ids = wrote(session, 1, "no_form", timedelta(hours=7))
        assert is_braked(session, NO_FORM, inbound_id, *ids)


def test_letters_of_the_same_transaction_count(engine: Engine) -> None:
    [inbound_id] = spooled(engine, "a")
    post = Post(NO_FORM, "clerk", "acknowledges", (), "")
    with unit_of_work(engine) as session:
        kept, journal = braked(session, [Candidate(post, inbound_id)] * 5, NOW)
    assert (len(kept), len(journal)) == (3, 2)


def test_e76_a_person_is_told_once_until_he_has_seen_to_it(engine: Engine) -> None:
    [inbound_id] = spooled(engine, "a")
    with unit_of_work(engine) as session:
        ids = wrote(session, 3, "no_form")
        for _ in range(3):
            assert is_braked(session, NO_FORM, inbound_id, *ids)
        [told] = held.listed(session)
        assert CLERK.address in told.reason
        assert [event.kind for event in audit.history(session, ids[0])].count("note") == 3
        held.dismiss(session, told.id, NOW)
        assert is_braked(session, NO_FORM, inbound_id, *ids)
        assert len(held.listed(session)) == 1


def test_e76_a_help_desk_with_a_tag_for_each_matter_is_one_correspondent(engine: Engine) -> None:
    inbound_ids = spooled(engine, "a", "b")
    local, _, domain = CLERK.address.partition("@")
    with unit_of_work(engine) as session:
        for number in range(3):
            tagged = f"{local}+id{number}@{domain}"
            ids = wrote(session, 1, f"no_form{number}", asker_address=tagged)
            outbox.enqueue(session, [letter(f"t{number}", ids[0], kind="no_form", recipient=tagged)])
        for number, inbound_id in enumerate(inbound_ids, start=3):
            told = replace(NO_FORM, to=replace(CLERK, address=f"{local}+id{number}@{domain}"))
            assert is_braked(session, told, inbound_id, *ids)
        [told_once] = held.listed(session)
        assert f"letters to {CLERK.address} are stopped" in told_once.reason


def test_e76_an_office_whose_addresses_change_is_stopped_and_others_are_not(engine: Engine) -> None:
    """A letter counts for the office by the question that it is about, and those of this transaction as well."""
    [inbound_id] = spooled(engine, "a")
    with unit_of_work(engine) as session:
        ids = [id for name in "abcdef" for id in wrote(session, 1, f"{name}", asker_address=f"{name}@{CLERK.domain}")]
        outbox.enqueue(
            session, [letter(f"n{id}", id, kind="no_form", recipient=f"n{id}@{CLERK.domain}") for id in ids[:4]]
        )
        posts = [
            Post(
                replace(NO_FORM, to=replace(CLERK, address=f"x{id}@{CLERK.domain}")), "clerk", "acknowledges", (id,), ""
            )
            for id in ids[4:]
        ]
        kept, journal = braked(session, [Candidate(post, inbound_id) for post in posts], NOW)
        assert (kept, len(journal)) == (posts[:1], 1)
        [told_once] = held.listed(session)
        assert f"letters to @{CLERK.domain} are stopped" in told_once.reason
        elsewhere = replace(NO_FORM, to=replace(CLERK, address="j.bak@inny.example"))
        assert not is_braked(session, elsewhere, inbound_id, *ids[5:])
