"""What a server that breaks the protocol says is never taken for its word on a letter."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from servers.smtp_sink import SmtpSink

from mailgate.delivery.courier import Accepted, Deferred, Outcome, SmtpCourier, Uncertain
from mailgate.register.outbox import ClaimedLetter

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LETTER = ClaimedLetter(
    1, "<1@csizs.example>", "anna@urzad.example", "hotline@csizs.example", b"Subject: x\r\n\r\nx\r\n", 0, NOW,
    NOW + timedelta(days=5),
)  # fmt: skip


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as opened:
        yield opened


def delivered(sink: SmtpSink, **seconds: float) -> Outcome:
    limits = {"timeout": 5.0, "final_timeout": 5.0} | seconds
    courier = SmtpCourier("127.0.0.1", sink.port, "none", local_name="csizs.example", **limits)  # type: ignore[arg-type]
    try:
        return courier.deliver(LETTER, lambda: True)
    finally:
        courier.close()


def test_a_2xx_that_comes_before_the_end_of_the_content_is_no_verdict(sink: SmtpSink) -> None:
    sink.script("DATA", "354 go on\r\n250 early")
    sink.script("CONTENT", "554 5.7.1 no")
    assert delivered(sink) == Deferred("connection lost: SMTPException: the server spoke unasked (250)")
    assert sink.messages == []


@pytest.mark.parametrize("verdict", ["554-no\r\n250 ok", "250-ok\r\n554 no", "250ok", "25 ok", "२५० ok", "-25 ok", " "])
def test_a_verdict_with_two_codes_or_none_leaves_the_letter_open(sink: SmtpSink, verdict: str) -> None:
    sink.script("CONTENT", verdict)
    assert isinstance(delivered(sink), Uncertain)


def test_a_verdict_of_many_lines_with_one_code_is_a_verdict(sink: SmtpSink) -> None:
    sink.script("CONTENT", "250-2.0.0 taken\r\n250-and\r\n250")
    assert delivered(sink) == Accepted("250 2.0.0 taken and")


def test_after_a_reply_too_many_nothing_is_sent_any_more(sink: SmtpSink) -> None:
    """Each later reply would be taken for that to another command."""
    sink.script("EHLO", "250 sink.example\r\n250 sink.example")
    outcome = delivered(sink)
    assert isinstance(outcome, Deferred)
    assert outcome.unreachable
    assert sink.commands == ["ehlo csizs.example"]


def test_a_kept_connection_on_which_the_server_took_its_leave_is_replaced(sink: SmtpSink) -> None:
    courier = SmtpCourier("127.0.0.1", sink.port, "none", timeout=5.0, local_name="csizs.example")
    sink.script("CONTENT", "250 queued\r\n421 4.4.2 you rested too long")
    assert isinstance(courier.deliver(LETTER, lambda: True), Accepted)
    assert isinstance(courier.deliver(LETTER, lambda: True), Accepted)
    courier.close()
    assert sink.connections == 2


@pytest.mark.parametrize("size", ["²", "٣٠٠", "9" * 5000, "-1", "many"])
def test_a_size_that_is_no_number_is_no_limit(size: str) -> None:
    with SmtpSink(extensions=(f"SIZE {size}",)) as sink:
        assert isinstance(delivered(sink), Accepted)


class Dripping:
    """An answer whose next piece is always about to come."""

    def __init__(self, sink: SmtpSink, step: str, piece: bytes) -> None:
        self.over = threading.Event()
        self._sink, self._piece = sink, piece
        sink.script(step, self._drip)

    def _drip(self) -> str:
        [connected] = self._sink._open
        while not self.over.wait(0.02):
            connected.sendall(self._piece)
        return "250 at last"


@pytest.mark.parametrize("piece", [b"250-x\r\n", b"2"])
@pytest.mark.parametrize(("step", "outcome"), [("EHLO", Deferred), ("MAIL", Deferred), ("CONTENT", Uncertain)])
def test_a_reply_that_drips_for_ever_is_waited_for_no_longer_than_a_silent_one(
    sink: SmtpSink, step: str, outcome: type[Outcome], piece: bytes
) -> None:
    dripping = Dripping(sink, step, piece)
    waited = threading.Timer(8.0, dripping.over.set)
    waited.start()
    try:
        assert isinstance(delivered(sink, timeout=0.4, final_timeout=0.4), outcome)
        assert not dripping.over.is_set()
    finally:
        dripping.over.set()
        waited.cancel()


@pytest.mark.parametrize("reply", ["250-x\r\n" * 1000 + "250 x", "250 " + "x" * 100_000])
def test_a_reply_without_measure_is_not_read_to_its_end(sink: SmtpSink, reply: str) -> None:
    sink.script("EHLO", reply)
    outcome = delivered(sink)
    assert isinstance(outcome, Deferred)
    assert "without end" in outcome.reply
