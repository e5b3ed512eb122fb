"""The parts of the poller that need no server: batches, trace headers, doubtful messages, outages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailgate.intake.account import ImapAccount
from mailgate.intake.connection import SessionLost
from mailgate.intake.mailbox import Waiting
from mailgate.intake.outage import STEADY_SECONDS, MailboxOutage
from mailgate.intake.suspects import Suspects
from mailgate.intake.sweep import batches
from mailgate.intake.trace import envelope_in_headers

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Clock:
    """Monotonic seconds that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def uids(sizes: list[int], alone: set[int], most: int, most_bytes: int) -> list[list[int]]:
    waiting = [Waiting(NOON, uid, size) for uid, size in enumerate(sizes, 1)]
    return [[one.uid for one in batch] for batch in batches(waiting, alone, most, most_bytes)]


@pytest.mark.parametrize(
    ("sizes", "alone", "expected"),
    [
        ([], set(), []),
        ([1, 1, 1, 1, 1], set(), [[1, 2, 3], [4, 5]]),
        ([60, 60, 10], set(), [[1], [2, 3]]),
        ([10, 500, 10], set(), [[1], [2], [3]]),
        ([100, 1], set(), [[1], [2]]),
        ([1, 1, 1, 1], {2}, [[1], [2], [3, 4]]),
        ([1, 1, 1], {1, 2, 3}, [[1], [2], [3]]),
    ],
)
def test_a_batch_holds_at_most_three_messages_and_a_hundred_bytes_or_one_message(
    sizes: list[int], alone: set[int], expected: list[list[int]]
) -> None:
    assert uids(sizes, alone, 3, 100) == expected


def test_waiting_messages_are_ordered_by_receipt_and_then_by_uid() -> None:
    later = NOON.replace(hour=13)
    assert sorted([Waiting(later, 1, 5), Waiting(NOON, 3, 1), Waiting(NOON, 2, 9)]) == [
        Waiting(NOON, 2, 9), Waiting(NOON, 3, 1), Waiting(later, 1, 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "sender", "recipients"),
    [
        (b"Return-Path: <ops@gmina.example>\r\nDelivered-To: a@b.example", "ops@gmina.example", ("a@b.example",)),
        (b"Return-Path: <>\r\nSubject: DSN", "", ()),
        (b"Subject: no trace at all", None, ()),
        (b"Return-Path: MAILER-DAEMON", None, ()),
        (b"return-path:\r\n <ops@gmina.example>", "ops@gmina.example", ()),
        (b"Return-Path: <last@x.example>\r\nReturn-Path: <first@x.example>", "last@x.example", ()),
        (b"X-Original-To: A@b.example\r\nDelivered-To: a@B.example", None, ("A@b.example",)),
        (b"Envelope-To: a@b.example, c@d.example", None, ("a@b.example", "c@d.example")),
        (b"Delivered-To: a\x00b@c.example", None, ("b@c.example",)),
        (b"Return-Path: <ops@gmina.example>\nDelivered-To: a@b.example", "ops@gmina.example", ("a@b.example",)),
        (b"Subject: x\r\n Delivered-To: in@folded.example", None, ()),
    ],
)
def test_the_trace_headers_tell_sender_and_recipients(
    head: bytes, sender: str | None, recipients: tuple[str, ...]
) -> None:
    assert envelope_in_headers(head + b"\r\n\r\nReturn-Path: <in@body.example>\r\n") == (sender, recipients)


def test_a_mail_that_begins_with_empty_lines_has_the_headers_that_its_reader_sees() -> None:
    raw = b"\r\nDelivered-To: a@b.example\r\n\r\nDelivered-To: in@body.example\r\n"
    assert envelope_in_headers(raw) == (None, ("a@b.example",))


