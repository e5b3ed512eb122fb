"""``mailgate ingest`` puts mail into the spool of a real register, and tells a mail server the truth."""

from __future__ import annotations

import json
import mailbox
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import typer
from servers.databases import Databases, of_this_test
from sqlalchemy import Engine, text
from sqlmodel import select
from typer.testing import CliRunner

from mailgate.cli import ingest as command
from mailgate.register import spool
from mailgate.register.database import migrate, reading, unit_of_work
from mailgate.register.tables import InboundContentRow, InboundRow

MAIL = b"Subject: Pytanie %d\r\nMessage-ID: <%d@urzad.example>\r\n\r\nTre\xb6\xe6\r\n"
FROM = b"From jan@urzad.example Fri Nov 20 15:00:01 2026\n"

app = typer.Typer()
app.command()(command.ingest)


@pytest.fixture(autouse=True)
def storage(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of this test alone."""
    for name in list(os.environ):
        if name.startswith("MAILGATE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILGATE_HOTLINE", "Hot-line <hotline@csizs.example>")
    monkeypatch.setenv("MAILGATE_STORAGE", str(tmp_path / "storage"))
    monkeypatch.setenv("MAILGATE_MAX_MESSAGE_BYTES", "100000")
    for name, value in databases.settings(tmp_path / "storage").items():
        monkeypatch.setenv(name, value)
    return tmp_path / "storage"


def run(*arguments: str, piped: bytes | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments), input=piped)
    return result.exit_code, result.stdout, result.stderr


def register_in(storage: Path) -> Engine:
    databases = of_this_test()
    return databases.open(databases.empty(storage / "mailgate.db"))


def rows(storage: Path) -> list[InboundRow]:
    engine = register_in(storage)
    with unit_of_work(engine) as session:
        return list(session.exec(select(InboundRow).order_by(InboundRow.id)))


def content(storage: Path) -> list[bytes]:
    engine = register_in(storage)
    with unit_of_work(engine) as session:
        return [row.raw for row in session.exec(select(InboundContentRow).order_by(InboundContentRow.inbound_id))]


def write(path: Path, number: int = 1) -> Path:
    path.write_bytes(MAIL % (number, number))
    return path


def test_a_piped_mail_lies_in_the_spool_when_the_command_says_so(storage: Path) -> None:
    status, out, _ = run("--sender", "jan@urzad.example", "--recipient", "hotline+a@csizs.example", piped=MAIL % (1, 1))
    assert (status, out) == (0, "1 mail taken, 0 known already, 0 refused.\n")
    [row] = rows(storage)
    assert (row.source, row.state, row.archive) == ("file", "waiting", False)
    assert (row.envelope_sender, row.recipients) == ("jan@urzad.example", ["hotline+a@csizs.example"])
    assert content(storage) == [MAIL % (1, 1)]


def test_a_real_process_reads_a_real_pipe(storage: Path) -> None:
    program = "import typer; from mailgate.cli.ingest import ingest; typer.run(ingest)"
    place = str(Path(command.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program, "--json", "-"],
        input=FROM + MAIL % (1, 1),
        capture_output=True,
        env={**os.environ, "PYTHONPATH": place},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"taken": 1, "known": 0, "undated": 0, "refused": [], "missing": []}
    [row] = rows(storage)
    assert row.envelope_sender == "jan@urzad.example"
    assert content(storage) == [MAIL % (1, 1)]


@pytest.mark.parametrize("sender", ["<>", "", "MAILER-DAEMON", "mailer-daemon"])
def test_the_null_sender_has_many_names(storage: Path, sender: str) -> None:
    assert run("--sender", sender, piped=MAIL % (1, 1))[0] == 0
    assert rows(storage)[0].envelope_sender == ""


def test_an_address_of_any_bytes_does_not_send_a_mail_back(storage: Path) -> None:
    assert run("--sender", "a\udcb3\x01b@urzad.example", piped=MAIL % (1, 1))[0] == 0
    assert rows(storage)[0].envelope_sender == "a??b@urzad.example"


def test_without_options_the_envelope_is_what_the_headers_tell(storage: Path) -> None:
    traces = b"Return-Path: <jan@urzad.example>\r\nDelivered-To: hotline+r.x@csizs.example\r\n"
    assert run(piped=traces + MAIL % (1, 1))[0] == 0
    [row] = rows(storage)
    assert (row.envelope_sender, row.recipients) == ("jan@urzad.example", ["hotline+r.x@csizs.example"])


@pytest.mark.parametrize(
    ("piped", "status", "reason"),
    [(b"", 65, "nothing in it"), (b"\n", 65, "nothing in it"), (b"x" * 100_001, 69, "larger than 100000 bytes")],
)
def test_what_cannot_be_taken_from_a_pipe_is_sent_back_with_the_reason(piped: bytes, status: int, reason: str) -> None:
    code, out, err = run(piped=piped)
    assert code == status
    # The mail server quotes all that is printed to the sender.
    assert (out, len(err.splitlines())) == ("", 1)
    assert reason in err


def faulty_setting(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILGATE_CLOSES", "teatime")


def newer_database(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(piped=MAIL % (2, 2))
    with register_in(storage).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def no_place(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage.write_text("a file where the folder should be")
    if of_this_test().kind == "postgresql":
        monkeypatch.setenv("MAILGATE_DATABASE_URL", f"postgresql+psycopg://nobody@/mailgate?host={storage.parent}")


def unforeseen(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("jan@urzad.example")

    monkeypatch.setattr(spool, "put", broken)


@pytest.mark.parametrize("trouble", [faulty_setting, newer_database, no_place, unforeseen])
def test_every_trouble_of_ours_is_temporary_on_a_pipe(
    storage: Path, monkeypatch: pytest.MonkeyPatch, trouble: Callable[[Path, pytest.MonkeyPatch], None]
) -> None:
    trouble(storage, monkeypatch)
    status, _, err = run(piped=MAIL % (1, 1))
    assert status == 75
    assert err.startswith("mailgate: ")
    assert "urzad.example" not in err


def test_a_mail_that_waited_in_the_mail_servers_queue_keeps_its_receipt(storage: Path) -> None:
    received = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    run(piped=f"Received: by mx; {format_datetime(received)}\r\n".encode() + MAIL % (1, 1))
    assert rows(storage)[0].received_at == received


def test_a_piped_mail_with_an_old_stamp_or_none_was_received_now(storage: Path) -> None:
    before = datetime.now(UTC)
    run(piped=b"Received: by mx; Fri, 20 Nov 2020 16:00:01 +0100\r\n" + MAIL % (1, 1))
    run(piped=MAIL % (2, 2))
    assert all(before <= row.received_at <= datetime.now(UTC) for row in rows(storage))


def test_files_folders_mbox_and_maildir_are_taken_together(storage: Path, tmp_path: Path) -> None:
    write(tmp_path / "one.eml", 1)
    (tmp_path / "folder").mkdir()
    write(tmp_path / "folder" / "two.eml", 2)
    (tmp_path / "box").write_bytes(FROM + MAIL % (3, 3) + b"\n" + FROM + MAIL % (4, 4))
    maildir = mailbox.Maildir(tmp_path / "maildir")
    maildir.add(MAIL % (5, 5))
    status, out, _ = run("one.eml", "folder", "box", "maildir", "one.eml")
    assert (status, out.splitlines()[0]) == (0, "5 mails taken, 1 known already, 0 refused.")
    assert out.splitlines()[1].startswith("2 carried no proof")
    assert [row.message_id for row in rows(storage)] == [f"<{n}@urzad.example>" for n in range(1, 6)]


def test_e25_an_archive_keeps_its_dates_and_is_marked(storage: Path, tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(FROM.replace(b"2026", b"2021") + MAIL % (1, 1))
    assert run("--archive", "box")[0] == 0
    [row] = rows(storage)
    assert row.archive
    assert row.received_at == datetime(2021, 11, 20, 15, 0, 1, tzinfo=UTC)


def test_e25_old_mail_that_bears_no_receipt_keeps_the_date_of_its_sender(storage: Path, tmp_path: Path) -> None:
    (tmp_path / "old.eml").write_bytes(b"Date: Mon, 1 Mar 2021 12:30:00 +0100\r\n" + MAIL % (1, 1))
    (tmp_path / "next-year.eml").write_bytes(b"Date: Mon, 1 Mar 2100 12:30:00 +0100\r\n" + MAIL % (2, 2))
    before = datetime.now(UTC)
    status, out, _ = run("--archive", "old.eml", "next-year.eml")
    assert status == 0
    assert (
        out.splitlines()[1] == "2 carried no proof of when they were received: their Date stands, where they bear one."
    )
    kept, invented = rows(storage)
    assert kept.received_at == datetime(2021, 3, 1, 11, 30, tzinfo=UTC)
    assert invented.received_at >= before


def test_the_date_of_its_sender_says_nothing_of_mail_that_counts(storage: Path, tmp_path: Path) -> None:
    before = datetime.now(UTC)
    (tmp_path / "new.eml").write_bytes(b"Date: Mon, 1 Mar 2021 12:30:00 +0100\r\n" + MAIL % (1, 1))
    assert run("new.eml")[0] == 0
    assert rows(storage)[0].received_at >= before


def test_a_refused_file_is_told_and_the_others_are_taken(storage: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "huge.eml").write_bytes(b"Subject: x\r\n\r\n" + b"x" * 100_000)
    write(tmp_path / "z.eml")
    status, out, _ = run("--json", "a.pdf", "huge.eml", "z.eml")
    told = json.loads(out)
    assert (status, told["taken"]) == (1, 1)
    assert [refused["origin"] for refused in told["refused"]] == ["a.pdf", "huge.eml"]
    assert len(rows(storage)) == 1


def test_a_mail_that_the_store_cannot_bear_stops_nothing(
    storage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        write(tmp_path / f"{number}.eml", number)
    put = spool.put

    def picky(session: object, arrivals: list[spool.Arrival], now: datetime) -> list[spool.Spooled]:
        if any(arrival.message_id == "<2@urzad.example>" for arrival in arrivals):
            raise ValueError("jan@urzad.example")
        return put(session, arrivals, now)  # type: ignore[arg-type]

    monkeypatch.setattr(spool, "put", picky)
    status, out, err = run("1.eml", "2.eml", "3.eml")
    assert (status, out.splitlines()[0]) == (1, "2 mails taken, 0 known already, 1 refused.")
    assert "2.eml: it could not be stored: unexpected ValueError" in err


@pytest.mark.only_on("sqlite", "PostgreSQL locks rows, not the database")
def test_a_busy_register_stops_with_the_count_and_may_be_repeated(
    storage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "1.eml")
    assert run("1.eml")[0] == 0
    monkeypatch.setattr("mailgate.register.database.BUSY_SECONDS", 0.1)
    monkeypatch.setattr("mailgate.register.database._PRAGMAS", ("PRAGMA busy_timeout = 50",))
    write(tmp_path / "2.eml", 2)
    with sqlite3.connect(storage / "mailgate.db", isolation_level=None) as connection:
        connection.execute("BEGIN IMMEDIATE")
        status, _, err = run("1.eml", "2.eml")
        connection.execute("ROLLBACK")
    connection.close()
    assert status == 1
    assert "busy" in err
    assert run("1.eml", "2.eml")[1].startswith("1 mail taken, 1 known already, 0 refused.")


def test_a_path_that_is_not_there_is_66_and_the_others_are_taken(storage: Path, tmp_path: Path) -> None:
    write(tmp_path / "a.eml")
    status, out, err = run("a.eml", "missing.eml")
    assert (status, out.splitlines()[0]) == (66, "1 mail taken, 0 known already, 0 refused.")
    assert "missing.eml: there is no such file" in err
    assert len(rows(storage)) == 1


def test_what_is_missing_is_told_to_programs_too(storage: Path, tmp_path: Path) -> None:
    write(tmp_path / "a.eml")
    status, out, err = run("--json", "missing\x1b.eml", "a.eml")
    assert (status, err) == (66, "")
    assert json.loads(out) == {"taken": 1, "known": 0, "undated": 1, "refused": [], "missing": ["missing\x1b.eml"]}


def test_where_nothing_is_there_no_register_is_made(storage: Path) -> None:
    status, _, err = run("missing\x9b.eml")
    assert status == 66
    assert "missing\\x9b.eml: there is no such file" in err
    assert not storage.exists()


def test_a_known_mail_keeps_its_receipt_whatever_proof_it_carries(storage: Path, tmp_path: Path) -> None:
    write(tmp_path / "a.eml")
    assert "1 carried no proof" in run("a.eml")[1]
    assert run("a.eml")[1] == "0 mails taken, 1 known already, 0 refused.\n"


@pytest.mark.parametrize("trouble", [faulty_setting, newer_database, no_place])
def test_trouble_with_named_files_is_status_1(
    storage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Callable[[Path, pytest.MonkeyPatch], None]
) -> None:
    """A person stands before it, and no mail server that would have to try again."""
    trouble(storage, monkeypatch)
    write(tmp_path / "a.eml")
    status, _, err = run("a.eml")
    assert status == 1
    assert err.startswith("mailgate: ")


def test_standard_input_and_files_do_not_mix(tmp_path: Path) -> None:
    write(tmp_path / "a.eml")
    assert run("-", "a.eml", piped=MAIL % (1, 1))[0] == 64


def test_it_works_beside_a_program_that_has_the_register_open(storage: Path) -> None:
    storage.mkdir()
    engine = register_in(storage)
    migrate(engine)
    with reading(engine) as session:
        assert session.exec(select(InboundRow)).all() == []
        assert run(piped=MAIL % (1, 1))[0] == 0
    assert len(rows(storage)) == 1


def test_many_mails_share_commits(storage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "box").write_bytes(b"\n".join(FROM + MAIL % (n, n) for n in range(500)))
    put, batches = spool.put, []

    def counted(session: object, arrivals: list[spool.Arrival], now: datetime) -> list[spool.Spooled]:
        batches.append(len(arrivals))
        return put(session, arrivals, now)  # type: ignore[arg-type]

    monkeypatch.setattr(spool, "put", counted)
    assert run("box")[0] == 0
    assert sum(batches) == 500
    assert len(batches) < 250
