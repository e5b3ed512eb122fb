"""The proof that nothing is lost, and what is told of one mail: with a real mailbox, while the daemon runs and after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from servers.deployment import ANNA, HOTLINE, Deployment, eventually, form_text, mail, reply_to
from servers.dovecot import Dovecot
from servers.notices import automatic, delivery_notice
from typer.testing import CliRunner

from mailgate.cli.program import app

FRIDAY = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
CLERK = "j.bak@ug.debowa.example"

Command = Callable[..., Result]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def dovecot(server: Dovecot) -> Dovecot:
    """The mailbox, empty."""
    with server.client() as client:
        for folder in ("INBOX", "Przyjęte"):
            if client.folder_exists(folder):
                client.select_folder(folder)
                client.delete_messages(client.search("ALL"))
                client.expunge()
    return server


@pytest.fixture
def gate(tmp_path: Path, dovecot: Dovecot) -> Deployment:
    return Deployment(
        tmp_path,
        IMAP_URL=dovecot.url,
        TLS_CA_FILE=str(dovecot.cafile),
        IMAP_POLL_SECONDS="1",
    )


@pytest.fixture
def command(gate: Deployment, monkeypatch: pytest.MonkeyPatch) -> Command:
    """A command on this installation, which must end with this exit status."""
    monkeypatch.chdir(gate.folder)
    return command_on(gate)


def taken(gate: Deployment, count: int) -> None:
    eventually(f"{count} mails are taken", lambda: len(gate.rows_of_mail()) == count)
    gate.settled()


def raw(*lines: str, sender: str = CLERK) -> bytes:
    return mail("\n".join(lines) or form_text(), f"Jan <{sender}>").as_bytes()


def steps(traces: Sequence[dict[str, Any]]) -> str:
    return "\n".join(step["what"] for step in traces[0]["steps"])


def test_after_all_sorts_of_mail_nothing_differs_while_the_daemon_runs_and_after_it(
    gate: Deployment, dovecot: Dovecot, command: Command
) -> None:
    dovecot.append(raw(), at=FRIDAY)
    dovecot.append(raw("Dzień dobry, kiedy szkolenie?"), at=FRIDAY)
    dovecot.append(
        automatic("x@obcy.example", "Automat", "Nie ma mnie.", Auto_Submitted="auto-replied").as_bytes(), at=FRIDAY
    )
    dovecot.append(raw("Podaj hasło", sender=HOTLINE), at=FRIDAY)
    with gate.running():
        taken(gate, 4)
        gate.send(raw())
        gate.letters(6)
        eventually("all is put away", lambda: not dovecot.messages())
        assert "No difference." in command("reconcile").stdout
    assert json.loads(command("reconcile", "--json", "--every-byte").stdout) == []


def test_mail_that_the_spool_does_not_know_is_found_in_either_folder(
    gate: Deployment, dovecot: Dovecot, command: Command
) -> None:
    dovecot.append(raw(), at=FRIDAY)
    with gate.running():
        taken(gate, 1)
        eventually("it is put away", lambda: not dovecot.messages())
    dovecot.append(raw("Nieznana."), at=FRIDAY, folder="Przyjęte")
    dovecot.append(b"Subject: bez identyfikatora\r\n\r\nNieznana.\r\n", at=FRIDAY)
    dovecot.append(raw("Młoda."), at=datetime.now(UTC))
    dovecot.append(raw("Wyrzucona."), at=FRIDAY, flags=("\\Deleted",))
    before = (dovecot.flags(), dovecot.flags("Przyjęte"))
    differences = json.loads(command("reconcile", "--json", status=1).stdout)
    assert [(one["where"], one["id"].split(";")[0]) for one in differences] == [
        ("mailbox", "INBOX"),
        ("mailbox", "Przyjęte"),
    ]
    assert "2 differences" in command("reconcile", status=1).stdout
    assert (dovecot.flags(), dovecot.flags("Przyjęte")) == before


def test_a_mail_that_lies_there_once_more_or_whose_folder_was_made_anew_is_known(
    gate: Deployment, dovecot: Dovecot, command: Command
) -> None:
    """By Message-ID and size, or by its content where a relay added a header."""
    dovecot.append(raw(), at=FRIDAY)
    with gate.running():
        taken(gate, 1)
        eventually("it is put away", lambda: not dovecot.messages())
    dovecot.append(raw(), at=FRIDAY)
    dovecot.append(b"Received: from mx.example by y.example; Fri, 20 Nov 2026 15:30:00 +0100\r\n" + raw(), at=FRIDAY)
    assert json.loads(command("reconcile", "--json").stdout) == []


def test_new_mail_under_a_known_uid_is_told_of_in_either_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server went back to a snapshot; an older mailgate put the new mail away as known, however young it was."""
    monkeypatch.chdir(tmp_path)
    with Dovecot() as dovecot:
        gate = Deployment(tmp_path, IMAP_URL=dovecot.url, TLS_CA_FILE=str(dovecot.cafile), IMAP_POLL_SECONDS="1")
        dovecot.append(b"Subject: x\r\n\r\nx\r\n")
        with dovecot.client() as client:
            client.create_folder("Przyjęte")
        dovecot.snapshot()
        dovecot.append(raw(), at=FRIDAY)
        with gate.running():
            taken(gate, 2)
            eventually("it is put away", lambda: not dovecot.messages())
        dovecot.restore()
        with dovecot.client("INBOX") as client:
            client.delete_messages([1])
            client.expunge()
        dovecot.append(raw("Nowa."), at=FRIDAY + timedelta(minutes=1))
        dovecot.append(raw("Odłożona."), folder="Przyjęte")
        assert list(dovecot.messages()) == [2]
        run = command_on(gate)
        found = json.loads(run("reconcile", "--json", status=1).stdout)
        assert [one["id"].partition(";")[0] for one in found] == ["INBOX", "Przyjęte"]
        with gate.running():
            taken(gate, 3)
            eventually("it is put away", lambda: not dovecot.messages())
        [left] = json.loads(run("reconcile", "--json", status=1).stdout)
        assert left["id"].startswith("Przyjęte;")
        former = [one for one in json.loads(run("trace", CLERK, "--json").stdout) if one["mail"]][-1]
        assert "UID reused: another mail lies at its place" in steps([former])


