"""What the register knows of a mail: only what a signed token proves, and the questions that a mail may touch."""

from __future__ import annotations

from dataclasses import replace

from domain.factories import ANNA, CLERK, HOTLINE, PIOTR, RECEIVED, envelope, form, reading
from servers.entries import letter, registered
from sqlalchemy import Engine

from mailgate.domain.classify import Known
from mailgate.domain.correspondence.post import Office
from mailgate.domain.reading import Reading
from mailgate.domain.tokens import TokenKey
from mailgate.register import outbox
from mailgate.register.database import reading as looking
from mailgate.register.database import unit_of_work
from mailgate.register.knowledge import Knowledge
from mailgate.register.questions import printed_number

KEY = TokenKey(b"a key that nobody else has got at all")
KNOWLEDGE = Knowledge(Office(HOTLINE, (ANNA, PIOTR)), KEY, "mx.csizs.example")
NUMBER = printed_number(2026, 1)


def known(engine: Engine, mail: Reading, **changes: object) -> tuple[Known, frozenset[int]]:
    with looking(engine) as session:
        return KNOWLEDGE.of(session, mail, envelope(**changes))


def written_to_anna(engine: Engine, *, key: TokenKey = KEY) -> tuple[int, str]:
    """A question and the letter about it: the question's id, the letter's token."""
    token = key.issue("consultant", NUMBER, ANNA.address, b"12345")
    with unit_of_work(engine) as session:
        (question_id,) = registered(session)
        to_anna = letter("1.a", question_id, token=token, role="consultant", recipient=ANNA.address, kind="question")
        outbox.enqueue(session, [replace(to_anna, message_id=f"<hot01.1.{token}@csizs.example>", effect="none")])
    return question_id, token


def answers(token: str) -> dict[str, tuple[str, ...]]:
    return {"in_reply_to": (f"<hot01.1.{token}@csizs.example>",)}


def test_a_mail_that_carries_nothing_of_ours_touches_nothing(engine: Engine) -> None:
    written_to_anna(engine)
    found, touched = known(engine, reading())
    assert (found.letter, found.own_letter, found.returned, found.lost, found.names_ours) == (
        None,
        None,
        None,
        None,
        False,
    )
    assert touched == frozenset()


def test_the_letter_whose_signed_token_a_mail_carries_is_known_with_its_question(engine: Engine) -> None:
    question_id, token = written_to_anna(engine)
    found, touched = known(engine, reading(ANNA, **answers(token)))
    assert found.letter is not None
    assert (found.letter.token, found.letter.recipient) == (token, ANNA.address)
    assert touched == {question_id}


def test_a_token_that_another_key_has_signed_proves_no_letter(engine: Engine) -> None:
    _, token = written_to_anna(engine, key=TokenKey(b"the key of somebody else altogether"))
    found, touched = known(engine, reading(ANNA, **answers(token)))
    assert (found.letter, touched) == (None, frozenset())


def test_what_comes_to_the_return_address_of_a_letter_is_about_that_letter(engine: Engine) -> None:
    question_id, token = written_to_anna(engine)
    found, touched = known(engine, reading(None), sender="", recipients=(f"hotline+b.{token}@csizs.example",))
    assert found.returned is not None
    assert (found.returned.token, found.null_sender, touched) == (token, True, {question_id})


def test_a_number_counts_where_a_form_or_a_consultant_names_it_and_nowhere_else(engine: Engine) -> None:
    question_id, _ = written_to_anna(engine)
    about = f"Re: [{NUMBER}] Zaświadczenie"
    for mail in (reading(CLERK, form(), subject=about), reading(PIOTR, subject=about)):
        found, touched = known(engine, mail)
        assert (found.names_ours, touched) == (True, {question_id})
    assert known(engine, reading(CLERK, subject=about))[1] == frozenset()


def test_a_consultants_answer_to_a_letter_that_the_register_lost_names_the_number(engine: Engine) -> None:
    """The token proves itself: we have signed it, and a restored register knows no such letter."""
    token = KEY.issue("consultant", NUMBER, ANNA.address, b"54321")
    mail = reading(ANNA, subject=f"Re: [{NUMBER}] Zaświadczenie", date=RECEIVED, **answers(token))
    assert known(engine, mail)[0].lost == NUMBER
    assert known(engine, replace(mail, mail=replace(mail.mail, sender=PIOTR)))[0].lost is None
