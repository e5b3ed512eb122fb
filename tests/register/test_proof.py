"""A sound register shows no difference, and each damage to it shows as just what it is."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from servers.entries import LEASE, NOW, arrival, letter, registered
from sqlalchemy import Engine, event, text

from mailgate.domain.mail import fingerprint
from mailgate.register import audit, outbox, outcomes, proof, questions, spool
from mailgate.register.database import reading, unit_of_work
from mailgate.register.returned import mark_bounced
from mailgate.register.tables import Row

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
            outcomes.mark_accepted(session, letter_id, "250", NOW)
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
    "gap at the beginning": (
        "UPDATE question SET serial = 9, number = 'HOT-01/2026/000009' WHERE serial = 1",
        ("register", "HOT-01/2026/000001"),
        "up to HOT-01/2026/000001",
    ),
    "counter": ("UPDATE number SET last = 7", ("register", "HOT-01/2026/000003"), "stands at 7"),
    "a year that vanished": (
        "INSERT INTO number (year, last) VALUES (2025, 7)",
        ("register", "HOT-01/2025/000001"),
        "up to HOT-01/2025/000007",
    ),
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


@contextmanager
def asked(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed in the block, with their values."""
    statements: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        statements.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def plan(engine: Engine, statement: str, values: Any) -> str:
    """How the database would go about a statement, each step indented below that which needs it."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # As for a register that is far larger than this memory: nothing may be kept there in whole.
            connection.exec_driver_sql("SET LOCAL work_mem = '64kB'")
            return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
        depths = {0: -1}
        steps = []
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):
            depths[row.id] = depths[row.parent] + 1
            steps.append("  " * depths[row.id] + row.detail)
        return "\n".join(steps)


def grown(engine: Engine, count: int) -> None:
    """So many more mails, questions and letters, five times as many events, and the planner's figures of them."""
    series = (
        "SELECT value FROM generate_series(11, :end) AS series(value)"
        if engine.dialect.name == "postgresql"
        else "WITH series(value) AS (SELECT 11 UNION ALL SELECT value + 1 FROM series WHERE value < :end) "
        "SELECT value FROM series"
    )
    with unit_of_work(engine) as session:
        connection = session.connection()

        def copy(table: str, **changed: str) -> None:
            """Each new row is the first one of its table but for what is changed, from its ``value``."""
            columns = [column.name for column in Row.metadata.tables[table].columns]
            given = ", ".join(
                f'{changed[name]} AS "{name}"' if name in changed else f'old."{name}"' for name in columns
            )
            named = ", ".join(f'"{name}"' for name in columns)
            first = f"(SELECT * FROM {table} LIMIT 1) AS old"
            statement = f"INSERT INTO {table} ({named}) SELECT {given} FROM ({series}) AS new CROSS JOIN {first}"
            connection.execute(text(statement), {"end": 10 + count})

        copy("inbound", id="value", fingerprint="'f' || value")
        copy("inbound_content", inbound_id="value")
        copy("delivery", id="value", inbound_id="value")
        copy("question", id="value", inbound_id="value", serial="value", number="'n' || value")
        copy("letter", id="value", message_id="'<' || value", token="'t' || value")
        copy("letter_content", letter_id="value")
        copy("letter_question", letter_id="value", question_id="value")
        for kind in range(5):
            copy("event", id=f"value + {(kind + 1) * 10 * count}", question_id="value", letter_id="value",
                 kind=f"CASE {kind} WHEN 0 THEN 'letter_queued' ELSE kind END")  # fmt: skip
        connection.execute(text("ANALYZE"))


def test_no_check_looks_through_a_whole_table_for_each_row_of_another(engine: Engine) -> None:
    """Such a check takes seconds in an office's first year, and hours in its tenth."""
    sound(engine)
    grown(engine, 3000)
    with asked(engine) as statements:
        found(engine)
    assert len(statements) > 20
    for statement, values in statements:
        if statement.startswith("BEGIN"):
            continue
        steps = plan(engine, statement, values)
        # PostgreSQL's word for what it could not join; SQLite looks up in an index for each row, or scans.
        assert "SubPlan" not in steps, steps
        assert not re.search(r"CORRELATED.*(\n +(?!SCAN).*)*?\n +SCAN", steps), steps


def test_large_mails_are_read_again_a_few_at_a_time(engine: Engine) -> None:
    size, count = 3 << 20, 24
    with unit_of_work(engine) as session:
        for number in range(count):
            raw = (b"Subject: %d\r\n\r\n" % number).ljust(size, b"x")
            spool.put(session, [arrival(fingerprint(raw), raw=raw)], NOW)
    with reading(engine) as session:
        tracemalloc.start()
        try:
            assert list(proof.changed_bytes(session, NOW.date(), every=True)) == []
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert size < peak < 48 << 20


def test_a_mail_that_is_larger_than_what_is_held_at_once_is_read_again_by_itself(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "HELD_BYTES", 100)
    with unit_of_work(engine) as session:
        for size in (60, 30, 31, 500, 20, 80, 100):
            raw = b"Subject: x\r\n\r\n".ljust(size, b"x")
            spool.put(session, [arrival("wrong" if size == 500 else fingerprint(raw), raw=raw)], NOW)
    with asked(engine) as statements, reading(engine) as session:
        assert [one.id for one in proof.changed_bytes(session, NOW.date(), every=True)] == ["m4"]
    assert len([one for one, _ in statements if ".raw" in one and "length" not in one]) == 5
