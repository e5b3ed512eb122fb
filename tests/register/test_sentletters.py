"""A letter of ours is found again by what a mail carries of it, and by whom it was made out to."""

from __future__ import annotations

from datetime import timedelta

from servers.entries import NOW, letter, registered
from sqlalchemy import Engine

from mailgate.register import outbox, sentletters
from mailgate.register.database import reading, unit_of_work


def test_letters_are_found_by_token_and_by_message_id(engine: Engine) -> None:
    """With all their questions; the number is that of the first."""
    with unit_of_work(engine) as session:
        first, second = registered(session, 2)
        outbox.enqueue(session, [letter("1", second, first), letter("2", role="consultant", kind="not_relayed")])
    with reading(engine) as session:
        by_token = sentletters.by_tokens(session, ["token1", "token2", "token3"])
        by_id = sentletters.by_message_ids(session, ["<hot01.1@csizs.example>", "<x@y>"])
    assert set(by_token) == {"token1", "token2"}
    assert by_id == {"<hot01.1@csizs.example>": by_token["token1"]}
    assert by_token["token1"].question_ids == (first, second)
    assert by_token["token1"].number == "HOT-01/2026/000001"
    assert (by_token["token2"].question_ids, by_token["token2"].number, by_token["token2"].role) == (
        (),
        "",
        "consultant",
    )


def test_a_foreign_token_finds_nothing_whatever_is_in_it(engine: Engine) -> None:
    """NUL and lone surrogates come in mail, and tokens are looked for there."""
    with reading(engine) as session:
        assert sentletters.by_tokens(session, ["\0", "\udcff", "'; --", "a" * 100_000]) == {}


def test_letters_to_a_correspondent_are_counted_in_any_spelling_of_case_and_with_any_tag(engine: Engine) -> None:
    """For the brake per correspondent."""
    with unit_of_work(engine) as session:
        old = letter("0", created_at=NOW - timedelta(hours=1))
        outbox.enqueue(
            session,
            [
                old,
                letter("1"),
                letter("2", recipient="JAN+id2@urzad.EXAMPLE"),
                letter("3", recipient="x@y"),
                letter("4", kind="no_form"),
            ],
        )
        sent = sentletters.sent_since(session, "jan+id1@urzad.example", NOW)
        assert [(one.kind, one.at) for one in sent] == [(one, NOW) for one in ("acknowledgement",) * 2 + ("no_form",)]
