"""The end of data and nothing else ends a message, however its bytes are cut into packets."""

from __future__ import annotations

import asyncio
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.intake.budget import ByteBudget
from mailgate.intake.smtp_data import Dropped, is_empty, is_looping, read_message

LIMIT = 1000


def read(*chunks: bytes, limit: int = LIMIT, capacity: int = 10**9) -> tuple[bytes | Dropped, bytes, int]:
    """Feed chunks one by one; gives the message, what stayed in the reader, and the bytes still counted after it."""

    async def run() -> tuple[bytes | Dropped, bytes, int]:
        reader = asyncio.StreamReader()
        budget = ByteBudget(capacity)
        fed = list(chunks)

        async def feed() -> None:
            for chunk in fed:
                reader.feed_data(chunk)
                # Let the reading side see this chunk alone.
                for _ in range(3):
                    await asyncio.sleep(0)
            reader.feed_eof()

        feeding = asyncio.create_task(feed())
        with budget.share() as share:
            message = await read_message(reader, limit, share, lambda: None)
        await feeding
        return message, await reader.read(), budget.held

    return asyncio.run(run())


def stuffed(content: bytes) -> bytes:
    """A message as a client sends it (RFC 5321 section 4.5.2)."""
    return (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


@given(
    st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"a", b"..", b"\r\n.", b"\x00", b"\xb3"]), max_size=30),
    st.lists(st.integers(1, 40), max_size=12),
)
def test_any_message_comes_through_any_packets_unchanged(pieces: list[bytes], cuts: list[int]) -> None:
    content = b"".join(pieces) + b"\r\n"
    sent = stuffed(content) + b"QUIT\r\n"
    places = sorted({min(cut, len(sent)) for cut in cuts} | {0, len(sent)})
    chunks = [sent[a:b] for a, b in pairwise(places)]
    assert read(*chunks) == (content, b"QUIT\r\n", 0)


@pytest.mark.parametrize(
    "false_end",
    [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\n.\r", b"\r\n.\r\r\n", b"\r\n\x00.\r\n"],
)
def test_what_only_looks_like_an_end_is_content(false_end: bytes) -> None:
    """SMTP smuggling (CVE-2023-51764 and its kin): all readers must agree where a message ends."""
    smuggled = b"Subject: a\r\n\r\nb" + false_end + b"MAIL FROM:<x@evil.example>\r\n"
    message, rest, _ = read(smuggled + b"\r\n.\r\n")
    # One dot at the beginning of a line was, by the rules, a stuffed one.
    assert message == smuggled.replace(b"\r\n.", b"\r\n") + b"\r\n"
    assert rest == b""


def test_an_empty_message_ends_at_its_first_line() -> None:
    assert read(b".\r\n") == (b"", b"", 0)


def test_one_dot_is_taken_off_each_line() -> None:
    assert read(b"..a\r\n.b\r\n...\r\n.\r\n")[0] == b".a\r\nb\r\n..\r\n"


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_message_of_just_the_limit_is_taken(cut: int) -> None:
    content = b"x" * (LIMIT - 2) + b"\r\n"
    sent = stuffed(content)
    assert read(sent[:-cut], sent[-cut:])[0] == content


@pytest.mark.parametrize("cut", range(1, 9))
def test_one_byte_more_is_too_large(cut: int) -> None:
    sent = stuffed(b"x" * (LIMIT - 1) + b"\r\n")
    assert read(sent[:-cut], sent[-cut:])[0] == Dropped("too large")


def test_stuffing_does_not_count_against_the_limit() -> None:
    content = b".\r\n" * (LIMIT // 3)
    assert read(stuffed(content))[0] == content


def test_what_follows_a_dropped_message_is_still_there() -> None:
    message, rest, held = read(b"x" * 600, b"y" * 600, b"z\r\n.\r", b"\nNOOP\r\n")
    assert (message, rest, held) == (Dropped("too large"), b"NOOP\r\n", 0)


def test_a_client_that_never_ends_is_a_flood_at_four_times_the_limit() -> None:
    assert read(*[b"x" * 500] * 9)[0] == Dropped("flood")


def test_without_room_a_message_is_dropped_to_its_end() -> None:
    message, rest, held = read(b"x" * 300, b"x" * 300, b"\r\n.\r\nRSET\r\n", capacity=500)
    assert (message, rest, held) == (Dropped("no room"), b"RSET\r\n", 0)


def test_end_of_file_before_the_end_of_data_is_no_message() -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        read(b"half a mess")


def test_memory_stays_bounded_in_a_flood_of_empty_lines() -> None:
    chunk = b"\r\n" * 32768
    tracemalloc.start()
    message = read(*[chunk] * 16, b".\r\n", limit=300_000)[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert message == Dropped("too large")
    assert peak < 2_000_000


def test_more_than_fifty_received_headers_are_a_loop() -> None:
    hop = b"Received: from a\r\n\tby b; Fri, 20 Nov 2026 10:00:00 +0100\r\n"
    assert is_looping(hop * 51 + b"\r\nx")
    assert is_looping(hop.replace(b"Received", b"RECEIVED ") * 51 + b"\r\nx")
    assert not is_looping(hop * 50 + b"\r\n" + hop * 10)
    assert is_looping((hop * 51).replace(b"\r\n", b"\n"))


def test_a_message_of_white_space_is_empty() -> None:
    assert is_empty(b"")
    assert is_empty(b"\r\n \r\n")
    assert not is_empty(b"a")
