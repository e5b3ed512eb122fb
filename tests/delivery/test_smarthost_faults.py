"""What else a smarthost, the names and the clock do in the midst of letters: each goes out once, or is shown as uncertain."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from servers.entries import NOW
from servers.smtp_sink import DROP, SmtpSink
from sqlalchemy import Engine
from sqlmodel import select

from mailgate.delivery.courier import Accepted, Courier, Deferred, SmtpCourier, Uncertain
from mailgate.delivery.dispatcher import Dispatcher
from mailgate.register import outbox
from mailgate.register.database import reading, unit_of_work
from mailgate.register.tables import LetterRow

CONTENT = b"Subject: x\r\n\r\nbody\r\n"
MANY_LINES = 10_000


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as opened:
        yield opened


def to(port: int, host: str = "127.0.0.1") -> SmtpCourier:
    return SmtpCourier(host, port, "none", timeout=5.0, final_timeout=5.0, local_name="a.example")


def letter(id: int) -> outbox.ClaimedLetter:
    sender, give_up_at = "hotline@csizs.example", NOW + timedelta(days=5)
    return outbox.ClaimedLetter(id, f"<{id}@csizs.example>", "anna@urzad.example", sender, CONTENT, 0, NOW, give_up_at)


def always() -> bool:
    return True


@pytest.mark.parametrize("step", ["RCPT", "DATA", "CONTENT"])
@pytest.mark.only_on("sqlite", "what a smarthost says has nothing to do with the database")
def test_a_smarthost_that_takes_its_leave_in_the_midst_of_a_letter_gets_it_later_and_the_next_one_at_once(
    sink: SmtpSink, step: str
) -> None:
    courier = to(sink.port)
    sink.script(step, "421 4.3.2 going down")
    assert courier.deliver(letter(1), always) == Deferred("421 4.3.2 going down")
    assert isinstance(courier.deliver(letter(2), always), Accepted)
    assert (len(sink.messages), sink.connections) == (1, 2)
    courier.close()


@pytest.mark.only_on("sqlite", "what a smarthost says has nothing to do with the database")
def test_a_smarthost_that_closes_after_each_letter_it_took_takes_all_of_them_once(sink: SmtpSink) -> None:
    """Before QUIT, and without a word."""
    courier = to(sink.port)
    for id in range(1, 4):
        assert isinstance(courier.deliver(letter(id), always), Accepted)
        sink.hang_up()
    assert len(sink.messages) == 3
    courier.close()


@pytest.mark.only_on("sqlite", "what a smarthost says has nothing to do with the database")
def test_a_verdict_of_ten_thousand_lines_leaves_the_letter_open_and_the_courier_fit(sink: SmtpSink) -> None:
    courier = to(sink.port)
    sink.script("CONTENT", "250-taken\r\n" * MANY_LINES + "250 taken")
    assert isinstance(courier.deliver(letter(1), always), Uncertain)
    assert isinstance(courier.deliver(letter(2), always), Accepted)
    courier.close()


@pytest.mark.parametrize("step", ["GREETING", "EHLO", "MAIL", "RCPT"])
@pytest.mark.only_on("sqlite", "what a smarthost says has nothing to do with the database")
def test_ten_thousand_lines_before_the_content_defer_the_letter(sink: SmtpSink, step: str) -> None:
    courier = to(sink.port)
    code = "220" if step == "GREETING" else "250"
    sink.script(step, f"{code}-x\r\n" * MANY_LINES + f"{code} x")
    assert isinstance(courier.deliver(letter(1), always), Deferred)
    assert isinstance(courier.deliver(letter(1), always), Accepted)
    assert len(sink.messages) == 1
    courier.close()


def test_a_name_that_cannot_be_found_is_an_outage_and_letters_go_out_when_it_can(
    sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    courier = to(sink.port, "smarthost.invalid")
    outcome = courier.deliver(letter(1), always)
    assert isinstance(outcome, Deferred)
    assert outcome.unreachable
    assert "gaierror" in outcome.reply
    found = socket.getaddrinfo

    def by_name(host: Any, *more: Any, **named: Any) -> Any:
        return found("127.0.0.1" if host == "smarthost.invalid" else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", by_name)
    assert isinstance(courier.deliver(letter(1), always), Accepted)
    courier.close()


class Clock:
    """An instant that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def queue(engine: Engine, count: int, now: datetime) -> None:
    letters = [
        outbox.NewLetter(
            message_id=f"<{n}@csizs.example>", token=f"token{n}", kind="acknowledgement", role="clerk", effect="none",
            recipient=f"anna{n}@urzad.example", envelope_sender="hotline@csizs.example", subject="x", question_ids=(),
            content=CONTENT, created_at=now,
        )
        for n in range(count)
    ]  # fmt: skip
    with unit_of_work(engine) as session:
        outbox.enqueue(session, letters)


def states(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return [row.state for row in session.exec(select(LetterRow))]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "CONTENT"])
@pytest.mark.parametrize("jump", [timedelta(hours=1, minutes=1), timedelta(hours=-1, minutes=-1)])
def test_a_clock_that_jumps_by_an_hour_in_the_midst_of_letters_has_none_sent_twice(
    engine: Engine, sink: SmtpSink, step: str, jump: timedelta
) -> None:
    """Also where leases end by it of which nobody died: two couriers look for the dead all the time."""
    clock = Clock()

    def jumps(answer: str) -> Callable[[], str]:
        def at() -> str:
            clock.now += jump
            return answer

        return at

    queue(engine, 30, clock())
    go_on = "354 go on" if step == "DATA" else "250 2.0.0 ok"
    sink.script(step, *["354 go on" if step == "DATA" else "250 2.0.0 ok"] * 3, jumps(go_on), go_on, jumps(go_on))
    couriers: Callable[[], Courier] = lambda: to(sink.port)  # noqa: E731
    dispatcher = Dispatcher(engine, couriers, "test", clock=clock, look_seconds=0.02, recover_seconds=0.0)
    dispatcher.start()
    try:
        sink.await_messages(30, seconds=30)
    finally:
        assert dispatcher.stop(10)
    assert len({message.recipient for message in sink.messages}) == len(sink.messages) == 30
    assert states(engine) == ["accepted"] * 30


def test_a_connection_lost_after_the_dot_is_shown_and_never_tried_again_whatever_the_clock_does(
    engine: Engine, sink: SmtpSink
) -> None:
    clock = Clock()
    queue(engine, 1, clock())
    sink.script("CONTENT", DROP)
    for _ in range(3):
        dispatcher = Dispatcher(engine, lambda: to(sink.port), "test", clock=clock, recover_seconds=0.0)
        dispatcher.drain()
        clock.now += timedelta(days=1)
    assert states(engine) == ["uncertain"]
    assert sum(command == "DATA" for command in sink.commands) == 1
