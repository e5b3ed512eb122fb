"""Postfix, as offices run it: in front of the receiver, with a pipe to ``mailgate ingest``, and as the smarthost."""

from __future__ import annotations

import functools
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme
from servers.certificates import server_files
from servers.deployment import ANNA, HOTLINE, Deployment, eventually, form_text, mail, reply_to, text_of
from servers.door import Door
from servers.postfix import Postfix
from servers.programs import free_ports

from mailgate.config import environment_without_settings
from mailgate.delivery import results
from mailgate.delivery.dispatcher import Dispatcher
from mailgate.register import database

CLERK, CONSULTANT, OTHER_CONSULTANT = (
    "j.bak@ug.debowa.example",
    "anna.nowak@wsparcie.example",
    "piotr.zajac@wsparcie.example",
)
pytestmark = pytest.mark.only_on("sqlite", "what another mail server does has nothing to do with the database")

STRANGER = "nikt@ug.debowa.example"
"""An address of the clerks' domain that has no mailbox."""
PIPED = "hotline@potok.example"
LIMIT, SMALL_LIMIT = 150_000, 60_000
PIPE = (
    "mailgate unix - n n - 4 pipe flags=DRhu user=nobody null_sender= "
    f"argv={Door.argv('ROOT')} --sender ${{sender}} --recipient ${{recipient}}"
)


class Office:
    """One mail server, the port on which it expects our receiver, and how to reach it as smarthost."""

    def __init__(self, folder: Path) -> None:
        self.ours, self.small = free_ports(2)
        self.files = server_files(folder, "localhost")
        self.authority = self.files.authority_file()
        self.postfix = Postfix(
            {"csizs.example": f"smtp:[127.0.0.1]:{self.ours}", "potok.example": "mailgate:", "daleki.example": "retry:4.4.1 away"},
            self.files,
            settings={"mailgate_destination_recipient_limit": "1", "delay_warning_time": "1s"},
            services=[PIPE, f"127.0.0.1:{self.small} inet n - n - - smtpd -o message_size_limit={SMALL_LIMIT}"],
        )  # fmt: skip

    def gate(self, folder: Path, **settings: str) -> Deployment:
        """A mailgate that takes mail from this server and sends by it."""
        values = {
            "SMTP_LISTEN": f"127.0.0.1:{self.ours}",
            "SMARTHOST_URL": f"smtp+starttls://localhost:{self.postfix.port}",
            "TLS_CA_FILE": str(self.authority),
            "MAX_MESSAGE_BYTES": str(LIMIT),
        }
        return Deployment(folder, **(values | settings))

    def ask(self, question: str, recipient: str = HOTLINE) -> None:
        """A clerk's form, handed to the server."""
        self.postfix.send(mail(form_text(question=question)), recipient)

    def letters(self, address: str, count: int) -> list[EmailMessage]:
        """So many mails in somebody's mailbox."""
        return eventually(  # type: ignore[no-any-return]
            f"{count} mails for {address}",
            lambda: len(self.postfix.delivered(address)) >= count and self.postfix.delivered(address),
        )

    def says(self, words: str) -> None:
        """Wait until the server's log has these words."""
        eventually(f"the log says {words}", lambda: words in self.postfix.log())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("office"))
    with office.postfix:
        yield office


@pytest.fixture
def office(server: Office) -> Iterator[Office]:
    """The server with empty mailboxes; nothing of this test is left in its queue at the end."""
    server.postfix.forget()
    yield server
    server.postfix.judge = lambda request: "DUNNO"
    eventually("the queue is empty", lambda: not server.postfix.queued())


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deferred letters are tried again at once, and a locked database is given up soon."""
    monkeypatch.setattr(results, "SHORTEST_PAUSE", 0.2)
    monkeypatch.setattr("mailgate.daemon.Dispatcher", functools.partial(Dispatcher, look_seconds=0.1))
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    monkeypatch.setattr(database, "_PRAGMAS", ("PRAGMA busy_timeout = 200", *database._PRAGMAS[1:]))


def states(gate: Deployment) -> dict[str, str]:
    """The state of each recipient's letter."""
    return {row.recipient: row.state for row in gate.rows_of_letters()}


