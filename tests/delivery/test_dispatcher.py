"""The dispatcher against a real outbox and a real SMTP server: nothing lost, nothing twice, nobody held up."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.smtp_sink import DROP, SmtpSink
from sqlalchemy import Engine, update
from sqlmodel import Session, select

from mailgate.delivery.courier import Courier, MaildirCourier, SmtpCourier
from mailgate.delivery.dispatcher import Dispatcher
from mailgate.delivery.outage import SmarthostOutage
from mailgate.delivery.outcome import Outcome
from mailgate.register import outbox, outcomes
from mailgate.register.database import reading, unit_of_work
from mailgate.register.tables import LetterRow, table_of

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CONTENT = b"Subject: x\r\n\r\nbody\r\n"


class Clock:
    """An instant that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


class Post:
    """An outbox, and what a test wants to know of it."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock

    def queue(self, count: int = 1, first: int = 1, recipient: str = "anna{n}@urzad.example") -> list[int]:
        letters = [
            outbox.NewLetter(
                message_id=f"<{n}@csizs.example>",
                token=f"token{n}",
                kind="acknowledgement",
                role="clerk",
                effect="none",
                recipient=recipient.format(n=n),
                envelope_sender="hotline@csizs.example",
                subject="x",
                question_ids=(),
                content=CONTENT,
                created_at=self.clock(),
            )
            for n in range(first, first + count)
        ]
        with unit_of_work(self.engine) as session:
            return outbox.enqueue(session, letters)

    def rows(self) -> list[LetterRow]:
        with reading(self.engine) as session:
            return list(session.exec(select(LetterRow).order_by(LetterRow.id)))  # type: ignore[arg-type]

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def post(engine: Engine, clock: Clock) -> Post:
    return Post(engine, clock)


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as opened:
        yield opened


def to_sink(sink: SmtpSink) -> Callable[[], Courier]:
    return lambda: SmtpCourier("127.0.0.1", sink.port, "none", timeout=5.0, final_timeout=5.0, local_name="a.example")


@pytest.fixture
def dispatcher(post: Post, sink: SmtpSink, clock: Clock) -> Dispatcher:
    return Dispatcher(post.engine, to_sink(sink), "test", clock=clock)


@pytest.fixture
def seconds(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the dispatcher's outage takes for the time, as its one element."""
    passing = [1000.0]
    monkeypatch.setattr(dispatcher, "_outage", SmarthostOutage(lambda: passing[0], lambda: 0.0))
    for desk in dispatcher._desks:
        monkeypatch.setattr(desk, "_outage", dispatcher._outage)
    return passing


class Stumbling:
    """A courier that raises what nobody expects at one letter, before its content leaves or after."""

    def __init__(self, inner: Courier, recipient: str, *, after: bool) -> None:
        self._inner = inner
        self._recipient = recipient
        self._after = after

    def deliver(self, letter: outbox.ClaimedLetter, before_data: Callable[[], bool]) -> Outcome:
        if letter.recipient != self._recipient:
            return self._inner.deliver(letter, before_data)
        if self._after:
            assert before_data()
        raise ZeroDivisionError(f"{letter.recipient} {letter.content!r}")

    def rest(self) -> None:
        self._inner.rest()

    def close(self) -> None:
        self._inner.close()


def test_every_queued_letter_is_sent_once_to_its_recipient(post: Post, sink: SmtpSink, dispatcher: Dispatcher) -> None:
    post.queue(45)
    assert dispatcher.drain() == 45
    assert [taken.recipient for taken in sink.messages] == [f"anna{n}@urzad.example" for n in range(1, 46)]
    assert post.states() == ["accepted"] * 45
    assert dispatcher.drain() == 0
    assert sink.connections == 1


def test_the_servers_words_and_the_moment_are_recorded(post: Post, sink: SmtpSink, dispatcher: Dispatcher) -> None:
    post.queue()
    sink.script("CONTENT", "250 2.0.0 queued as 4711")
    dispatcher.drain()
    [row] = post.rows()
    assert row.last_reply == "250 2.0.0 queued as 4711"
    assert row.accepted_at == START


