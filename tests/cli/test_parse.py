"""``mailgate parse`` keeps the contract of its JSON, its exit status, and its manners."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HEAD = (
    b"From: Jan <jan@ug.example>\r\nSubject: pytanie\r\nMessage-ID: <1@ug.example>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
)
FORM = (
    HEAD
    + (
        "\r\nCSIZS  Zgłoszenie pytania HOT-1  data: 20.11.2026  znak: OPS.1.2026\r\n"
        "Imię i nazwisko Użytkownika: Jan Łoś\r\nNazwa Urzędu: Urząd Gminy Łąck\r\n"
        "Zwrotny nr telefonu, e-mail: wew. 45\r\nTreść pytania:\r\nDlaczego?\r\n"
    ).encode()
)
REPLY = (
    HEAD
    + "\r\n#notatka ważne\r\n\r\nTak, proszę.\r\n\r\n"
    "W dniu 19.11.2026 o 10:12, Hot-line CSIZS pisze:\r\n> stare\r\n".encode()
)
PROGRAM = "import typer; from mailgate.cli.parse import parse; app = typer.Typer(); app.command()(parse); app()"

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command in a folder of its own, with a locale that knows no Polish."""

    def start(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        root = Path(__file__).resolve().parents[2]
        environment = {"PYTHONPATH": str(root), "LC_ALL": "C", "PATH": "/usr/bin:/bin", "PYTHONUTF8": "0"}
        command = [sys.executable, "-P", "-c", PROGRAM, *arguments]
        return subprocess.run(
            command, input=given, capture_output=True, cwd=tmp_path, env=environment, timeout=60, check=False
        )

    (tmp_path / "form.eml").write_bytes(FORM)
    (tmp_path / "reply.eml").write_bytes(REPLY)
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / "picture.eml").write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF\0" * 100)
    return start


def objects(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


def test_a_form_is_printed_as_the_contract_has_it(run: Run) -> None:
    done = run("--json", "form.eml")
    assert (done.returncode, done.stderr) == (0, b"")
    assert objects(done) == [
        {
            "file": "form.eml",
            "message_id": "<1@ug.example>",
            "kind": "question",
            "forms": [
                {
                    "date": "2026-11-20",
                    "reference": "OPS.1.2026",
                    "user_name": "Jan Łoś",
                    "office": "Urząd Gminy Łąck",
                    "phone": None,
                    "email": None,
                    "question": "Dlaczego?",
                    "source": "body",
                }
            ],
            "problems": [{"form": 0, "field": "contact", "code": "invalid"}],
        }
    ]
    assert "Łoś".encode() in done.stdout


def test_files_are_printed_in_order_and_standard_input_is_a_dash(run: Run) -> None:
    done = run("--json", "empty.eml", "-", "reply.eml", given=FORM)
    assert [(row["file"], row["kind"]) for row in objects(done)] == [
        ("empty.eml", "unreadable"),
        ("-", "question"),
        ("reply.eml", "unformalised"),
    ]
    assert done.returncode == 0


@pytest.mark.parametrize("missing", ["nowhere.eml", ".", "a\udcb9.eml"])
def test_a_file_that_cannot_be_opened_is_a_sentence_and_status_one(run: Run, missing: str) -> None:
    done = run("--json", missing, "picture.eml")
    assert done.returncode == 1
    assert b"cannot be opened" in done.stderr
    assert b"Traceback" not in done.stderr
    assert [row["kind"] for row in objects(done)] == ["unreadable"]


def test_a_reply_is_printed_as_the_contract_has_it(run: Run) -> None:
    (row,) = objects(run("--as-reply", "--json", "reply.eml"))
    assert row == {
        "file": "reply.eml",
        "new_text": "Tak, proszę.",
        "in_doubt": False,
        "attachments": [],
        "commands": [["notatka", "ważne"]],
    }


def test_words_for_a_person_tell_values_and_why(run: Run) -> None:
    text = run("form.eml", "picture.eml").stdout.decode("utf-8")
    for words in (
        "question",
        "Jan Łoś",
        "(label 'Nazwa Urzędu', on the label's line)",
        "contact is invalid",
        "unreadable: it is no e-mail",
    ):
        assert words in text


def test_words_for_a_person_show_what_would_be_passed_on(run: Run) -> None:
    text = run("--as-reply", "reply.eml").stdout.decode("utf-8")
    assert "#notatka ważne" in text
    assert "Tak, proszę." in text


def test_no_file_at_all_is_wrong_use(run: Run) -> None:
    assert run("--json").returncode == 2


def test_nobody_reading_any_more_is_no_fault(tmp_path: Path, run: Run) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", PROGRAM, "--json", *["form.eml"] * 40]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env={"PYTHONPATH": str(root)}
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
    assert run("form.eml").returncode == 0


@pytest.mark.parametrize("how", [(), ("--json",), ("--as-reply",), ("--as-reply", "--json")])
def test_nothing_in_a_message_or_in_its_name_can_steer_the_terminal(tmp_path: Path, run: Run, how: list[str]) -> None:
    evil = "\x1b]0;x\x07\x9b31m\u202e\x7f"
    (tmp_path / f"a{evil}.eml").write_bytes(REPLY.replace("ważne".encode(), evil.encode()) + f"> {evil}".encode())
    (tmp_path / "form.eml").write_bytes(FORM.replace(b"Dlaczego", f"Dlaczego{evil}".encode()))
    done = run(*how, f"a{evil}.eml", "form.eml", f"missing{evil}.eml")
    shown = (done.stdout + done.stderr).decode()
    assert [sign for sign in shown if sign in evil and not sign.isprintable()] == []
    if how == ("--json",):
        question = objects(done)[1]["forms"][0]["question"]  # type: ignore[index]
        assert "\x9b31m" in question, "a program reads the very character"