def test_a_message_that_fails_alone_is_passed_over_for_growing_pauses_and_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    doubtful = Suspects(clock, lambda: 0.0)
    pauses = []
    for _ in range(8):
        doubtful.failed(5, "NO")
        began = clock.now
        while not doubtful.may_be_tried(5):
            clock.now += 1
        pauses.append(clock.now - began)
    assert pauses == [10, 60, 120, 240, 480, 960, 1800, 1800]
    assert caplog.text.count("mailbox-message-skipped") == 1
    assert len(doubtful) == 1


def test_of_several_messages_under_way_when_a_session_died_each_is_to_be_tried_alone_at_once() -> None:
    doubtful = Suspects(Clock(), lambda: 0.0)
    with pytest.raises(SessionLost), doubtful.handling([1, 2]):
        raise SessionLost("gone")
    doubtful.session_died("gone")
    assert 1 in doubtful
    assert doubtful.may_be_tried(1)
    assert len(doubtful) == 0


def test_the_one_message_under_way_when_a_session_died_has_failed() -> None:
    doubtful = Suspects(Clock(), lambda: 0.0)
    with pytest.raises(SessionLost), doubtful.handling([1]):
        raise SessionLost("gone")
    doubtful.session_died("gone")
    assert doubtful.failures(1) == 1


def test_a_message_that_was_answered_is_not_blamed_for_a_later_death() -> None:
    doubtful = Suspects(Clock(), lambda: 0.0)
    with doubtful.handling([1]):
        pass
    doubtful.session_died("gone")
    assert 1 not in doubtful


def test_nothing_is_held_against_the_uids_of_a_folder_that_was_made_anew() -> None:
    doubtful = Suspects(Clock(), lambda: 0.0)
    doubtful.enter_folder(7)
    doubtful.failed(1, "NO")
    doubtful.enter_folder(7)
    assert 1 in doubtful
    doubtful.enter_folder(8)
    assert 1 not in doubtful


ACCOUNT = ImapAccount("mail.urzad.example", 993, "hotline", "secret")


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().split()[0] for record in caplog.records]


def test_a_server_that_is_away_is_tried_ever_more_seldom_up_to_five_minutes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    clock = Clock()
    outage = MailboxOutage(ACCOUNT, clock, lambda: 0.0)
    pauses = []
    for _ in range(10):
        outage.session_begins()
        pauses.append(outage.failed("connecting: refused"))
        clock.now += pauses[-1]
    outage.session_begins()
    outage.served()
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 150, 150]
    assert [record.getMessage() for record in caplog.records] == [
        'mailbox-unreachable reason="connecting: refused"', "mailbox-back after=555",
    ]  # fmt: skip


def test_a_refused_log_in_waits_a_minute_at_once() -> None:
    outage = MailboxOutage(ACCOUNT, Clock(), lambda: 0.0)
    outage.session_begins()
    assert [outage.failed("log-in", refused=True) for _ in range(4)] == [60, 120, 150, 150]


def test_a_session_that_breaks_is_replaced_at_once_and_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    outage = MailboxOutage(ACCOUNT, clock, lambda: 0.0)
    for _ in range(5):
        outage.session_begins()
        clock.now += STEADY_SECONDS
        outage.served()
        assert outage.failed("IDLE: EOF") == 0
    assert events(caplog) == []


def test_sessions_that_break_young_one_after_the_other_are_one_outage_until_one_is_steady(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    outage = MailboxOutage(ACCOUNT, clock, lambda: 0.0)
    pauses = []
    for _ in range(6):
        outage.session_begins()
        outage.served()
        pauses.append(outage.failed("IDLE: EOF"))
    assert pauses == [0, 0, 2, 4, 8, 16]
    assert events(caplog) == ["mailbox-unreachable"]
    outage.session_begins()
    outage.served()
    assert outage.said
    clock.now += STEADY_SECONDS
    outage.served()
    assert events(caplog) == ["mailbox-unreachable", "mailbox-back"]
    assert outage.failed("IDLE: EOF") == 0