# In front of the receiver.


def test_a_whole_conversation_passes_through_one_mail_server(office: Office, tmp_path: Path) -> None:
    with office.gate(tmp_path).running() as gate:
        office.ask("Jak wycofać zażółcone sprawozdanie?")
        (receipt,) = office.letters(CLERK, 1)
        assert "HOT-01/" in str(receipt["Subject"])
        assert "zażółcone" in text_of(receipt)
        (question,) = office.letters(CONSULTANT, 1)
        reply = reply_to(question, "Proszę użyć przycisku „Wycofaj”.", ANNA)
        office.postfix.send(reply, str(reply["To"]).rpartition("<")[2].rstrip(">"))
        _, answer = office.letters(CLERK, 2)
        gate.settled()
        (entry,) = gate.register()
    assert entry["status"] == "finished"
    assert "Proszę użyć przycisku „Wycofaj”." in text_of(answer)
    assert answer["In-Reply-To"] == receipt["In-Reply-To"] is not None
    # The server wrote the envelope's sender on top: each letter has a return address of its own.
    assert str(answer["Return-Path"]).startswith("<hotline+b.")
    assert not any("wsparcie.example" in str(value) for value in answer.values())


def test_mail_for_a_tagged_address_is_taken_and_for_an_unknown_one_sent_back(office: Office, tmp_path: Path) -> None:
    with office.gate(tmp_path).running() as gate:
        office.ask("Pierwsze?", recipient="hotline+znaczek@csizs.example")
        office.letters(CLERK, 1)
        office.ask("Drugie?", recipient="kowalski@csizs.example")
        _, notice = office.letters(CLERK, 2)
        gate.settled()
        assert [entry["question"] for entry in gate.register()] == ["Pierwsze?"]
        (row,) = gate.rows_of_mail()
    assert notice.get_content_type() == "multipart/report"
    assert "kowalski@csizs.example" in text_of(notice)
    assert row.recipients == ["hotline+znaczek@csizs.example"]


def test_e06_mail_that_names_us_in_bcc_only_is_taken(office: Office, tmp_path: Path) -> None:
    message = mail(form_text())
    del message["To"]
    message["To"] = "Urząd <sekretariat@inny.example>"
    with office.gate(tmp_path).running() as gate:
        office.postfix.send(message, HOTLINE)
        office.letters(CLERK, 1)
        gate.settled()
        assert len(gate.register()) == 1


def test_p1_mail_that_comes_while_the_daemon_is_away_waits_and_is_registered_once(
    office: Office, tmp_path: Path
) -> None:
    office.ask("Jest tam kto?")
    office.says("Connection refused")
    with office.gate(tmp_path).running() as gate:
        eventually("the question is registered", gate.register)
        eventually("the mail server has delivered", lambda: not office.postfix.queued())
        gate.settled()
        assert [entry["question"] for entry in gate.register()] == ["Jest tam kto?"]