def test_what_one_recipient_meets_does_not_stop_the_others(post: Post, sink: SmtpSink, dispatcher: Dispatcher) -> None:
    post.queue(5)
    sink.script("RCPT", "450 4.2.0 greylisted", "250 ok", "550 5.1.1 nobody", "250 ok", "250 ok")
    sink.script("CONTENT", "250 ok", DROP, "250 ok")
    dispatcher.drain()
    assert post.states() == ["deferred", "accepted", "refused", "uncertain", "accepted"]
    assert len(sink.messages) == 2


@pytest.mark.parametrize(("after", "state"), [(False, "deferred"), (True, "uncertain")])
def test_a_letter_that_makes_its_courier_stumble_does_not_stop_the_others(
    post: Post, sink: SmtpSink, caplog: pytest.LogCaptureFixture, *, after: bool, state: str
) -> None:
    """It is told once, by type and place: the exception's own words may quote the letter."""
    post.queue(5)
    make = to_sink(sink)
    dispatcher = Dispatcher(post.engine, lambda: Stumbling(make(), "anna2@urzad.example", after=after), "test")
    with caplog.at_level(logging.INFO, "mailgate"):
        assert dispatcher.drain() == 5
    assert post.states() == ["accepted", state, "accepted", "accepted", "accepted"]
    assert [row.attempts for row in post.rows()] == [1] * 5
    assert [taken.recipient for taken in sink.messages] == [f"anna{n}@urzad.example" for n in (1, 3, 4, 5)]
    [told] = [record for record in caplog.records if record.name == "mailgate.delivery"]
    assert "ZeroDivisionError" in told.getMessage()
    assert "test_dispatcher.py:" in told.getMessage()
    assert not told.exc_info
    assert "@" not in caplog.text
    assert "body" not in caplog.text


def test_e19_an_uncertain_letter_is_never_sent_again_by_itself(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher, clock: Clock
) -> None:
    post.queue()
    sink.script("CONTENT", DROP)
    dispatcher.drain()
    clock.forward(days=10)
    assert dispatcher.drain() == 0
    assert not sink.messages


def test_a_deferred_letter_is_tried_with_growing_pauses_for_five_days(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher, clock: Clock
) -> None:
    post.queue()
    pauses: list[float] = []
    while post.states() != ["refused"]:
        sink.script("RCPT", "450 4.2.0 greylisted")
        assert dispatcher.drain() == 1
        [row] = post.rows()
        if row.next_try_at:
            pauses.append((row.next_try_at - clock()).total_seconds())
            assert dispatcher.drain() == 0, "it is not due yet"
            clock.now = row.next_try_at
    assert 120 <= pauses[0] <= 240
    assert max(pauses) <= 4 * 3600
    assert pauses[-1] >= 2 * 3600
    assert timedelta(days=5) <= clock() - START <= timedelta(days=5, hours=4)
    assert 25 <= len(pauses) <= 80


def test_a_deferred_letter_is_accepted_when_its_time_comes(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher, clock: Clock
) -> None:
    post.queue()
    sink.script("RCPT", "450 4.2.0 greylisted")
    dispatcher.drain()
    clock.forward(minutes=5)
    dispatcher.drain()
    assert post.states() == ["accepted"]


