"""SMTP as a client sees it: real sockets, scripted dialogues, and what lies in the spool afterwards."""

from __future__ import annotations

import asyncio
import shutil
import smtplib
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from servers.smtp_receiver import HOTLINE, NOW, PATIENCE, MemorySpool, RunningReceiver, running_receiver

from mailgate.errors import RegisterBusy
from mailgate.intake.committer import Committer
from mailgate.intake.doorkeeper import Limits
from mailgate.intake.receiver import Receiver

MAIL = b"From: jan@urzad.example\r\nSubject: Pytanie\r\n\r\nTre\xb6\xe6 \xb1\r\n.kropka"


@pytest.fixture
def server() -> Iterator[RunningReceiver]:
    with running_receiver() as running:
        yield running


def test_the_greeting_names_the_domain_and_no_program(server: RunningReceiver) -> None:
    with server.call() as client:
        assert client.reply() == "220 csizs.example ESMTP"


def test_ehlo_announces_what_is_kept(server: RunningReceiver) -> None:
    with server.call() as client:
        client.reply()
        lines = client.say("EHLO client.example").split("\r\n")
        assert lines == ["250-csizs.example", "250-PIPELINING", "250-SIZE 36700160", "250-8BITMIME", "250 SMTPUTF8"]


def test_a_mail_is_stored_byte_for_byte_with_its_envelope(server: RunningReceiver) -> None:
    with server.call() as client:
        reply = client.greet().deliver(MAIL.replace(b"\r\n.", b"\r\n.."))
    assert reply == "250 2.0.0 Ok: taken as 1"
    arrival = server.spool.arrivals[0]
    assert arrival.raw == MAIL + b"\r\n"
    envelope = arrival.envelope
    assert (envelope.source, envelope.sender, envelope.recipients) == ("smtp", "jan@urzad.example", (HOTLINE,))
    assert envelope.received_at == NOW
    assert envelope.client == "127.0.0.1 (client.example)"


def test_the_null_sender_is_the_empty_text(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet().begin(sender="")
        client.send(MAIL + b"\r\n.\r\n")
        assert client.reply().startswith("250 ")
    assert server.spool.arrivals[0].envelope.sender == ""


def test_the_same_mail_twice_is_taken_as_one(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet()
        assert [client.deliver(MAIL), client.deliver(MAIL)] == ["250 2.0.0 Ok: taken as 1"] * 2
    assert len(server.spool.arrivals) == 1


def test_nothing_is_said_before_the_commit(server: RunningReceiver) -> None:
    server.spool.open.clear()
    with server.call() as client:
        client.greet().begin()
        client.send(MAIL + b"\r\n.\r\n")
        assert server.spool.entered.wait(PATIENCE)
        client.socket.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.socket.recv(1)
        server.spool.open.set()
        client.socket.settimeout(PATIENCE)
        assert client.socket.recv(100).startswith(b"250 ")


def test_a_pipelining_client_gets_its_replies_in_order(server: RunningReceiver) -> None:
    one = f"MAIL FROM:<jan@urzad.example>\r\nRCPT TO:<{HOTLINE}>\r\nDATA\r\n".encode()
    with server.call() as client:
        client.greet()
        client.send(one + b"Subject: 1\r\n\r\na\r\n.\r\n" + one + b"Subject: 2\r\n\r\nb\r\n.\r\nQUIT\r\n")
        replies = [client.reply()[:3] for _ in range(9)]
        assert client.is_closed()
    assert replies == ["250", "250", "354", "250", "250", "250", "354", "250", "221"]
    assert [a.raw for a in server.spool.arrivals] == [b"Subject: 1\r\n\r\na\r\n", b"Subject: 2\r\n\r\nb\r\n"]


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("MAIL FROM:<a@b.example>", "503"),
        (f"RCPT TO:<{HOTLINE}>", "503"),
        ("DATA", "503"),
        ("NOOP", "250"),
        ("RSET", "250"),
        ("VRFY jan", "252 2.1.5 Cannot verify"),
        ("EXPN all", "502 5.5.1"),
        ("AUTH PLAIN AGEAYg==", "502 5.5.1"),
        ("STARTTLS", "454"),
        ("HELP", "214 "),
        ("WHAT", "500"),
        ("", "500"),
        ("EHLO", "501"),
        ("X" * 3000, "500"),
        ("X" * 200_000, "500"),
    ],
)
def test_a_command_out_of_place_is_answered_and_harmless(server: RunningReceiver, command: str, reply: str) -> None:
    with server.call() as client:
        client.reply()
        assert client.say(command).startswith(reply)
        assert client.say("EHLO client.example").startswith("250-")
        assert client.deliver(MAIL).startswith("250 ")


