"""``mailgate register`` lists, shows and exports what is in the register."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from servers.entries import NOW, arrival, letter, question, registered
from servers.registerdesk import Desk, database_url, desk
from typer.testing import CliRunner

from mailgate.cli.register import app
from mailgate.errors import RegisterError
from mailgate.register import audit, held, outbox, outcomes, questions, spool
from mailgate.register.database import unit_of_work

__all__ = ["database_url", "desk"]


def _fill(desk: Desk) -> None:
    """Two questions of November, one of them finished, and one of the last minute of October in Warsaw."""
    october = datetime(2026, 10, 31, 22, 59, tzinfo=UTC)
    with unit_of_work(desk.engine) as session:
        rows = [question(1, received_at=october), question(2, status="finished", answered_at=NOW), question(3)]
        questions.add(session, rows)


def test_the_list_is_in_plain_columns_outside_a_terminal(desk: Desk) -> None:
    """A heading, then a line a question, in Warsaw time."""
    _fill(desk)
    heading, first, *others = desk.run(app, "list").stdout.splitlines()
    assert heading.split()[:3] == ["NUMBER", "STATUS", "KIND"]
    assert first.split()[:5] == ["HOT-01/2026/000001", "pending", "question", "2026-10-31", "23:59"]
    assert len(others) == 2


def test_the_list_can_be_chosen_by_days_and_status(desk: Desk) -> None:
    """The days are Warsaw's, both included."""
    _fill(desk)
    assert [row["number"][-1] for row in desk.json(app, "list", "--from", "2026-11-01")] == ["2", "3"]
    assert [row["number"][-1] for row in desk.json(app, "list", "--to", "2026-10-31")] == ["1"]
    assert [row["number"][-1] for row in desk.json(app, "list", "--status", "finished")] == ["2"]
    assert desk.json(app, "list", "--from", "2027-01-01") == []


def test_the_list_as_json_has_the_exported_columns_and_the_kind(desk: Desk) -> None:
    """Whoever reads the export reads the list."""
    _fill(desk)
    [_, second, _] = desk.json(app, "list")
    assert [*second] == [*questions.EXPORTED, "kind"]
    assert second["answered_at"] == "2026-11-23T11:00:00+01:00"


@pytest.mark.parametrize(
    "arguments", [["--from", "yesterday"], ["--to", "0001-01-01"], ["--status", "lost"], ["--what"]]
)
def test_wrong_use_has_exit_status_2(desk: Desk, arguments: list[str]) -> None:
    """A day that is none, a day outside any register, a state that is none, an option that is none."""
    desk.run(app, "list", *arguments, status=2)


def test_what_came_in_a_mail_cannot_steer_the_terminal(desk: Desk) -> None:
    """Control and direction characters are shown as what they are."""
    with unit_of_work(desk.engine) as session:
        registered(session, 1, subject="a\x1b[2Jb\u202ec\nd", office="[bold]x", question="line 1\nline 2\x9b")
    shown = desk.run(app, "list").stdout + desk.run(app, "show", "HOT-01/2026/000001").stdout
    assert "a\\x1b[2Jb\\u202ec d" in shown
    assert "line 1\nline 2\\x9b" in shown
    assert not {"\x1b", "\u202e", "\x9b"} & set(shown)


def test_a_question_is_shown_with_its_letters_and_its_history(desk: Desk) -> None:
    """Also when the number is typed in small letters."""
    with unit_of_work(desk.engine) as session:
        [question_id] = registered(session)
        [letter_id] = outbox.enqueue(session, [letter("1", question_id)])
        outcomes.mark_accepted(session, letter_id, "250 ok", NOW)
    shown = desk.run(app, "show", "hot-01/2026/000001").stdout
    assert "Gdzie znajdę zażółconą gęś?" in shown
    assert "acknowledgement  to Jan@Urzad.example  250 ok" in shown
    found = desk.json(app, "show", "HOT-01/2026/000001")
    assert found["acknowledged_at"] == "2026-11-23T11:00:00+01:00"
    assert found["because"] == ["Wpłynęło w godzinach pracy."]
    assert [event["kind"] for event in found["events"]] == ["received", "registered", "letter_queued", "acknowledged"]
    assert [(one["state"], one["last_reply"]) for one in found["letters"]] == [("accepted", "250 ok")]


