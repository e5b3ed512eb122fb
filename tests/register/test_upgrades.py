"""A register of every earlier schema, with data in it, is brought up to date without losing any of it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from servers.databases import Databases
from servers.entries import NOW
from sqlalchemy import Connection, Engine, MetaData, text

from mailgate.backup.rehearsal import rehearse
from mailgate.errors import RegisterError
from mailgate.register import schema
from mailgate.register.database import ensure_current, migrate
from mailgate.register.migrations import HEAD

EARLIER = [revision for revision in schema.revisions() if revision != HEAD]

ROWS: dict[str, dict[str, Any]] = {
    "inbound": {
        "id": 1, "fingerprint": "f", "source": "imap", "envelope_sender": "", "recipients": ["hotline@csizs.example"],
        "received_at": NOW, "spooled_at": NOW, "size": 3, "message_id": "<a@urzad.example>", "archive": False,
        "truncated": False, "state": "done", "attempts": 1, "verdict": "question", "finished_at": NOW,
    },
    "inbound_content": {"inbound_id": 1, "raw": b"\x00\xff\xb1"},
    "delivery": {
        "id": 1, "inbound_id": 1, "source": "imap", "recipients": [], "mailbox": "imaps://h/INBOX",
        "uidvalidity": 4294967295, "uid": 7, "received_at": NOW,
    },
    "number": {"year": 2026, "last": 1},
    "question": {
        "id": 1, "number": "HOT-01/2026/000001", "year": 2026, "serial": 1, "channel": "email", "kind": "question",
        "status": "pending", "inbound_id": 1, "form_index": 0, "by_ocr": False, "received_at": NOW, "registered_at": NOW,
        "counted_from": NOW, "acknowledge_by": NOW, "because": ["Zażółć"], "by_phone": False, "references": [],
        "subject": "Zaświadczenie – żółć", "question": "Gdzie?", "problems": [], "differences": [],
    },
    "letter": {
        "id": 1, "message_id": "<hot01.1.x@csizs.example>", "token": "token", "kind": "acknowledgement",
        "role": "clerk", "effect": "acknowledges", "recipient": "jan@urzad.example",
        "recipient_key": "jan@urzad.example", "envelope_sender": "hotline@csizs.example", "subject": "Żółć",
        "created_at": NOW, "state": "queued", "attempts": 0, "give_up_at": NOW,
    },
    "letter_content": {"letter_id": 1, "content": b"x\r\n"},
    "letter_question": {"letter_id": 1, "question_id": 1},
    "held_reply": {"id": 1, "inbound_id": 1, "question_id": 1, "held_at": NOW, "reason": "why", "state": "held"},
    "event": {
        "id": 1, "at": NOW, "kind": "registered", "actor": "mailgate", "question_id": 1, "inbound_id": 1,
        "letter_id": 1, "detail": {"ż": 1},
    },
}  # fmt: skip
"""A row of each table of the first revision, in the order in which they refer to each other."""


def _older(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        command.upgrade(schema.alembic_config(connection), revision)
        tables = _tables(connection)
        for name, row in ROWS.items():
            connection.execute(tables[name].insert(), row)


def _tables(connection: Connection) -> Any:
    metadata = MetaData()
    metadata.reflect(connection)
    return metadata.tables


def _stands(engine: Engine) -> dict[str, dict[str, Any]]:
    """What of ROWS stands in the database now."""
    with engine.connect() as connection:
        tables = _tables(connection)
        found = {name: dict(connection.execute(tables[name].select()).mappings().one()) for name in ROWS}
    return {name: {key: found[name][key] for key in row} for name, row in ROWS.items()}


@pytest.mark.parametrize("revision", EARLIER)
def test_a_register_of_every_earlier_schema_keeps_all_its_rows(engine_of_nothing: Engine, revision: str) -> None:
    _older(engine_of_nothing, revision)
    before = _stands(engine_of_nothing)
    present, steps = schema.pending(engine_of_nothing)
    assert present == revision
    assert steps[-1].revision == HEAD
    assert all(step.what for step in steps)
    rehearse(engine_of_nothing)
    assert schema.pending(engine_of_nothing) == (present, steps)
    migrate(engine_of_nothing)
    ensure_current(engine_of_nothing)
    assert schema.pending(engine_of_nothing) == (HEAD, [])
    assert _stands(engine_of_nothing) == before
    with engine_of_nothing.begin() as connection:
        command.check(schema.alembic_config(connection))
    # Events can still only be added.
    with pytest.raises(Exception, match="only ever added"), engine_of_nothing.begin() as connection:
        connection.execute(text("DELETE FROM event"))


@pytest.fixture
def engine_of_nothing(databases: Databases, empty_url: str) -> Engine:
    """A database without any table."""
    return databases.open(empty_url)


@pytest.mark.only_on("sqlite", "a file is copied")
def test_the_last_two_copies_made_before_upgrades_are_kept(engine_of_nothing: Engine, tmp_path: Path) -> None:
    for age, name in enumerate(("0007", "0008", "0009")):
        copy = tmp_path / f"mailgate.db.before-{name}"
        copy.write_text(name)
        os.utime(copy, (time.time() - 100 + age,) * 2)
    _older(engine_of_nothing, EARLIER[0])
    migrate(engine_of_nothing)
    kept = sorted(path.name for path in tmp_path.glob("mailgate.db.before-*"))
    assert kept == [f"mailgate.db.before-{HEAD}", "mailgate.db.before-0009"]


@pytest.mark.only_on("sqlite", "a file is copied")
def test_an_upgrade_whose_copy_cannot_be_made_is_not_begun(engine_of_nothing: Engine, tmp_path: Path) -> None:
    """Here a folder stands where the copy should be written."""
    _older(engine_of_nothing, EARLIER[0])
    (tmp_path / f"mailgate.db.before-{HEAD}.part").mkdir()
    with pytest.raises(RegisterError, match="cannot be copied before its upgrade, so it was not upgraded"):
        migrate(engine_of_nothing)
    assert schema.pending(engine_of_nothing)[0] == EARLIER[0]


def test_a_rehearsal_fails_as_the_upgrade_would(engine_of_nothing: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    _older(engine_of_nothing, EARLIER[-1])

    def fail(_connection: object) -> None:
        raise RegisterError("stopped")

    monkeypatch.setattr(schema, "_check_foreign_keys", fail)
    with pytest.raises(RegisterError, match="stopped"):
        rehearse(engine_of_nothing)
    assert schema.pending(engine_of_nothing)[0] == EARLIER[-1]