def test_a_mailbox_that_cannot_be_compared_is_no_agreement(
    gate: Deployment, dovecot: Dovecot, command: Command
) -> None:
    with gate.running():
        pass
    dovecot.stop()
    try:
        assert "could not be compared" in command("reconcile", status=1).stdout
    finally:
        dovecot.start()


def test_a_question_is_told_from_its_receipt_to_its_answer(
    gate: Deployment, dovecot: Dovecot, command: Command
) -> None:
    dovecot.append(raw(), at=FRIDAY)
    with gate.running():
        taken(gate, 1)
        gate.send(raw())
        letters = gate.letters(3)
        to_anna = next(one for one in letters if ANNA.split("<")[1] in str(one["To"]))
        gate.send(reply_to(to_anna, "Tak, można.", ANNA))
        gate.letters(1)
        gate.settled()
        receipt = next(one for one in letters if CLERK in str(one["To"]))
        gate.send(delivery_notice(receipt, CLERK), sender="")
        eventually("the notice is handled", lambda: gate.events("bounced"))
        gate.settled()
        traces = json.loads(command("trace", "1", "--json").stdout)
    told = steps(traces)
    for words in (
        "received from the mailbox imaps://",
        "also came this way",
        "handled: a question on the form",
        "registered as HOT-01/2026/000001",
        "the smarthost took letter",
        "an answer was recorded, by consultant anna.nowak@wsparcie.example",
        "answered: the smarthost has the letter",
        "a notice came about a letter of ours",
        "the acknowledgement came back",
    ):
        assert words in told
    instants = [step["at"] for step in traces[0]["steps"]]
    assert instants == sorted(instants)
    assert instants[0] == "2026-11-20T15:30:00+01:00"
    assert "2026-11-20 15:30:00" in command("trace", "HOT-01/2026/000001").stdout
    reply = json.loads(command("trace", "anna.nowak@wsparcie.example", "--json").stdout)
    assert [one["touched"] for one in reply] == [["HOT-01/2026/000001"]]


def test_every_sort_of_mail_is_found_by_its_address_and_its_message_id(
    gate: Deployment, dovecot: Dovecot, command: Command
) -> None:
    """Automatic, set aside, larger than we take, a duplicate: the server had it, so something is told."""
    robot = automatic("x@obcy.example", "Automat", "Nie ma mnie.", Auto_Submitted="auto-replied")
    big = mail("Bardzo duża.\n" * 9000, "Ola <ola@duza.example>")
    gate = Deployment(gate.folder / "small", **settings_of(gate), MAX_MESSAGE_BYTES="65536")
    for one in (robot, big, mail(form_text())):
        dovecot.append(one.as_bytes(), at=FRIDAY)
    run = command_on(gate)
    with gate.running():
        taken(gate, 3)
    assert "an automatic reply: never answered (" in run("trace", "X@Obcy.Example").stdout
    assert (
        "it is in quarantine: an automatic reply to no letter of ours" in run("trace", str(robot["Message-ID"])).stdout
    )
    assert "over the limit on size" in run("trace", "ola@duza.example").stdout
    assert "HOT-01/2026/" in run("trace", CLERK).stdout
    stranger = run("trace", "nikt@nigdzie.example", status=1).stdout
    assert "never accepted" in stranger


def test_what_still_lies_in_the_mailbox_is_told_as_well(gate: Deployment, dovecot: Dovecot, command: Command) -> None:
    with gate.running():
        pass
    late = mail("Jeszcze nie przyjęta.", "Ewa <ewa@ug.debowa.example>")
    dovecot.append(late.as_bytes(), at=FRIDAY)
    for what in ("ewa@ug.debowa.example", str(late["Message-ID"]), str(late["Message-ID"]).strip("<>")):
        assert "lies in the mailbox (INBOX, UID" in command("trace", what).stdout


def test_the_newest_mails_of_an_address_come_first_and_no_more_than_were_asked_for(
    gate: Deployment, command: Command
) -> None:
    with gate.running():
        for number in range(4):
            gate.send(mail(form_text(question=f"Pytanie {number}?")))
        taken(gate, 4)
    traces = json.loads(command("trace", CLERK, "--json", "--limit", "3").stdout)
    assert [one["mail"] for one in traces] == ["m4", "m3", "m2"]


def settings_of(gate: Deployment) -> dict[str, str]:
    names = ("IMAP_URL", "TLS_CA_FILE", "IMAP_POLL_SECONDS")
    return {name: gate.environment[f"MAILGATE_{name}"] for name in names}


def command_on(gate: Deployment) -> Command:
    def run(*arguments: str, status: int = 0) -> Result:
        result = CliRunner(env=gate.environment).invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == status, result.output
        return result

    return run