def test_notes_and_follow_ups_are_shown_with_their_words_and_held_replies_with_their_ids(desk: Desk) -> None:
    """Nothing that was written about a question is left to --json."""
    with unit_of_work(desk.engine) as session:
        [question_id] = registered(session)
        [mail] = spool.put(session, [arrival("a", sender="obcy@example.net")], NOW)
        said = {"follow_up": "Proszę o pośpiech.\x1b[2J\nJan", "note": "Zadzwonić do Urzędu."}
        audit.add(
            session,
            [
                audit.Event(NOW, kind, "clerk jan@urzad.example", question_id, detail={"text": text})
                for kind, text in said.items()
            ],
        )
        [letter_id] = outbox.enqueue(session, [letter("1", question_id)])
        outcomes.mark_refused(session, letter_id, "550 no", NOW)
        held.hold(session, mail.id, question_id, "Not that consultant.", NOW)
    shown = desk.run(app, "show", "HOT-01/2026/000001").stdout
    assert "--- follow-up  2026-11-23 11:00:00  clerk jan@urzad.example\nProszę o pośpiech.\\x1b[2J\nJan\n" in shown
    assert "--- note  2026-11-23 11:00:00  clerk jan@urzad.example\nZadzwonić do Urzędu.\n" in shown
    assert "refused    acknowledgement  to Jan@Urzad.example  550 no" in shown
    assert "r1     held       obcy@example.net  Not that consultant." in shown
    assert [reply["reason"] for reply in desk.json(app, "show", "1")["held_replies"]] == ["Not that consultant."]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("2", "HOT-01/2026/000002"),
        ("000002", "HOT-01/2026/000002"),
        ("2025/2", "HOT-01/2025/000002"),
        ("hot-01/2025/2", "HOT-01/2025/000002"),
        ("4", "HOT-01/2024/000004"),
    ],
)
def test_a_number_may_be_typed_short(desk: Desk, monkeypatch: pytest.MonkeyPatch, typed: str, number: str) -> None:
    """Of this year, else of the newest year that has it; which one it is, is said."""
    monkeypatch.setattr("mailgate.cli.register._this_year", lambda: 2026)
    with unit_of_work(desk.engine) as session:
        for year, count in ((2024, 4), (2025, 3), (2026, 2), (2027, 2)):
            registered(session, count, year)
    result = desk.run(app, "show", typed)
    assert result.stdout.startswith(f"number          {number}\n")
    assert result.stderr == f"{typed} is {number}.\n"


@pytest.mark.parametrize("typed", ["9", "2025/1", "HOT-01/2026/", "9" * 30, "a\x1b[2J", ""])
def test_what_is_no_number_of_the_register_is_status_1(desk: Desk, typed: str) -> None:
    """Whatever was typed, it cannot steer the terminal."""
    _fill(desk)
    result = desk.run(app, "show", typed, status=1)
    assert result.stderr == f"There is no question {typed} in the register.\n".replace("\x1b", "\\x1b")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_list_never_cuts_a_number(desk: Desk, width: int) -> None:
    """In a terminal of any width."""
    with unit_of_work(desk.engine) as session:
        registered(session, 3, office="Urząd Gminy Dębowa " * 3, subject="Pytanie o sprawozdanie " * 5)
    lines = in_terminal(width, "mailgate", "register", "list").splitlines()
    assert [line.split()[1] for line in lines if "HOT" in line] == [f"HOT-01/2026/00000{one}" for one in (1, 2, 3)]
    assert width < 60 or all(len(line) <= width for line in lines)


