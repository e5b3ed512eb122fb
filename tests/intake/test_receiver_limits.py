"""Limits at the SMTP door, and an orderly end."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count

import pytest
from servers.smtp_receiver import HOTLINE, PATIENCE, Dialogue, RunningReceiver, running_receiver

from mailgate.intake.doorkeeper import TOO_MANY_CONNECTIONS, Limits
from mailgate.intake.rates import MinuteRates

MAIL = b"Subject: Pytanie\r\n\r\nx"
SMALL = Limits(message_bytes=2000)


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_mail_over_the_limit_is_refused_after_its_end_and_the_next_is_taken() -> None:
    with running_receiver(SMALL) as server, server.call() as client:
        client.greet()
        assert client.deliver(b"x" * 2500).startswith("552 5.3.4 ")
        assert client.deliver(MAIL).startswith("250 ")
    assert [arrival.raw for arrival in server.spool.arrivals] == [MAIL + b"\r\n"]


def test_a_client_that_does_not_stop_is_cut_off() -> None:
    with running_receiver(SMALL) as server, server.call() as client:
        client.greet().begin()
        client.send(b"x" * 9000)
        assert client.reply().startswith("421 4.3.0 ")
        assert client.is_closed()


def test_a_line_of_any_length_is_content() -> None:
    with running_receiver() as server, server.call() as client:
        assert client.greet().deliver(b"Subject: x\r\n\r\n" + b"y" * 300_000).startswith("250 ")
    assert len(server.spool.arrivals[0].raw) == 300_016


def test_without_memory_a_mail_is_put_off_and_memory_comes_back() -> None:
    limits = Limits(message_bytes=2000, memory_bytes=1)
    with running_receiver(limits) as server, server.call() as big, server.call() as small:
        # Twice the largest message is always there; two that hold almost all leave no room for a third.
        with server.call() as second:
            for client in (big, second):
                client.greet().begin()
                client.send(b"x" * 1999)
            held = server.door.budget
            until(lambda: held.held >= 3990)
            small.greet().begin()
            small.send(b"y" * 100 + b"\r\n.\r\n")
            assert small.reply().startswith("452 4.3.1 ")
        until(lambda: held.held < 3000)
        assert small.deliver(b"y" * 100).startswith("250 ")


def test_recipients_over_the_limit_are_put_off() -> None:
    with running_receiver(Limits(recipients=2)) as server, server.call() as client:
        client.greet().say("MAIL FROM:<>")
        assert client.say("RCPT TO:<hotline+a@csizs.example>").startswith("250 ")
        assert client.say("RCPT TO:<hotline+b@csizs.example>").startswith("250 ")
        assert client.say("RCPT TO:<hotline+c@csizs.example>").startswith("452 4.5.3 ")
        assert client.say("RCPT TO:<hotline+b@csizs.example>").startswith("250 ")


@pytest.mark.parametrize(
    "limits", [Limits(connections=2), Limits(connections_per_client=2)], ids=["in all", "by client"]
)
def test_a_connection_too_many_is_told_to_come_again(limits: Limits) -> None:
    with running_receiver(limits) as server, server.call() as one, server.call() as two:
        one.greet()
        two.greet()
        with server.call() as three:
            assert three.reply().startswith("421 4.7.0 ")
            assert three.is_closed()
        one.close()
        until(lambda: can_greet(server.call()))


CROWD = [f"127.0.0.{last}" for last in (2, 3, 4, 5)]


@contextlib.contextmanager
def crowded(limits: Limits, hosts: Sequence[str] = CROWD) -> Iterator[tuple[RunningReceiver, list[Dialogue]]]:
    """A receiver all of whose places are taken, in the order in which they came."""
    with running_receiver(limits) as server, contextlib.ExitStack() as stack:
        per_host = limits.connections // len(hosts)
        clients = [stack.enter_context(server.call(host)).greet() for host in hosts for _ in range(per_host)]
        yield server, clients


def test_four_hosts_that_take_all_they_may_do_not_keep_out_a_fifth() -> None:
    """The largest of them gives up what has been of no use for the longest; those that go on are left alone."""
    with crowded(Limits(connections=16, connections_per_client=4)) as (server, clients):
        clients[0].begin()
        assert clients[0].say(MAIL + b"\r\n.").startswith("250 ")
        with server.call("127.0.0.9") as honest:
            assert honest.greet().deliver(MAIL).startswith("250 ")
            assert clients[1].reply() == TOO_MANY_CONNECTIONS
            assert clients[1].is_closed()
            for one in (*clients[:1], *clients[2:]):
                assert one.say("NOOP").startswith("250 ")


def test_who_holds_as_many_places_as_everybody_else_gets_no_more() -> None:
    with (
        crowded(Limits(connections=16, connections_per_client=16)) as (server, _),
        contextlib.ExitStack() as more,
    ):
        newcomers = [more.enter_context(server.call("127.0.0.9")) for _ in range(4)]
        replies = [one.reply()[:4] for one in newcomers]
        assert replies == ["220 "] * 3 + ["421 "]
        until(lambda: len(server.guests()) == 16)


def test_four_hosts_that_trickle_in_the_midst_of_a_mail_do_not_keep_out_a_fifth() -> None:
    with crowded(Limits(connections=8, connections_per_client=2)) as (server, clients):
        for client in clients:
            client.begin().send(b"x")
        with server.call("127.0.0.9") as honest:
            assert honest.greet().deliver(MAIL).startswith("250 ")
        assert clients[0].reply() == TOO_MANY_CONNECTIONS


def test_of_many_hosts_with_one_connection_each_who_is_useless_for_long_gives_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with crowded(Limits(connections=4)) as (server, clients):
        with server.call("127.0.0.9") as early:
            assert early.reply() == TOO_MANY_CONNECTIONS
        monkeypatch.setattr("mailgate.intake.doorkeeper.PRESSED_SECONDS", 0.0)
        with server.call("127.0.0.9") as honest:
            assert honest.greet().deliver(MAIL).startswith("250 ")
        assert clients[0].reply() == TOO_MANY_CONNECTIONS


def can_greet(client: Dialogue) -> bool:
    with client:
        return client.reply().startswith("220 ")


def test_commands_without_a_mail_end_and_a_mail_gives_new_credit() -> None:
    with running_receiver(Limits(replies_per_mail=20)) as server, server.call() as client:
        client.greet()
        for number in range(5):
            assert client.deliver(b"Subject: %d\r\n\r\nx" % number).startswith("250 ")
        replies = [client.say("NOOP")[:3] for _ in range(19)]
        assert set(replies) == {"250"}
        assert client.say("NOOP").startswith("421 4.7.0 ")
        assert client.is_closed()


def test_errors_without_a_mail_end_and_a_mail_gives_new_credit() -> None:
    with running_receiver(Limits(errors_per_mail=3)) as server, server.call() as client:
        client.greet()
        for _ in range(2):
            assert [client.say("MAIL FROM:<")[:3] for _ in range(3)] == ["501"] * 3
            assert client.deliver(MAIL).startswith("250 ")
        assert [client.say("MAIL FROM:<")[:3] for _ in range(4)] == ["501", "501", "501", "421"]
        assert client.is_closed()


def test_commands_that_nobody_knows_end_the_connection() -> None:
    with running_receiver() as server, server.call() as client:
        client.greet()
        assert [client.say("XYZZY")[:3] for _ in range(4)] == ["500"] * 4
        assert client.say("XYZZY")[:1] == "5"
        assert client.is_closed()


def test_a_browser_that_was_made_to_speak_to_us_is_not_listened_to() -> None:
    smuggled = f"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<{HOTLINE}>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n"
    with running_receiver() as server, server.call() as client:
        client.reply()
        client.send(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n" + smuggled.encode())
        assert client.reply().startswith("421 4.7.0 ")
        assert client.is_closed()
    assert server.spool.arrivals == []


def test_a_connection_has_its_number_of_mails() -> None:
    with running_receiver(Limits(mails_per_connection=2)) as server, server.call() as client:
        client.greet()
        assert [client.deliver(b"Subject: %d\r\n\r\nx" % number)[:3] for number in range(2)] == ["250", "250"]
        assert client.say("MAIL FROM:<jan@urzad.example>").startswith("421 4.7.0 ")
        assert client.is_closed()


def test_mails_of_this_machine_are_not_counted_by_the_minute() -> None:
    with running_receiver(Limits(client_mails_per_minute=1, mails_per_minute=1)) as server, server.call() as client:
        client.greet()
        assert [client.deliver(b"Subject: %d\r\n\r\nx" % number)[:3] for number in range(3)] == ["250"] * 3


def test_a_new_minute_gives_new_credit() -> None:
    seconds = 0.0
    rates = MinuteRates(by_client=2, in_all=3, seconds=lambda: seconds)
    assert [rates.count("a") for _ in range(3)] == [True, True, False]
    assert [rates.count("b") for _ in range(2)] == [True, False]
    seconds = 59.9
    assert not rates.count("c")
    seconds = 60.0
    assert [rates.count(client) for client in "abc"] == [True] * 3


def test_commands_that_nobody_waits_for_are_answered_until_there_are_too_many() -> None:
    """Pipelining abuse: more in one segment than is ever answered."""
    with running_receiver(Limits(replies_per_mail=50)) as server, server.call() as client:
        client.greet()
        client.send(b"NOOP\r\n" * 10_000)
        replies = [client.reply()[:3] for _ in range(49)]
        assert replies == ["250"] * 48 + ["421"]


def test_an_idle_client_is_sent_home() -> None:
    with running_receiver(Limits(idle_seconds=0.2)) as server, server.call() as client:
        client.greet()
        assert client.reply().startswith("421 4.4.2 ")
        assert client.is_closed()


@pytest.mark.parametrize("trickle", [b"N", b"\r\n", b"XYZ\r\n"], ids=["half a command", "empty lines", "nonsense"])
def test_a_trickle_that_is_no_command_does_not_keep_a_client_in(trickle: bytes) -> None:
    with running_receiver(Limits(idle_seconds=0.3)) as server, server.call() as client:
        client.greet().socket.settimeout(0.05)
        said = b""
        with contextlib.suppress(ConnectionError):
            while b"421 " not in said and b"502 " not in said:
                client.send(trickle)
                with contextlib.suppress(TimeoutError):
                    said += client.socket.recv(1000)


def test_a_client_is_idle_only_after_its_last_command() -> None:
    with running_receiver(Limits(idle_seconds=0.4)) as server, server.call() as client:
        client.greet()
        for _ in range(5):
            time.sleep(0.15)
            assert client.say("NOOP").startswith("250 ")
        assert client.reply().startswith("421 4.4.2 ")


def test_data_that_flows_is_not_idle() -> None:
    with running_receiver(Limits(idle_seconds=0.4)) as server, server.call() as client:
        client.greet().begin()
        for _ in range(8):
            client.send(b"x\r\n")
            time.sleep(0.1)
        client.send(b".\r\n")
        assert client.reply().startswith("250 ")


def test_a_trickle_ends_at_the_time_for_one_message() -> None:
    with running_receiver(Limits(data_seconds=0.3)) as server, server.call() as client:
        client.greet().begin()
        client.socket.settimeout(0.02)
        for _ in count():
            try:
                client.send(b"x")
                if reply := client.socket.recv(100):
                    break
            except TimeoutError:
                continue
        assert reply.startswith(b"421 4.4.2 ")
    assert server.spool.arrivals == []


def test_a_client_that_never_reads_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailgate.intake.smtp_connection._LAST_WORDS_SECONDS", 0.1)
    with running_receiver(Limits(replies_per_mail=10_000_000, idle_seconds=0.3)) as server, server.call() as client:
        client.greet()
        [session] = server.guests()
        transport = session.transport
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.socket.setblocking(False)
        while transport.get_write_buffer_size() < 60_000:
            with contextlib.suppress(BlockingIOError):
                client.send(b"HELP\r\n" * 100)
        assert server.guests() == [session]
        until(lambda: server.guests() == [])


def test_stopping_sends_idle_clients_home_and_listens_no_more() -> None:
    with running_receiver() as server, server.call() as client:
        client.greet()
        finished = server.begin_stop(PATIENCE)
        assert client.reply().startswith("421 4.3.2 ")
        assert client.is_closed()
        finished()
        with pytest.raises(ConnectionRefusedError):
            server.call()


def test_stopping_lets_a_transaction_end_and_begins_no_new_one() -> None:
    with running_receiver() as server, server.call() as client:
        server.spool.open.clear()
        client.greet().begin()
        finished = server.begin_stop(PATIENCE)
        until(lambda: server.door.closing)
        client.send(MAIL + b"\r\n.\r\n")
        assert server.spool.entered.wait(PATIENCE)
        server.spool.open.set()
        assert client.reply() == "250 2.0.0 Ok: taken as 1"
        assert client.reply().startswith("421 4.3.2 ")
        assert client.is_closed()
        finished()
    assert len(server.spool.arrivals) == 1


def test_a_pipelined_second_mail_is_not_begun_while_stopping() -> None:
    with running_receiver() as server, server.call() as client:
        client.greet().begin()
        finished = server.begin_stop(PATIENCE)
        until(lambda: server.door.closing)
        client.send(MAIL + b"\r\n.\r\n" + f"MAIL FROM:<>\r\nRCPT TO:<{HOTLINE}>\r\nDATA\r\n".encode())
        assert client.reply().startswith("250 ")
        assert client.reply().startswith("421 ")
        assert client.is_closed()
        finished()


def test_a_transaction_given_up_while_stopping_is_not_followed_by_another() -> None:
    with running_receiver() as server, server.call() as client:
        client.greet().say("MAIL FROM:<>")
        finished = server.begin_stop(PATIENCE)
        until(lambda: server.door.closing)
        assert client.say("RSET").startswith("250 ")
        assert client.say("MAIL FROM:<>").startswith("421 4.3.2 ")
        assert client.is_closed()
        finished()


def test_the_time_of_grace_is_kept() -> None:
    with running_receiver() as server, server.call() as client:
        client.greet().begin()
        began = time.monotonic()
        server.begin_stop(0.2)()
        assert 0.2 <= time.monotonic() - began < 2
        assert client.reply().startswith("421 4.3.2 ")
        assert client.is_closed()