def test_a_second_mail_command_in_a_transaction_is_refused(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet()
        assert client.say("MAIL FROM:<>").startswith("250 ")
        assert client.say("MAIL FROM:<a@b.example>").startswith("503 ")
        assert client.say("DATA").startswith("503 ")
        assert client.say("RSET").startswith("250 ")
        assert client.deliver(MAIL).startswith("250 ")


def test_data_takes_no_argument(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet()
        client.say("MAIL FROM:<>")
        client.say(f"RCPT TO:<{HOTLINE}>")
        assert client.say("DATA now").startswith("501 ")


def test_a_foreign_recipient_is_refused_and_ours_is_kept(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet()
        client.say("MAIL FROM:<jan@urzad.example>")
        assert client.say("RCPT TO:<jan@elsewhere.example>").startswith("550 5.7.1 ")
        assert client.say("RCPT TO:<>").startswith("550 5.7.1 ")
        assert client.say("RCPT TO:<nobody@csizs.example>").startswith("550 5.1.1 ")
        assert client.say("DATA").startswith("503 ")
        assert client.say("RCPT TO:<HOTLINE+r.abc@CSIZS.example>").startswith("250 ")
        assert client.say("RCPT TO:<HOTLINE+r.abc@CSIZS.example>").startswith("250 ")
        assert client.say("DATA").startswith("354 ")
        client.send(MAIL + b"\r\n.\r\n")
        assert client.reply().startswith("250 ")
    assert server.spool.arrivals[0].envelope.recipients == ("HOTLINE+r.abc@CSIZS.example",)


def test_a_declared_size_over_the_limit_is_refused_at_mail(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet()
        assert client.say("MAIL FROM:<a@b.example> SIZE=36700161").startswith("552 5.3.4 ")
        assert client.say("MAIL FROM:<a@b.example> SIZE=36700160").startswith("250 ")


def test_an_address_with_polish_letters_is_taken(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet()
        assert client.say("MAIL FROM:<żółw@urząd.example> SMTPUTF8").startswith("250 ")


def test_an_address_in_no_known_encoding_is_refused_and_the_session_lives(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet()
        assert client.say(b"MAIL FROM:<\xbf\xf3\xb3w@urzad.example>").startswith("501 5.1.7 ")
        assert client.deliver(MAIL).startswith("250 ")


def test_a_name_of_control_characters_does_not_reach_the_register(server: RunningReceiver) -> None:
    with server.call() as client:
        client.reply()
        client.say(b"EHLO a\x00b\xff\x1b[31m")
        assert client.deliver(MAIL).startswith("250 ")
    assert server.spool.arrivals[0].envelope.client == "127.0.0.1 (ab[31m)"


def test_a_loop_and_an_empty_message_are_refused_for_good(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet()
        assert client.deliver(b"Received: from a by b\r\n" * 51 + b"\r\nx").startswith("554 5.4.6 ")
        assert client.deliver(b"").startswith("554 5.6.0 ")
        assert client.deliver(MAIL).startswith("250 ")
    assert len(server.spool.arrivals) == 1


def sqlite_full() -> Exception:
    fault = sqlite3.OperationalError("database or disk is full")
    fault.sqlite_errorcode = sqlite3.SQLITE_FULL
    busy = RegisterBusy("The database is busy: database or disk is full.")
    busy.__context__ = fault
    return busy


@pytest.mark.parametrize(
    ("fault", "reply"),
    [
        (RegisterBusy("locked"), "451 4.3.0 "),
        (RuntimeError("password=secret"), "451 4.3.0 "),
        (OSError(28, "No space left on device"), "452 4.3.1 "),
        (sqlite_full(), "452 4.3.1 "),
    ],
    ids=["busy", "unknown", "full", "database full"],
)
def test_a_fault_of_ours_is_temporary_and_tells_nothing(server: RunningReceiver, fault: Exception, reply: str) -> None:
    server.spool.fault = lambda arrivals: fault
    with server.call() as client:
        client.greet()
        refused = client.deliver(MAIL)
        assert refused.startswith(reply)
        assert "secret" not in refused
        server.spool.fault = lambda arrivals: None
        assert client.deliver(MAIL) == "250 2.0.0 Ok: taken as 1"


def test_a_fault_in_the_session_itself_is_temporary(
    server: RunningReceiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(raw: bytes) -> str:
        raise ValueError("password=secret")

    with server.call() as client:
        client.greet()
        with monkeypatch.context() as patch:
            patch.setattr("mailgate.intake.smtp_taking.is_looping", broken)
            assert client.deliver(MAIL) == "451 4.3.0 Local error, please come again later"
            patch.undo()
        with monkeypatch.context() as patch:
            patch.setattr("mailgate.domain.mail.fingerprint", broken)
            assert client.deliver(MAIL) == "451 4.3.0 Local error, please come again later"
        assert client.deliver(MAIL).startswith("250 ")
    assert "intake-failed source=smtp reason=ValueError" in caplog.text


def test_a_client_killed_in_the_middle_of_data_leaves_nothing(server: RunningReceiver) -> None:
    client = server.call().greet().begin()
    client.send(b"Subject: half")
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    client.close()
    with server.call() as other:
        assert other.greet().deliver(MAIL).startswith("250 ")
    assert len(server.spool.arrivals) == 1


def test_a_client_that_half_closes_in_the_middle_of_data_leaves_nothing(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet().begin()
        client.send(b"Subject: half")
        client.socket.shutdown(socket.SHUT_WR)
        assert client.is_closed()
    assert server.spool.arrivals == []


@pytest.mark.parametrize("how", [socket.SHUT_WR, socket.SHUT_RDWR], ids=["half", "whole"])
def test_a_client_that_closes_during_the_commit_does_not_stop_it(server: RunningReceiver, how: int) -> None:
    server.spool.open.clear()
    with server.call() as client:
        client.greet().begin()
        client.send(MAIL + b"\r\n.\r\n")
        assert server.spool.entered.wait(PATIENCE)
        client.socket.shutdown(how)
        server.spool.open.set()
        if how == socket.SHUT_WR:
            assert client.reply() == "250 2.0.0 Ok: taken as 1"
        assert client.is_closed()
    with server.call() as other:
        assert other.greet().deliver(MAIL) == "250 2.0.0 Ok: taken as 1"
    assert len(server.spool.arrivals) == 1


def test_a_client_that_says_all_at_once_and_half_closes_is_served(server: RunningReceiver) -> None:
    with server.call() as client:
        client.send(
            b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<hotline@csizs.example>\r\nDATA\r\n" + MAIL + b"\r\n.\r\n"
        )
        client.socket.shutdown(socket.SHUT_WR)
        replies = [client.reply()[:3] for _ in range(6)]
        assert client.is_closed()
    assert replies == ["220", "250", "250", "250", "354", "250"]
    assert len(server.spool.arrivals) == 1


def test_forty_clients_at_once_share_commits(server: RunningReceiver) -> None:
    clients = [server.call().greet().begin() for _ in range(40)]
    server.spool.open.clear()
    for number, client in enumerate(clients):
        client.send(b"Subject: %d\r\n\r\nx\r\n.\r\n" % number)
    assert server.spool.entered.wait(PATIENCE)
    server.spool.open.set()
    replies = [client.reply() for client in clients]
    for client in clients:
        client.close()
    assert all(reply.startswith("250 ") for reply in replies)
    assert sum(server.spool.batches) == 40
    assert len(server.spool.batches) < 20


def test_smtplib_delivers(server: RunningReceiver) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "jan@urzad.example", HOTLINE, "Zażółć"
    message.set_content("gęślą jaźń\n.\n..\n", cte="8bit")
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        assert client.send_message(message) == {}
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("jan@urzad.example", "jan@elsewhere.example", "x")
    assert "gęślą jaźń\r\n.\r\n..\r\n".encode() in server.spool.arrivals[0].raw


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
def test_swaks_delivers(server: RunningReceiver) -> None:
    place = f"127.0.0.1:{server.port}"
    command = ["swaks", "--server", place, "--from", "<>", "--to", HOTLINE, "--pipeline", "--body", "Dzień dobry"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout
    assert server.spool.arrivals[0].envelope.sender == ""


def test_a_refusal_is_one_line_in_the_journal_without_an_address(
    server: RunningReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"), server.call() as client:
        client.greet().say("MAIL FROM:<jan@urzad.example>")
        client.say("RCPT TO:<jan@elsewhere.example>")
    lines = [record.getMessage() for record in caplog.records if record.name == "mailgate.mail"]
    refusal = "550 5.7.1 Relaying denied: only mail to this hot-line is taken here"
    assert lines == [f'rejected client=127.0.0.1 reply="{refusal}"']
    assert "elsewhere" not in caplog.text
    assert "urzad" not in caplog.text


def test_a_socket_that_is_open_already_is_served() -> None:
    async def banner() -> bytes:
        bound = socket.create_server(("127.0.0.1", 0))
        with Committer(MemorySpool()) as committer:
            receiver = Receiver(HOTLINE, committer, [("192.0.2.1", 25)])
            [(host, port)] = await receiver.start(sockets=[bound])
            reader, writer = await asyncio.open_connection(host, port)
            line = await reader.readline()
            writer.close()
            await writer.wait_closed()
            await receiver.stop(1)
        return line

    assert asyncio.run(banner()) == b"220 csizs.example ESMTP\r\n"


def test_a_unix_socket_is_served_and_its_client_is_this_machine(tmp_path: Path) -> None:
    async def deliver() -> list[bytes]:
        bound = socket.socket(socket.AF_UNIX)
        bound.bind(str(tmp_path / "smtp"))
        bound.listen()
        spool = MemorySpool()
        with Committer(spool) as committer:
            receiver = Receiver(HOTLINE, committer, [], limits=Limits(client_mails_per_minute=0))
            [(place, _)] = await receiver.start(sockets=[bound])
            reader, writer = await asyncio.open_unix_connection(place)
            writer.write(b"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<hotline@csizs.example>\r\nDATA\r\n" + MAIL + b"\r\n.\r\n")
            replies = [await reader.readline() for _ in range(6)]
            writer.close()
            await writer.wait_closed()
            await receiver.stop(1)
        assert spool.arrivals[0].envelope.client == "local (x)"
        return replies

    assert asyncio.run(deliver())[-1].startswith(b"250 ")


def test_a_port_in_use_is_an_error_and_leaves_no_other_open() -> None:
    async def start_twice() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken, Committer(MemorySpool()) as committer:
            receiver = Receiver(HOTLINE, committer, [("127.0.0.1", 0), ("127.0.0.1", taken.getsockname()[1])])
            with pytest.raises(OSError, match="in use"):
                await receiver.start()

    asyncio.run(start_twice())