def test_an_outage_costs_no_letter_a_try_and_is_said_once(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher, seconds: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    post.queue(30)
    sink.shut()
    with caplog.at_level(logging.INFO, "mailgate"):
        for _ in range(4):
            assert dispatcher.drain() == 0
            seconds[0] += 400
        assert post.states() == ["queued"] * 30
        assert {(row.attempts, row.claimed_by) for row in post.rows()} == {(0, None)}
        sink.listen()
        assert dispatcher.drain() == 30
    lines = [record.getMessage() for record in caplog.records]
    assert sum("smarthost-unreachable" in line for line in lines) == 1
    assert sum("smarthost-back" in line for line in lines) == 1


def test_a_bad_address_does_not_announce_that_the_smarthost_is_back(
    post: Post, dispatcher: Dispatcher, seconds: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody was asked about it."""
    dispatcher._outage.begun("421 4.3.2 not now")
    seconds[0] += 400
    with caplog.at_level(logging.INFO, "mailgate"):
        post.queue(recipient="no address")
        assert dispatcher.drain() == 1
        assert post.states() == ["refused"]
        assert "smarthost-back" not in caplog.text
        post.queue(first=2)
        assert dispatcher.drain() == 1
    assert "smarthost-back" in caplog.text


@pytest.mark.parametrize("reply", ["554 5.7.1 hotline@csizs.example is listed", "hotline@csizs.example is listed"])
def test_what_a_server_says_when_it_will_not_serve_is_not_in_the_journal(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture, reply: str
) -> None:
    post.queue()
    sink.script("GREETING", reply)
    with caplog.at_level(logging.INFO, "mailgate"):
        assert dispatcher.drain() == 0
    [line] = [record.getMessage() for record in caplog.records]
    assert line in {
        'smarthost-unreachable reason="554 5.7.1"',
        'smarthost-unreachable reason="no connection: SMTPException: what the server said is no reply"',
    }


def test_an_outage_without_a_reply_is_told_by_the_class_of_its_error(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    post.queue()
    sink.shut()
    with caplog.at_level(logging.INFO, "mailgate"):
        dispatcher.drain()
    assert "ConnectionRefusedError" in caplog.text


def test_an_outage_is_waited_out_even_when_somebody_wakes_us(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher
) -> None:
    post.queue()
    sink.script("GREETING", "421 4.3.2 not now")
    assert dispatcher.drain() == 0
    assert dispatcher.drain() == 0
    assert sink.connections == 1


def test_a_smarthost_that_goes_away_between_two_letters_leaves_the_rest_queued(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher
) -> None:
    post.queue(3)

    def goes_away() -> str:
        sink.stop_listening()
        return DROP

    sink.script("MAIL", "250 ok", "250 ok", goes_away)
    assert dispatcher.drain() == 2
    assert post.states() == ["accepted", "accepted", "queued"]


def test_the_journal_holds_codes_and_no_address(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    post.queue(2)
    sink.script(
        "RCPT", "550 5.1.1 <anna1@urzad.example> unknown", "450-4.2.0 <anna2@urzad.example> later\r\n450 4.2.0 x"
    )
    with caplog.at_level(logging.INFO, "mailgate"):
        dispatcher.drain()
    lines = "\n".join(record.getMessage() for record in caplog.records)
    assert "letter-refused" in lines
    assert "550 5.1.1" in lines
    assert "@" not in lines


def test_letters_are_sent_at_once_when_somebody_wakes_the_threads(post: Post, sink: SmtpSink) -> None:
    dispatcher = Dispatcher(post.engine, to_sink(sink), "test", look_seconds=600.0)
    dispatcher.start()
    try:
        for n in (1, 2, 3):
            post.queue(first=n)
            dispatcher.wake()
            sink.await_messages(n)
    finally:
        assert dispatcher.stop(10.0)
    assert post.states() == ["accepted"] * 3


def test_each_letter_is_a_sign_of_life_and_not_only_each_batch(post: Post, sink: SmtpSink) -> None:
    signs: list[int] = []
    post.queue(3)
    dispatcher = Dispatcher(post.engine, to_sink(sink), "test", couriers=1, rounded=signs.append)
    dispatcher.drain()
    assert signs == [0, 0, 0]


def test_letters_are_found_without_a_call_too(post: Post, sink: SmtpSink) -> None:
    dispatcher = Dispatcher(post.engine, to_sink(sink), "test", look_seconds=0.05)
    dispatcher.start()
    try:
        post.queue(3)
        sink.await_messages(3)
    finally:
        assert dispatcher.stop(10.0)


def test_stop_finishes_the_letter_in_hand_and_gives_back_the_rest(post: Post, sink: SmtpSink) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def waits() -> str:
        arrived.set()
        assert go_on.wait(10.0)
        return "250 2.0.0 queued"

    post.queue(5)
    sink.script("CONTENT", waits)
    dispatcher = Dispatcher(post.engine, to_sink(sink), "test", couriers=1)
    dispatcher.start()
    assert arrived.wait(10.0)
    stopped: list[bool] = []
    stopper = threading.Thread(target=lambda: stopped.append(dispatcher.stop(10.0)))
    stopper.start()
    assert dispatcher._stopping.wait(10.0)
    go_on.set()
    stopper.join(10.0)
    assert stopped == [True]
    assert post.states() == ["accepted", "queued", "queued", "queued", "queued"]
    assert {row.claimed_by for row in post.rows()} == {None}


def test_two_couriers_never_send_a_letter_twice(post: Post, sink: SmtpSink) -> None:
    post.queue(120)
    dispatcher = Dispatcher(post.engine, to_sink(sink), "test", couriers=3)
    dispatcher.start()
    try:
        sink.await_messages(120, 30.0)
    finally:
        assert dispatcher.stop(10.0)
    assert len({taken.recipient for taken in sink.messages}) == len(sink.messages) == 120
    assert post.states() == ["accepted"] * 120


def test_what_was_handed_over_is_not_sent_again_where_the_database_has_gone_back_in_time(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    """A standby that takes over may lack the last commits of which we were told that they are on disk."""
    first, second, _ = post.queue(3)
    letter = table_of(LetterRow)
    lost = update(letter).where(letter.c.id.in_((first, second)))
    assert dispatcher.drain() == 3
    with unit_of_work(post.engine) as session:
        session.connection().execute(lost.values(attempts=0, state="queued", accepted_at=None, last_reply=None))
    assert dispatcher.drain() == 2
    assert len(sink.messages) == 3
    assert post.states() == ["uncertain", "uncertain", "accepted"]
    assert "gone back in time" in (post.rows()[0].last_reply or "")
    assert "`mailgate reconcile`" in caplog.text


def test_a_letter_that_a_person_has_tried_again_is_sent_again(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher, clock: Clock
) -> None:
    """What is remembered of its first try does not stand in the way."""
    [letter] = post.queue(1)
    sink.script("CONTENT", "550 no", "450 later")
    assert dispatcher.drain() == 1
    with unit_of_work(post.engine) as session:
        assert outbox.retry(session, letter, clock())
    assert dispatcher.drain() == 1
    clock.forward(hours=5)
    assert dispatcher.drain() == 1
    assert post.states() == ["accepted"]


def test_what_a_dead_process_was_sending_is_uncertain_and_what_it_had_claimed_is_sent(
    post: Post, sink: SmtpSink, clock: Clock
) -> None:
    first, *_ = post.queue(3)
    with unit_of_work(post.engine) as session:
        outbox.claim(session, "test/0", 10, clock(), timedelta(hours=1))
        assert outbox.mark_sending(session, first, "test/0", clock())
    dispatcher = Dispatcher(post.engine, to_sink(sink), "test", clock=clock)
    assert dispatcher.start() == 1
    try:
        sink.await_messages(2)
    finally:
        assert dispatcher.stop(10.0)
    assert post.states() == ["uncertain", "accepted", "accepted"]


def test_what_another_daemon_was_sending_when_it_died_becomes_uncertain_while_we_run(
    post: Post, sink: SmtpSink, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When its lease is over and not before, and what it had only claimed is sent."""
    sending, _ = post.queue(2)
    with unit_of_work(post.engine) as session:
        outbox.claim(session, "elsewhere/0", 10, clock(), outbox.SENDING_LEASE)
        assert outbox.mark_sending(session, sending, "elsewhere/0", clock())
    looks: list[int] = []
    looked, found = threading.Event(), threading.Event()
    real = outbox.recover

    def counted(session: Session, owner: str, now: datetime) -> int:
        count = real(session, owner, now)
        if not owner:
            looks.append(count)
            (found if count else looked).set()
        return count

    monkeypatch.setattr(outbox, "recover", counted)
    dispatcher = Dispatcher(post.engine, to_sink(sink), "test", clock=clock, look_seconds=0.02, recover_seconds=0.05)
    assert dispatcher.start() == 0
    try:
        assert looked.wait(10.0)
        assert post.states() == ["sending", "queued"]
        clock.forward(seconds=outbox.SENDING_LEASE.total_seconds())
        assert found.wait(10.0)
        sink.await_messages(1)
    finally:
        assert dispatcher.stop(10.0)
    assert post.states() == ["uncertain", "accepted"]
    assert sum(looks) == 1


def test_the_dead_are_looked_for_once_in_a_while_and_not_at_every_letter(
    post: Post, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    real = outbox.recover

    def counted(session: Session, owner: str, now: datetime) -> int:
        looks.append(owner)
        return real(session, owner, now)

    monkeypatch.setattr(outbox, "recover", counted)
    dispatcher = Dispatcher(post.engine, to_sink(sink), "test", look_seconds=0.01)
    dispatcher.start()
    try:
        post.queue(60)
        sink.await_messages(60)
    finally:
        assert dispatcher.stop(10.0)
    assert looks == ["test/0", "test/1"]


def test_a_letter_that_somebody_else_took_over_is_not_sent(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher, clock: Clock
) -> None:
    first, _ = post.queue(2)

    def taken_over() -> str:
        with unit_of_work(post.engine) as session:
            row = session.get(LetterRow, first)
            assert row is not None
            row.claimed_by = "somebody else"
        return "250 ok"

    sink.script("RCPT", taken_over)
    dispatcher.drain()
    assert [taken.recipient for taken in sink.messages] == ["anna2@urzad.example"]
    assert post.states() == ["queued", "accepted"]


def test_a_database_that_fails_before_the_content_lets_nothing_leave(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.queue(1)

    def fails(*_: object) -> bool:
        raise LookupError("the table is gone")

    with monkeypatch.context() as broken:
        broken.setattr(outbox, "mark_sending", fails)
        with pytest.raises(LookupError):
            dispatcher.drain()
    assert not sink.messages
    assert post.states() == ["queued"]
    assert dispatcher.drain() == 1
    assert post.states() == ["accepted"]


def test_a_result_that_cannot_be_written_does_not_keep_others_from_being_written(
    post: Post, sink: SmtpSink, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = post.queue(3)
    real = outcomes.mark_accepted

    def fails(session: object, letter_id: int, reply: str, now: datetime) -> None:
        if letter_id == first:
            raise LookupError("something is wrong with this one")
        real(session, letter_id, reply, now)  # type: ignore[arg-type]

    monkeypatch.setattr(outcomes, "mark_accepted", fails)
    for _ in range(3):
        try:
            dispatcher.drain()
        except LookupError:
            continue
    assert post.states() == ["sending", "accepted", "accepted"]
    assert len(sink.messages) == 3, "and none of them was sent twice"


def test_a_maildir_is_filled_without_a_server(post: Post, tmp_path: Path) -> None:
    post.queue(3)
    dispatcher = Dispatcher(post.engine, lambda: MaildirCourier(tmp_path / "out"), "test")
    assert dispatcher.drain() == 3
    assert len(list((tmp_path / "out" / "new").iterdir())) == 3
    assert post.states() == ["accepted"] * 3


def test_letters_leave_fast_enough(post: Post, sink: SmtpSink, dispatcher: Dispatcher) -> None:
    """A loose bound against a return of a connection, or of many commits, a letter; not a measurement."""
    post.queue(100)
    started = time.monotonic()
    dispatcher.drain()
    assert 100 / (time.monotonic() - started) > 20