@pytest.mark.usefixtures("soon")
@pytest.mark.only_on("sqlite", "on PostgreSQL nobody can lock the whole database")
def test_a_451_of_ours_makes_the_mail_server_keep_the_mail_and_bring_it_again(office: Office, tmp_path: Path) -> None:
    with office.gate(tmp_path).running() as gate:
        with closing(sqlite3.connect(gate.folder / "storage" / "mailgate.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            office.ask("Kiedy wolne?")
            office.says("said: 451 4.3.0")
            assert gate.register() == []
            other.execute("ROLLBACK")
        eventually("the question is registered", gate.register)
        gate.settled()
        assert len(gate.rows_of_mail()) == 1
        assert len(gate.register()) == 1


def test_e13_mail_over_our_limit_goes_back_to_its_sender_and_nothing_is_registered(
    office: Office, tmp_path: Path
) -> None:
    large = mail(form_text())
    large.add_attachment(b"x" * LIMIT, maintype="application", subtype="pdf", filename="skan.pdf")
    with office.gate(tmp_path).running() as gate:
        office.postfix.send(large, HOTLINE)
        (notice,) = office.letters(CLERK, 1)
        assert gate.rows_of_mail() == []
    assert notice.get_content_type() == "multipart/report"
    assert "size" in text_of(notice)


# As the smarthost.


@pytest.mark.usefixtures("soon")
def test_e21_a_greylisted_acknowledgement_counts_from_its_acceptance(office: Office, tmp_path: Path) -> None:
    waits = [True]

    def greylist(request: Mapping[str, str]) -> str:
        return "DEFER 4.2.0 Greylisted" if request["recipient"] == CLERK and waits else "DUNNO"

    with office.gate(tmp_path).running() as gate:
        office.postfix.judge = greylist
        gate.send(mail(form_text()))
        letter = eventually(
            "the receipt is deferred", lambda: [one for one in gate.rows_of_letters() if one.state == "deferred"]
        )
        assert letter[0].last_reply.startswith("450 4.2.0")
        assert gate.register()[0]["acknowledged_at"] is None
        waits.clear()
        (received,) = office.letters(CLERK, 1)
        gate.settled()
        (entry,) = gate.register()
        accepted = next(row for row in gate.rows_of_letters() if row.recipient == CLERK)
    assert accepted.attempts >= 2
    assert accepted.message_id == received["Message-ID"]
    assert entry["acknowledged_at"] is not None
    assert accepted.accepted_at > letter[0].last_try_at


def test_e20_of_three_recipients_one_is_refused_and_the_other_two_are_accepted(office: Office, tmp_path: Path) -> None:
    office.postfix.judge = lambda request: "REJECT 5.7.1 not here" if request["recipient"] == CLERK else "DUNNO"
    with office.gate(tmp_path).running() as gate:
        gate.send(mail(form_text()))
        gate.settled()
        assert states(gate) == {CLERK: "refused", CONSULTANT: "accepted", OTHER_CONSULTANT: "accepted"}
        (entry,) = gate.register()
        assert (entry["status"], entry["acknowledged_at"]) == ("pending", None)
        refused = next(row for row in gate.rows_of_letters() if row.recipient == CLERK)
    assert "5.7.1" in refused.last_reply
    assert len(office.letters(CONSULTANT, 1)) == len(office.letters(OTHER_CONSULTANT, 1)) == 1
    assert office.postfix.delivered(CLERK) == []


def test_a_letter_over_the_servers_limit_is_refused_and_the_others_go_out(office: Office, tmp_path: Path) -> None:
    large = mail(form_text())
    large.add_attachment(b"x" * SMALL_LIMIT, maintype="application", subtype="pdf", filename="skan.pdf")
    smarthost = f"smtp+starttls://localhost:{office.small}"
    with office.gate(tmp_path, SMARTHOST_URL=smarthost).running() as gate:
        gate.send(large)
        gate.settled()
        assert states(gate) == {CLERK: "accepted", CONSULTANT: "refused", OTHER_CONSULTANT: "refused"}
        (receipt,) = office.letters(CLERK, 1)
        gate.send(mail(form_text(question="Czy następne przejdzie?")))
        office.letters(CONSULTANT, 1)
        gate.settled()
    assert "HOT-01/" in str(receipt["Subject"])
    assert office.postfix.delivered(CONSULTANT)[0]["Subject"] is not None


def test_a_certificate_of_a_strange_authority_lets_nothing_leave(office: Office, tmp_path: Path) -> None:
    strange = tmp_path / "strange.pem"
    trustme.CA().cert_pem.write_to_path(str(strange))
    log_before = len(office.postfix.log())
    with office.gate(tmp_path, TLS_CA_FILE=str(strange)).running() as gate:
        gate.send(mail(form_text()))
        eventually("the server was tried", lambda: "SSL_accept error" in office.postfix.log()[log_before:])
        eventually("the question is registered", gate.register)
        assert gate.register()[0]["acknowledged_at"] is None
    log = office.postfix.log()[log_before:]
    assert "from=<hotline" not in log
    assert "mail=" not in log
    assert set(states(gate).values()) <= {"queued", "deferred"}
    # The administrator names the right authority, and what waited goes out.
    with office.gate(tmp_path).running() as mended:
        mended.settled()
        assert set(states(mended).values()) == {"accepted"}
    assert "TLS connection established" in office.postfix.log()[log_before:]


def test_e63_a_notice_of_postfix_about_our_acknowledgement_undoes_it(office: Office, tmp_path: Path) -> None:
    with office.gate(tmp_path).running() as gate:
        gate.send(mail(form_text(contact=STRANGER), f"Nikt <{STRANGER}>"))
        eventually("the acknowledgement came back", lambda: gate.events("not_acknowledged"))
        gate.settled()
        (entry,) = gate.register()
        assert entry["acknowledged_at"] is None
        assert len(gate.events("acknowledged")) == 1
        assert {letter.recipient for letter in gate.rows_of_letters()} >= {STRANGER, CONSULTANT}
        # The notice is answered to nobody, and opens no question.
        assert [row.recipient for row in gate.rows_of_letters()].count(STRANGER) == 1


def test_e65_a_notice_of_postfix_about_a_delay_changes_nothing(office: Office, tmp_path: Path) -> None:
    address = "ola@daleki.example"
    with office.gate(tmp_path).running() as gate:
        gate.send(mail(form_text(contact=address), f"Ola <{address}>"))
        eventually("the notice of the delay came", lambda: len(gate.rows_of_mail()) == 2)
        gate.settled()
        (entry,) = gate.register()
    office.postfix.drop_queue()
    assert entry["acknowledged_at"] is not None
    assert entry["status"] == "pending"


# As a pipe.


@pytest.fixture
def door(office: Office, tmp_path: Path) -> Iterator[Door]:
    gate = piped(office, tmp_path)
    command = [sys.executable, "-m", "mailgate", "ingest"]
    with Door(office.postfix.root, command, environment_without_settings() | gate.environment) as opened:
        yield opened


def piped(office: Office, folder: Path) -> Deployment:
    """A mailgate that takes its mail from a pipe alone."""
    return office.gate(folder, SMTP_LISTEN="", HOTLINE=f"Hot-line <{PIPED}>")


def test_mail_from_a_pipe_is_registered_with_its_envelope(office: Office, door: Door, tmp_path: Path) -> None:
    with piped(office, tmp_path).running() as gate:
        office.ask("Przez rurę: zażółć gęślą jaźń?", recipient=PIPED)
        office.letters(CLERK, 1)
        gate.settled()
        (row,) = gate.rows_of_mail()
        assert (row.source, row.envelope_sender, row.recipients) == ("file", CLERK, [PIPED])
        assert [entry["question"] for entry in gate.register()] == ["Przez rurę: zażółć gęślą jaźń?"]
    # The daemon may have taken the mail before the program that brought it has ended.
    eventually("the program ended", lambda: door.statuses)
    assert door.statuses == [0]


@pytest.mark.only_on("sqlite", "how Postfix takes a 75 has nothing to do with our database")
def test_e04_a_pipe_that_ends_with_75_is_tried_again_and_the_receipt_stays(
    office: Office, door: Door, tmp_path: Path
) -> None:
    right = dict(door.environment)
    door.environment = right | {"MAILGATE_DATABASE_URL": "postgresql+psycopg://mailgate@127.0.0.1:9/mailgate"}
    office.ask("Czy poczeka?", recipient=PIPED)
    eventually("the mail was put off twice", lambda: door.statuses.count(75) >= 2)
    door.environment = right
    # Postfix waits the longer the more often it was put off.
    eventually("the mail was taken", lambda: 0 in door.statuses, patience=180)
    with piped(office, tmp_path).running() as gate:
        gate.settled()
        assert len(gate.register()) == 1
        (row,) = gate.rows_of_mail()
    assert door.statuses.count(0) == 1
    # It counts from when Postfix had it, not from when the database was back.
    assert (row.spooled_at - row.received_at).total_seconds() >= 1


def test_e13_mail_too_large_for_the_pipe_goes_back_with_our_sentence(
    office: Office, door: Door, tmp_path: Path
) -> None:
    large = mail(form_text())
    large.add_attachment(b"x" * LIMIT, maintype="application", subtype="pdf", filename="skan.pdf")
    office.postfix.send(large, PIPED)
    (notice,) = office.letters(CLERK, 1)
    assert f"your message was not taken: it is larger than {LIMIT} bytes" in " ".join(text_of(notice).split())
    assert "known already" not in text_of(notice)
    assert door.statuses == [69]
