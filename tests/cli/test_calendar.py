"""``mailgate calendar`` as an administrator and a program see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from mailgate.cli.calendar import calendar

APP = typer.Typer()
APP.command()(calendar)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILGATE_STORAGE", str(tmp_path / "storage"))
    for name in (
        "MAILGATE_DAYS_OFF",
        "MAILGATE_WORKING_DAYS",
        "MAILGATE_TIMEZONE",
        "MAILGATE_OPENS",
        "MAILGATE_CLOSES",
    ):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str) -> Result:
    """The command, run as from a shell."""
    return CliRunner().invoke(APP, list(arguments))


def test_each_instant_is_one_json_object_on_its_line() -> None:
    result = run("--json", "2026-11-20T16:00:00+01:00", "2026-11-20T15:00:01Z")
    first, second = (json.loads(line) for line in result.stdout.splitlines())

    assert result.exit_code == 0
    assert list(first) == ["received_at", "counted_from", "acknowledge_by", "because"]
    assert first["counted_from"] == "2026-11-20T16:00:00+01:00"
    assert first["acknowledge_by"] == "2026-11-23T16:00:00+01:00"
    assert second["received_at"] == "2026-11-20T16:00:01+01:00"
    assert second["counted_from"] == "2026-11-23T08:00:00+01:00"
    assert second["acknowledge_by"] == "2026-11-24T16:00:00+01:00"


def test_polish_letters_are_written_as_they_are() -> None:
    assert "Zgłoszenie otrzymano w piątek" in run("--json", "2026-11-20T12:00:00+01:00").stdout


def test_without_json_the_explanation_is_for_people() -> None:
    lines = run("2026-11-20T12:00:00+01:00").stdout.splitlines()

    assert lines[0] == "received at     2026-11-20T12:00:00+01:00"
    assert lines[2] == "acknowledge by  2026-11-23T16:00:00+01:00"
    assert "    2026-11-20 jest dniem roboczym: piątek." in lines


def test_an_instant_without_offset_is_office_time() -> None:
    assert json.loads(run("--json", "2026-07-01T12:00").stdout)["received_at"] == "2026-07-01T12:00:00+02:00"


def test_declared_days_are_taken_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILGATE_DAYS_OFF", "2026-11-20=przeprowadzka")
    told = json.loads(run("--json", "2026-11-20T12:00+01:00").stdout)

    assert told["counted_from"] == "2026-11-23T08:00:00+01:00"
    assert any("ogłoszonym przez urząd: przeprowadzka." in reason for reason in told["because"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wczoraj", "not an ISO 8601 instant"),
        ("2026-02-30T12:00", "not an ISO 8601 instant"),
        ("2026-11-20", "this is a day; add the time of day"),
        ("2026-10-25T02:30", "showed this time twice"),
        ("2026-03-29T02:30", "never showed this time"),
        ("1999-01-01T12:00Z", "outside the years 2020 to 2100"),
    ],
)
def test_a_bad_instant_is_told_in_a_sentence_and_the_others_are_printed(text: str, words: str) -> None:
    result = run("--json", text, "2026-11-20T12:00Z")

    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.startswith(f"{text}: ")
    assert len(result.stdout.splitlines()) == 1


def test_no_instant_at_all_is_wrong_use() -> None:
    assert run("--json").exit_code == 2
