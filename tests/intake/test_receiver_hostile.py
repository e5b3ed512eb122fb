"""What an attacker sends: a second mail hidden in the first, floods, bytes that are no text.  Real sockets throughout.

What is decided: only CRLF . CRLF ends a message; a bare CR or LF, and NUL, are content like any other byte and are kept
as they came, for what is relayed later is composed anew and never this.
"""

from __future__ import annotations

import base64
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.smtp_receiver import HOTLINE, Dialogue, RunningReceiver, running_receiver

from mailgate.intake.doorkeeper import Limits

HEAD = b"From: jan@urzad.example\r\nSubject: Pytanie\r\n\r\nx"
SMUGGLED = f"MAIL FROM:<admin@csizs.example>\r\nRCPT TO:<{HOTLINE}>\r\nDATA\r\nSubject: forged\r\n\r\ny".encode()
MEBIBYTE = 1024 * 1024


@pytest.fixture
def server() -> Iterator[RunningReceiver]:
    with running_receiver() as running:
        yield running


@pytest.mark.parametrize(
    "false_end",
    [
        b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\n.\r", b"\r\n.\r\r\n", b"\r\r\n.\r\r\n",
        b"\r\n\x00.\r\n", b"\r\n.\x00\r\n", b"\r\n. \r\n", b"\x0b.\x0b", b"\xc2\x85.\xc2\x85",
    ],
)  # fmt: skip
def test_nothing_but_the_end_of_data_ends_a_message(server: RunningReceiver, false_end: bytes) -> None:
    """SMTP smuggling (CVE-2023-51764, CVE-2024-27305): one message was sent, so one is taken."""
    with server.call() as client:
        assert client.greet().deliver(HEAD + false_end + SMUGGLED) == "250 2.0.0 Ok: taken as 1"
        assert client.say("NOOP").startswith("250 ")
    [arrival] = server.spool.arrivals
    assert arrival.envelope.sender == "jan@urzad.example"
    assert arrival.raw.endswith(SMUGGLED + b"\r\n")


def test_bare_line_ends_and_nul_are_kept_as_they_came(server: RunningReceiver) -> None:
    content = b"Subject: a\nX: b\rY: c\r\n\r\n\x00\x00\r\r\n\n\ny\xff"
    with server.call() as client:
        assert client.greet().deliver(content).startswith("250 ")
    assert server.spool.arrivals[0].raw == content + b"\r\n"


@pytest.mark.parametrize(
    "command",
    [
        b"MAIL FROM:<jan\x00@urzad.example>",
        b"MAIL FROM:<jan@urzad.example>\x00",
        b"MAIL FROM:<jan\r@urzad.example>",
        b"MAIL\x00FROM:<jan@urzad.example>",
        b"MAIL FROM:<jan@urzad.example>\rRCPT TO:<x@y.example>",
        b"\x00\x01\x02\xff",
    ],
)
def test_control_characters_in_a_command_are_an_error(server: RunningReceiver, command: bytes) -> None:
    with server.call() as client:
        assert client.greet().say(command).startswith("50")
        assert client.deliver(HEAD).startswith("250 ")


def test_the_sender_cannot_put_a_line_into_the_register(server: RunningReceiver) -> None:
    with server.call() as client:
        client.reply()
        client.say(b"EHLO evil\r(127.0.0.1)\x1b]0;x\x07")
        client.deliver(HEAD)
    assert server.spool.arrivals[0].envelope.client == "127.0.0.1 (evil(127.0.0.1)]0;x)"


