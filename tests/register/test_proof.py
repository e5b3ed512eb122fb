"""A sound register shows no difference, and each damage to it shows as just what it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servers.entries import LEASE, NOW, arrival, letter, registered
from sqlalchemy import Engine, text

from mailgate.domain.mail import fingerprint
from mailgate.register import audit, outbox, proof, questions, spool
from mailgate.register.database import reading, unit_of_work
from mailgate.register.returned import mark_bounced

RAW = b"From: jan@urzad.example\r\nMessage-ID: <1@urzad.example>\r\nSubject: x\r\n\r\nTre\xc5\x9b\xc4\x87\r\n"
LATER = NOW + timedelta(hours=2)


def sound(engine: Engine) -> None:
    """Mail 1 asks questions 1 to 3: answered, acknowledged in vain, to be called; mail 2 waits, mail 3 is set aside."""
    with unit_of_work(engine) as session:
        raws = [RAW, RAW.replace(b"<1@", b"<2@"), RAW.replace(b"<1@", b"<3@")]
        spool.put(session, [arrival(fingerprint(raw), raw=raw, received_at=NOW) for raw in raws], NOW)
        spool.claim(session, "a", 1, NOW, LEASE)
        first, second, third = registered(session, 3, inbound_id=1)
        ids = outbox.enqueue(
            session,
            [letter("1", first), letter("2", second), letter("3", first, effect="answers"), letter("4", effect="none")],
        )
        call = audit.Event(NOW, "call_task", "mailgate", third, 1, detail={"phone": "242614021"})
        audit.add(session, [call])
        spool.finish(session, 1, "question", NOW)
        questions.record_answer(session, first, "Tak.", "anna@w.example", None, NOW, 1)
    with unit_of_work(engine) as session:
        spool.claim(session, "a", 1, NOW, LEASE)
        spool.quarantine(session, 2, "Why.", "odd", NOW)
        for letter_id in ids[:3]:
            outbox.mark_sending(session, letter_id, "a", NOW)
            outbox.mark_accepted(session, letter_id, "250", NOW)
        mark_bounced(session, ids[1], "sender d@x.example", None, NOW)


def found(engine: Engine) -> list[tuple[str, str, str]]:
    with reading(engine) as session:
        differences = [*proof.disagreements(session, LATER), *proof.changed_bytes(session, NOW.date(), every=True)]
    assert all(one.cure and "{" not in one.cure for one in differences)
    return [(one.where, one.id, one.what) for one in differences]


def test_a_sound_register_shows_no_difference(engine: Engine) -> None:
    sound(engine)
    assert found(engine) == []


def test_an_empty_register_shows_no_difference(engine: Engine) -> None:
    assert found(engine) == []


DAMAGES: dict[str, tuple[str, tuple[str, str], str]] = {
    "stale claim": (
        "UPDATE inbound SET state = 'claimed', claimed_until = NULL WHERE id = 3",
        ("spool", "m3"),
        "claimed",
    ),
    "no verdict": ("UPDATE inbound SET verdict = NULL WHERE id = 1", ("spool", "m1"), "nothing tells as what"),
    "no entry": ("UPDATE inbound SET state = 'done', verdict = 'unformalised', finished_at = spooled_at WHERE id = 3",
                 ("spool", "m3"), "no entry"),
    "no reason": ("UPDATE inbound SET reason = NULL WHERE id = 2", ("spool", "m2"), "nothing tells why"),
    "no bytes": ("DELETE FROM inbound_content WHERE inbound_id = 3", ("spool", "m3"), "missing"),
    "no way": ("DELETE FROM delivery WHERE inbound_id = 3", ("spool", "m3"), "how it came"),
    "other size": ("UPDATE inbound SET size = size + 1 WHERE id = 3", ("spool", "m3"), "another length"),
    "other bytes": (
        "UPDATE inbound SET fingerprint = 'x' WHERE id = 3",
        ("spool", "m3"),
        "not those that were received",
    ),
    "no receipt": (
        "DELETE FROM letter_question WHERE letter_id = 2",
        ("register", "HOT-01/2026/000002"),
        "neither a letter",
    ),
    "no letter with the answer": (
        "UPDATE question SET answer = 'Nie.' WHERE serial = 2",
        ("register", "HOT-01/2026/000002"),
        "no letter with it",
    ),
    "acknowledged by nothing": (
        "UPDATE question SET acknowledged_at = received_at WHERE serial = 3",
        ("register", "HOT-01/2026/000003"),
        "acknowledged, and no event",
    ),
    "answered by nothing": (
        "UPDATE question SET answered_at = received_at WHERE serial = 3",
        ("register", "HOT-01/2026/000003"),
        "answered, and no event",
    ),
    "finished by nothing": (
        "UPDATE question SET status = 'finished' WHERE serial = 3",
        ("register", "HOT-01/2026/000003"),
        "finished, and no event",
    ),
    "acceptance forgotten": (
        "UPDATE question SET acknowledged_at = NULL WHERE serial = 1",
        ("register", "HOT-01/2026/000001"),
        "counts as not acknowledged",
    ),
    "return forgotten": (
        "UPDATE question SET acknowledged_at = (SELECT accepted_at FROM letter WHERE id = 2) WHERE serial = 2",
        ("register", "HOT-01/2026/000002"),
        "came back",
    ),
    "gap": ("UPDATE question SET serial = 9, number = 'HOT-01/2026/000009' WHERE serial = 3",
            ("register", "HOT-01/2026/000003"), "up to HOT-01/2026/000008"),
    "counter": ("UPDATE number SET last = 7", ("register", "HOT-01/2026/000003"), "stands at 7"),
    "no counter": ("DELETE FROM number", ("register", "HOT-01/2026/000003"), "is missing"),
    "stale sending": ("UPDATE letter SET state = 'sending' WHERE id = 4", ("outbox", "4"), "being sent"),
    "deferred for ever": ("UPDATE letter SET state = 'deferred' WHERE id = 4", ("outbox", "4"), "until when"),
    "accepted at no time": ("UPDATE letter SET accepted_at = NULL WHERE id = 3", ("outbox", "3"), "since when"),
    "accepted and not": ("UPDATE letter SET state = 'refused' WHERE id = 3", ("outbox", "3"), "time of acceptance"),
    "no content": ("DELETE FROM letter_content WHERE letter_id = 4", ("outbox", "4"), "content is missing"),
    "about nothing": ("UPDATE letter SET effect = 'answers' WHERE id = 4", ("outbox", "4"), "no question is named"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_found_and_named(engine: Engine, damage: str) -> None:
    sound(engine)
    statement, (where, id), words = DAMAGES[damage]
    with unit_of_work(engine) as session:
        session.connection().execute(text(statement))
    differences = found(engine)
    assert [one for one in differences if one[:2] == (where, id) and words in one[2]], differences


@pytest.mark.parametrize("kind", ["received", "registered", "acknowledged", "answered", "answer_recorded", "finished"])
def test_an_event_that_is_missing_is_found(engine: Engine, kind: str) -> None:
    sound(engine)
    with unit_of_work(engine) as session:
        connection = session.connection()
        if engine.dialect.name == "sqlite":
            for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
        connection.execute(text("DELETE FROM event WHERE kind = :kind AND question_id = 1"), {"kind": kind})
    assert [one[1] for one in found(engine) if "event" in one[2]] == ["HOT-01/2026/000001"]


def test_questions_that_cannot_or_need_not_be_acknowledged_are_no_difference(engine: Engine) -> None:
    """An archive was acknowledged elsewhere, nobody answers a machine's free text, and some give no way at all."""
    with unit_of_work(engine) as session:
        mails = [
            spool.Arrival(arrival("a").envelope, RAW, fingerprint(RAW), archive=True),
            arrival(fingerprint(b"y"), raw=b"y", sender=""),
        ]
        spool.put(session, mails, NOW)
        registered(session, 1, inbound_id=1, answer="Tak.")
        registered(session, 1, inbound_id=2, kind="unformalised")
        registered(session, 1, inbound_id=2, asker_address=None)
        (braked,) = registered(session, 1, inbound_id=2)
        note = audit.Event(NOW, "note", "mailgate", braked, detail={"text": "no letter (no_form)"})
        audit.add(session, [note])
        registered(session, 1, channel="phone")
    differences = [one for one in found(engine) if "letter" in one[2]]
    assert differences == []


def test_the_bytes_of_an_old_mail_are_read_again_once_a_month(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        long_ago = NOW - timedelta(days=400)
        spool.put(session, [arrival("wrong", raw=RAW)], long_ago)
    days = [NOW.date() + timedelta(days=day) for day in range(proof.SLICES)]
    with reading(engine) as session:
        assert sum(len(list(proof.changed_bytes(session, day))) for day in days) == 1