def in_terminal(width: int, *command: str) -> str:
    """What a program prints in a real terminal of this width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environment = {name: text for name, text in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdin=subprocess.DEVNULL, stdout=theirs, env=environment | {"TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    printed = b""
    # A terminal whose last program has ended answers a read with EIO.
    with suppress(OSError):
        while piece := os.read(ours, 65536):
            printed += piece
    os.close(ours)
    assert process.wait(60) == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", printed.decode())


def test_a_number_that_is_not_in_the_register_has_exit_status_1(desk: Desk) -> None:
    """With a sentence on standard error."""
    result = desk.run(app, "show", "HOT-01/2026/999999", status=1)
    assert (result.stdout, "There is no question HOT-01/2026/999999" in result.stderr) == ("", True)


def test_the_export_goes_to_standard_output_or_into_a_file(desk: Desk, tmp_path: Path) -> None:
    """The same bytes."""
    _fill(desk)
    printed = desk.run(app, "export", "--format", "json").stdout_bytes
    path = tmp_path / "rejestr.json"
    result = desk.run(app, "export", "--format", "json", "--output", str(path))
    assert path.read_bytes() == printed
    assert "3 questions are in" in result.stderr
    assert [row["number"] for row in json.loads(printed)] == [f"HOT-01/2026/00000{serial}" for serial in (1, 2, 3)]


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_an_export_cannot_steer_the_terminal_on_which_it_is_shown(desk: Desk, kind: str) -> None:
    with unit_of_work(desk.engine) as session:
        registered(session, 1, question="Zażółć\x1b[2J\x9b31m\rx\r\nkoniec\u202e")
    shown = in_terminal(120, "mailgate", "register", "export", "--format", kind)
    assert not {"\x1b", "\x9b", "\u202e", "\ufeff"} & set(shown.replace("\r\n", "\n"))
    assert "\r" not in shown.replace("\r\n", "\n")
    assert "Zażółć" in shown and "koniec" in shown
    if kind == "json":
        assert json.loads(shown)[0]["question"] == "Zażółć\x1b[2J\x9b31m\rx\r\nkoniec\u202e"


def test_a_settlement_period_is_exported_to_a_sheet(desk: Desk, tmp_path: Path) -> None:
    """Finished and pending questions alike (procedure 1.2.6)."""
    _fill(desk)
    path = tmp_path / "listopad.xlsx"
    period = ("--from", "2026-11-01", "--to", "2026-11-30")
    desk.run(app, "export", "--format", "xlsx", *period, "--output", str(path))
    rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    assert [(row[0], row[2]) for row in rows[1:]] == [
        ("HOT-01/2026/000002", "zakończone"),
        ("HOT-01/2026/000003", "oczekujące na obsługę"),
    ]


def test_an_export_needs_a_format(desk: Desk) -> None:
    """Rather than a guess."""
    desk.run(app, "export", status=2)


@pytest.mark.parametrize("arguments", [["list"], ["show", "HOT-01/2026/000001"], ["export", "--format", "json"]])
def test_before_the_first_start_there_is_a_sentence_and_no_file(database_url: str, arguments: list[str]) -> None:
    """A command that looks must not make an empty register."""
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, RegisterError)
    assert "There is no register yet at" in str(result.exception)
    assert not Path(database_url.removeprefix("sqlite:///")).exists()


def _number_one(desk: Desk) -> dict[str, object]:
    return next(row for row in desk.json(app, "list") if row["number"].endswith("1"))


def test_a_call_is_recorded_at_its_moment_with_the_one_who_says_so(desk: Desk) -> None:
    """The question is acknowledged as of the call, and its history names the administrator."""
    _fill(desk)
    assert "2026-11-02 09:05:00" in desk.run(app, "acknowledged", "1", "--at", "2026-11-02T09:05:00+01:00").stdout
    assert _number_one(desk)["acknowledged_at"] == "2026-11-02T09:05:00+01:00"
    (event,) = [one for one in desk.json(app, "show", "1")["events"] if one["kind"] == "acknowledged"]
    assert (event["actor"], event["detail"]["by"]) == ("administrator", "telephone")


@pytest.mark.parametrize(
    ("number", "at", "status"),
    [
        ("1", "2026-10-31T09:00:00+01:00", 1),
        ("77", "2026-11-02T09:05:00+01:00", 1),
        ("1", "2026-11-02T09:05:00", 2),
        ("1", "2999-11-23T11:05:00+01:00", 2),
        ("1", "wczoraj", 2),
    ],
)
def test_a_call_that_cannot_have_been_is_not_recorded(desk: Desk, number: str, at: str, status: int) -> None:
    """Before the question came, still to come, without an offset, or about no question."""
    _fill(desk)
    assert desk.run(app, "acknowledged", number, "--at", at, status=status).stderr
    assert _number_one(desk)["acknowledged_at"] is None


def test_an_acknowledgement_is_never_replaced_by_a_call(desk: Desk) -> None:
    """What is on record stays."""
    _fill(desk)
    call = ("acknowledged", "1", "--at")
    desk.run(app, *call, "2026-11-02T09:05:00+01:00")
    assert "already" in desk.run(app, *call, "2026-11-02T09:10:00+01:00", status=1).stderr
    assert _number_one(desk)["acknowledged_at"] == "2026-11-02T09:05:00+01:00"
