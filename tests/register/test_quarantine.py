"""What waits for a person: quarantined mail and held replies, in one list."""

from __future__ import annotations

from datetime import timedelta

from servers.entries import LEASE, NOW, registered, spooled
from sqlalchemy import Engine

from mailgate.register import audit, held, quarantine, spool
from mailgate.register.database import reading, unit_of_work


def _set_aside(engine: Engine) -> tuple[int, int, int]:
    """A mail in quarantine, the mail of a held reply, and the id of the question that it seems to answer."""
    bad, reply, _good = spooled(engine, "bad", "reply", "good")
    with unit_of_work(engine) as session:
        spool.claim(session, "a", 10, NOW, LEASE)
        spool.quarantine(session, bad, "No calendar for the year 1066.", "question", NOW)
        [question_id] = registered(session)
        held.hold(session, reply, question_id, "The sender is not that consultant.", NOW)
        held.hold(session, reply, None, "No question is named.", NOW)
        spool.finish(session, reply, "held", NOW)
    return bad, reply, question_id


def test_quarantined_mail_and_held_replies_are_listed_together(engine: Engine) -> None:
    """Oldest received first, each with its reason, and a held reply with its question."""
    bad, reply, _ = _set_aside(engine)
    with reading(engine) as session:
        entries = quarantine.listed(session)
    assert [(entry.id, entry.kind, entry.number, entry.reason) for entry in entries] == [
        (f"m{bad}", "mail", None, "No calendar for the year 1066."),
        ("r1", "held reply", "HOT-01/2026/000001", "The sender is not that consultant."),
        ("r2", "held reply", None, "No question is named."),
    ]
    assert [entry.mail_id for entry in entries] == [bad, reply, reply]
    assert [entry.received_at for entry in entries] == [NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=1)]


def test_a_held_reply_is_in_the_history_of_its_question(engine: Engine) -> None:
    """Whoever reads the question sees that someone claimed to answer it."""
    _, reply, question_id = _set_aside(engine)
    with reading(engine) as session:
        event = audit.history(session, question_id)[-1]
    assert (event.kind, event.inbound_id) == ("reply_held", reply)
    assert event.detail == {"reason": "The sender is not that consultant."}


def test_a_mail_is_shown_with_everything_that_is_known_of_it(engine: Engine) -> None:
    """Its row, its deliveries, its events and its bytes; nothing for an id that does not exist."""
    bad, reply, _ = _set_aside(engine)
    with reading(engine) as session:
        record = quarantine.shown(session, bad)
        held_record = quarantine.shown(session, reply)
        assert quarantine.shown(session, 999) is None
    assert record is not None
    assert held_record is not None
    assert (record.mail.state, record.raw, len(record.deliveries)) == ("quarantined", b"Subject: x\r\n\r\nx", 1)
    assert [event.kind for event in record.events] == ["quarantined"]
    assert [one.number for one in held_record.held] == ["HOT-01/2026/000001", None]


def test_what_was_dismissed_is_off_the_list_and_on_record(engine: Engine) -> None:
    """Each once, by the administrator; a held reply beside another of the same mail stays held."""
    bad, reply, question_id = _set_aside(engine)
    with unit_of_work(engine) as session:
        assert quarantine.dismiss(session, bad, NOW)
        assert held.dismiss(session, 1, NOW)
        assert not quarantine.dismiss(session, bad, NOW)
        assert not quarantine.dismiss(session, reply, NOW)
        assert not held.dismiss(session, 1, NOW)
        assert not held.dismiss(session, 999, NOW)
    with reading(engine) as session:
        assert [entry.id for entry in quarantine.listed(session)] == ["r2"]
        assert [one.state for one in held.about(session, question_id)] == ["dropped"]
        kinds = [event.kind for event in audit.history(session, question_id)]
        record = quarantine.shown(session, bad)
    assert kinds.count("reply_dismissed") == 1
    assert record is not None
    assert (record.mail.state, record.mail.verdict) == ("done", "dismissed")
    assert [event.kind for event in record.events] == ["quarantined", "dismissed"]
