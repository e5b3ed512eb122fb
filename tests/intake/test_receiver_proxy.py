"""The PROXY protocol: believed of those who are named, an error from all others, and the true client is the one that counts."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.certificates import server_files
from servers.smtp_receiver import HOTLINE, Dialogue, RunningReceiver, running_receiver

from mailgate.intake.certificate import server_certificate
from mailgate.intake.clients import counted_as, is_among, is_local
from mailgate.intake.doorkeeper import Access, Limits
from mailgate.intake.proxy import NoProxyHeader, announced_client

MAIL = b"Subject: Pytanie\r\n\r\nx"
TRUSTED = Access(proxies=(ip_network("127.0.0.0/8"),))
V1 = b"PROXY TCP4 203.0.113.7 192.0.2.1 40000 25\r\n"
SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"


def v2(command: int, family: int, addresses: bytes, extra: bytes = b"") -> bytes:
    return SIGNATURE + struct.pack("!BBH", 0x20 | command, family, len(addresses + extra)) + addresses + extra


def inet(source: str, target: str = "192.0.2.1") -> bytes:
    return socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!HH", 40000, 25)


def inet6(source: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6, source) * 2 + struct.pack("!HH", 40000, 25)


@pytest.fixture
def server() -> Iterator[RunningReceiver]:
    with running_receiver(Limits(idle_seconds=5), access=TRUSTED) as running:
        yield running


def announced(server: RunningReceiver, header: bytes) -> Dialogue:
    client = server.call()
    client.send(header)
    return client


@pytest.mark.parametrize(
    ("header", "host"),
    [
        (V1, "203.0.113.7"),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 40000 25\r\n", "2001:db8::7"),
        (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
        (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", "127.0.0.1"),
        (v2(1, 0x11, inet("203.0.113.7")), "203.0.113.7"),
        (v2(1, 0x21, inet6("2001:db8::7")), "2001:db8::7"),
        (v2(1, 0x11, inet("203.0.113.7"), b"\x02\x00\x0ccsizs.example\x04\x00\x02ab"), "203.0.113.7"),
        (v2(0, 0x11, inet("203.0.113.7")), "127.0.0.1"),
        (v2(0, 0x00, b""), "127.0.0.1"),
        (v2(1, 0x31, b"/run/x".ljust(216, b"\0")), "127.0.0.1"),
    ],
)
def test_the_client_is_the_one_that_the_proxy_announces(server: RunningReceiver, header: bytes, host: str) -> None:
    with announced(server, header) as client:
        assert client.greet().deliver(MAIL).startswith("250 ")
    assert server.spool.arrivals[0].envelope.client == f"{host} (client.example)"


def test_what_follows_the_header_in_the_same_packet_is_read(server: RunningReceiver) -> None:
    with announced(server, V1 + b"EHLO client.example\r\nNOOP\r\n") as client:
        assert [client.reply()[:3] for _ in range(3)] == ["220", "250", "250"]


@pytest.mark.parametrize(
    "beginning",
    [
        b"EHLO client.example\r\n",
        b"PROXY TCP4 203.0.113.7\r\n",
        b"PROXY TCP4 203.0.113.777 192.0.2.1 40000 25\r\n",
        b"PROXY TCP4 203.0.113.7 192.0.2.1 40000 99999\r\n",
        b"PROXY TCP4 2001:db8::7 192.0.2.1 40000 25\r\n",
        b"PROXY\r\n",
        b"PROXY " + b"x" * 200_000 + b"\r\n",
        SIGNATURE + b"\x31\x11\x00\x0c" + inet("203.0.113.7"),
        v2(1, 0x11, b"\x01\x02"),
        b"PROX",
    ],
    ids=range(10),
)
def test_without_a_sound_header_a_trusted_peer_hears_not_a_word(server: RunningReceiver, beginning: bytes) -> None:
    with announced(server, beginning) as client:
        # It may have sent more than was read, and be cut off before it has done.
        with suppress(OSError):
            client.socket.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            assert client.reply() == ""
    assert server.spool.arrivals == []


@given(st.binary(max_size=120))
def test_no_bytes_instead_of_a_header_do_harm(begin: bytes) -> None:
    async def read(data: bytes) -> str | None:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        return await announced_client(reader)

    for data in (begin, b"PROXY " + begin, SIGNATURE + begin):
        try:
            asyncio.run(read(data))
        except NoProxyHeader:
            continue


def test_a_proxy_that_says_nothing_is_sent_home() -> None:
    with running_receiver(Limits(idle_seconds=0.2), access=TRUSTED) as server, server.call() as client:
        assert client.reply().startswith("421 4.4.2 ")
        assert client.is_closed()


@pytest.mark.parametrize("access", [Access(), Access(proxies=(ip_network("192.0.2.0/24"),))], ids=["none", "others"])
@pytest.mark.parametrize("header", [V1, v2(1, 0x11, inet("203.0.113.7"))], ids=["v1", "v2"])
def test_a_header_from_anybody_else_ends_the_connection(access: Access, header: bytes) -> None:
    with running_receiver(access=access) as server, server.call() as client:
        assert client.reply().startswith("220 ")
        client.send(
            header + f"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<{HOTLINE}>\r\nDATA\r\n".encode() + MAIL + b"\r\n.\r\n"
        )
        assert client.is_closed()
    assert server.spool.arrivals == []


def test_a_second_header_ends_the_connection(server: RunningReceiver) -> None:
    with announced(server, V1 + V1) as client:
        assert client.reply().startswith("220 ")
        assert client.reply().startswith("421 4.7.0 ")
        assert client.is_closed()


def test_limits_are_those_of_the_announced_client() -> None:
    limits = Limits(connections_per_client=1)
    with running_receiver(limits, access=TRUSTED) as server, announced(server, V1) as one:
        one.greet()
        with announced(server, V1) as two:
            assert two.reply().startswith("421 4.7.0 ")
        with announced(server, V1.replace(b".7 ", b".8 ")) as three:
            three.greet()


def test_the_mails_of_a_client_in_a_minute_are_counted_and_others_go_on() -> None:
    limits = Limits(client_mails_per_minute=2, mails_per_minute=3)
    with running_receiver(limits, access=TRUSTED) as server:
        with announced(server, V1) as one:
            one.greet()
            assert [one.deliver(b"Subject: %d\r\n\r\nx" % number)[:3] for number in range(2)] == ["250", "250"]
            assert one.say("MAIL FROM:<jan@urzad.example>").startswith("450 4.7.1 ")
        with announced(server, V1.replace(b".7 ", b".8 ")) as two:
            assert two.greet().deliver(MAIL).startswith("250 ")
            assert two.say("MAIL FROM:<jan@urzad.example>").startswith("450 4.7.1 ")
        with announced(server, b"PROXY UNKNOWN\r\n") as ours:
            assert ours.greet().deliver(MAIL + b"2").startswith("250 ")


def test_tls_begins_behind_the_header(tmp_path: Path) -> None:
    files = server_files(tmp_path)
    access = Access(server_certificate(files.certificate, files.key), proxies=TRUSTED.proxies)
    with running_receiver(access=access) as server, announced(server, V1) as client:
        client.greet().start_tls(files.client_context()).say("EHLO client.example")
        assert client.deliver(MAIL).startswith("250 ")
    assert server.spool.arrivals[0].envelope.client == "203.0.113.7 (client.example)"


def test_a_client_is_counted_by_its_ipv4_address_or_its_ipv6_network() -> None:
    assert counted_as("192.0.2.1") == counted_as("::ffff:192.0.2.1") == "192.0.2.1"
    assert counted_as("2001:db8:1:2:3::4") == counted_as("2001:db8:1:2::") != counted_as("2001:db8:1:3::")
    assert counted_as("fe80::1%eth0") == counted_as("fe80::2%eth0")
    assert counted_as("local") == "local"


def test_this_machine_is_known_by_its_loopback_addresses() -> None:
    assert [is_local(host) for host in ("127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1", "local")] == [True] * 5
    assert [is_local(host) for host in ("192.0.2.1", "2001:db8::1", "10.0.0.1")] == [False] * 3


def test_a_peer_without_an_address_is_in_no_network() -> None:
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    assert is_among("::ffff:192.0.2.1", everything[:1])
    assert is_among("2001:db8::1", everything)
    assert not is_among("local", everything)