def peak_growth() -> Iterator[int]:
    """How far this process grows over what it has now, in bytes; the kernel keeps the peak (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    yield before
    yield memory("VmHWM") - before


def memory(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def test_p21_300_mb_without_a_line_end_cost_no_more_memory_than_the_largest_message() -> None:
    limit = 4 * MEBIBYTE
    chunk = b"x" * MEBIBYTE
    growth = peak_growth()
    next(growth)
    with running_receiver(Limits(message_bytes=limit)) as server:
        for _ in range(20):
            with server.call() as client:
                client.greet().begin()
                flood(client, chunk)
        assert next(growth) < 3 * limit + 16 * MEBIBYTE
        assert server.door.budget.held == 0
        with server.call() as client:
            assert client.greet().deliver(HEAD).startswith("250 ")


def flood(client: Dialogue, chunk: bytes) -> None:
    """Send until the server has had enough, which is at four times the limit: 20 of these are over 300 MB."""
    with contextlib.suppress(ConnectionError):
        for _ in range(300):
            client.send(chunk)
        raise AssertionError("300 MB were listened to")


def test_16_mb_of_empty_lines_cost_a_few_times_their_size() -> None:
    """aiosmtpd alone needs 1.7 GB for them."""
    growth = peak_growth()
    next(growth)
    with running_receiver() as server, server.call() as client:
        client.greet().begin()
        client.send(b"Subject: x\r\n\r\nx\r\n" + b"\r\n" * (8 * MEBIBYTE) + b".\r\n")
        assert client.reply().startswith("250 ")
        assert next(growth) < 120 * MEBIBYTE
    assert len(server.spool.arrivals[0].raw) == 16 * MEBIBYTE + 17


def test_a_flood_of_stuffed_dots_is_bounded() -> None:
    with running_receiver(Limits(message_bytes=MEBIBYTE)) as server, server.call() as client:
        client.greet().begin()
        client.send(b"..\r\n" * MEBIBYTE + b".\r\n")
        assert client.reply().startswith("552 5.3.4 ")
        assert client.deliver(HEAD).startswith("250 ")


def test_a_command_line_without_end_is_dropped_while_it_comes(server: RunningReceiver) -> None:
    growth = peak_growth()
    next(growth)
    with server.call() as client:
        client.greet()
        for _ in range(40):
            client.send(b"MAIL FROM:<" + b"x" * MEBIBYTE)
        client.send(b"\r\n")
        assert client.reply().startswith("500 ")
        assert client.deliver(HEAD).startswith("250 ")
    assert next(growth) < 16 * MEBIBYTE


def codes_until_closed(client: Dialogue) -> list[str]:
    """The first digits of all replies; what the server had not read when it closed may cost the last of them."""
    codes = []
    with contextlib.suppress(ConnectionError):
        while reply := client.reply():
            codes.append(reply[:3])
    return codes


def test_fifty_thousand_recipients_end_the_connection_and_cost_nobody_else_anything(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet().say("MAIL FROM:<jan@urzad.example>")
        with contextlib.suppress(ConnectionError):
            client.send(b"".join(b"RCPT TO:<hotline+%d@csizs.example>\r\n" % number for number in range(50_000)))
        codes = codes_until_closed(client)
    assert codes.count("250") <= 100
    assert len(codes) < 500
    with server.call() as other:
        assert other.greet().deliver(HEAD).startswith("250 ")


def test_a_storm_of_transactions_that_are_given_up_ends_the_connection(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet()
        with contextlib.suppress(ConnectionError):
            client.send(b"MAIL FROM:<jan@urzad.example>\r\nRSET\r\n" * 20_000)
        assert len(codes_until_closed(client)) <= 500
    assert server.spool.arrivals == []


@pytest.mark.parametrize(
    "head",
    [b"Subject: " + b"a" * MEBIBYTE, b"Subject: a" + b"\r\n a" * 300_000, b"Subject: a" + b"\r\nX: y" * 300_000],
    ids=["one line", "folded", "many"],
)
def test_headers_without_measure_are_kept_as_they_came(server: RunningReceiver, head: bytes) -> None:
    """They are for the reader to judge, in its sandbox."""
    with server.call() as client:
        assert client.greet().deliver(head + b"\r\n\r\nx").startswith("250 ")
    assert server.spool.arrivals[0].raw == head + b"\r\n\r\nx\r\n"


def test_whoever_hangs_up_within_the_data_has_sent_nothing_whatever_the_data_say(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet().begin()
        client.send(HEAD + b"\r\nQUIT\r\n.")
        client.socket.shutdown(socket.SHUT_WR)
        assert client.is_closed()
    assert server.spool.arrivals == []


def test_eight_bit_content_is_taken_from_a_client_that_announced_none_and_even_greeted_with_helo(
    server: RunningReceiver,
) -> None:
    content = "Subject: Żółć\r\n\r\nzażółć gęślą jaźń".encode()
    with server.call() as client:
        client.reply()
        assert client.say("HELO urzad.example").startswith("250 ")
        assert client.deliver(content).startswith("250 ")
    assert server.spool.arrivals[0].raw == content + b"\r\n"


def test_chunking_is_not_offered_and_not_understood(server: RunningReceiver) -> None:
    """BDAT is a second way to say where a message ends, which nobody here needs."""
    with server.call() as client:
        client.reply()
        assert "CHUNKING" not in client.say("EHLO client.example")
        client.say("MAIL FROM:<>")
        assert client.say("MAIL FROM:<> BODY=BINARYMIME").startswith("503 ")
        client.say(f"RCPT TO:<{HOTLINE}>")
        assert client.say("BDAT 5 LAST").startswith("500 ")
    assert server.spool.arrivals == []


def test_e23_more_than_fifty_received_headers_are_a_loop(server: RunningReceiver) -> None:
    hop = b"Received: from a.example\r\n\tby b.example; Fri, 20 Nov 2026 10:00:00 +0100\r\n"
    with server.call() as client:
        client.greet()
        assert client.deliver(hop * 51 + HEAD).startswith("554 5.4.6 ")
        assert client.deliver(hop * 50 + HEAD).startswith("250 ")


def test_mail_for_the_postmaster_reaches_the_register(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet().say("MAIL FROM:<>")
        assert client.say("RCPT TO:<Postmaster>").startswith("250 ")
        assert client.say("DATA").startswith("354 ")
        client.send(HEAD + b"\r\n.\r\n")
        assert client.reply().startswith("250 ")
    assert server.spool.arrivals[0].envelope.recipients == ("Postmaster@csizs.example",)


def test_what_a_client_says_out_of_turn_does_not_stand_in_the_journal(
    server: RunningReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    """A mail, or the lines of a log-in, that a client sends though it was refused what came before; a terminal's codes."""
    said = [b"Nowakowska", base64.b64encode("tajne hasło".encode()), b"\x1b[2J\x07"]
    with caplog.at_level("INFO"), server.call() as client:
        client.greet()
        assert [client.say(word)[:1] for word in said] == ["5"] * 3
    assert not [word for word in said if word.decode().upper() in caplog.text.upper()]
