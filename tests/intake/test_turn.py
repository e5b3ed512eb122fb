"""A poller asks now and then whose turn it is; it says once that it stands by, and once that it has taken over."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from servers.dovecot import Dovecot
from servers.entries import NOW
from servers.pollerdesk import Desk, account_of, mail, until
from servers.scriptedimap import ScriptedImap
from servers.scriptedimap import Session as ImapSession
from sqlmodel import select

from mailgate.clock import utc_now
from mailgate.errors import RegisterBusy
from mailgate.intake.account import ImapAccount
from mailgate.intake.transactions import Transactions
from mailgate.intake.turn import Turn
from mailgate.register.database import reading
from mailgate.register.leases import Holder
from mailgate.register.tables import LeaseRow

OTHER = Holder("other:/var/lib/mailgate", NOW)
LASTING = timedelta(seconds=90)


class Register:
    """What the register would answer, on a clock that only moves when it is told to."""

    def __init__(self, *answers: Holder | Exception | None) -> None:
        self.answers = list(answers)
        self.seconds = 1000.0
        self.told: list[datetime | None] = []
        self.released = 0
        self.turn = Turn(self.take, self.release, LASTING, lambda: self.seconds)

    def take(self, looked_at: datetime | None) -> Holder | None:
        self.told.append(looked_at)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def release(self) -> None:
        self.released += 1
        if isinstance(self.answers[0], Exception):
            raise self.answers[0]


def lines(caplog: pytest.LogCaptureFixture) -> Sequence[str]:
    return [record.getMessage().split()[0] for record in caplog.records if record.name == "mailgate.mail"]


def test_the_register_is_asked_every_15_seconds_by_the_holder_and_every_5_by_who_stands_by() -> None:
    register = Register(None, OTHER)
    for second in range(25):
        register.seconds = 1000.0 + second
        register.turn.other()
    # At 0 it took the lease, at 15 it had lost it, and at 20 it asked again.
    assert len(register.told) == 3
    assert register.turn.seconds_left() == 1.0


def test_the_first_look_is_told_at_once_and_later_ones_when_the_lease_is_made_to_last_anew() -> None:
    register = Register(None)
    register.turn.other()
    for second in range(14):
        register.turn.looked(NOW + timedelta(seconds=second))
        register.turn.other()
    assert register.told == [None, NOW]
    register.seconds += 15
    register.turn.other()
    assert register.told[2:] == [NOW + timedelta(seconds=13)]


def test_a_look_from_before_another_one_read_is_never_told() -> None:
    register = Register(None, OTHER, None)
    register.turn.other()
    register.turn.looked(NOW)
    for _ in range(2):
        register.seconds += 15
        register.turn.other()
    assert register.told == [None, NOW, None]


def test_it_is_said_once_that_it_stands_by_however_often_the_lease_goes_round_and_once_that_it_reads(
    caplog: pytest.LogCaptureFixture,
) -> None:
    register = Register(OTHER, None, OTHER, None)
    with caplog.at_level(logging.INFO, "mailgate.mail"):
        for _ in range(3):
            register.turn.other()
            register.turn.let_go()
        register.turn.other()
        assert lines(caplog) == ["mailbox-standby"]
        register.turn.looked(NOW)
        register.turn.looked(NOW)
    assert lines(caplog) == ["mailbox-standby", "mailbox-taken-over"]
    assert "holder=other:/var/lib/mailgate" in caplog.text


def test_it_lets_go_of_what_it_has_and_asks_again_before_it_reads_on() -> None:
    register = Register(OTHER, None)
    register.turn.other()
    register.turn.let_go()
    assert register.released == 0
    register.turn.other()
    register.turn.let_go()
    register.turn.let_go()
    assert register.released == 1
    register.turn.other()
    assert len(register.told) == 3


def test_a_register_that_cannot_serve_is_the_askers_trouble_and_no_trouble_of_who_lets_go() -> None:
    register = Register(None, RegisterBusy("The database is busy."))
    register.turn.other()
    register.turn.let_go()
    for _ in range(2):
        with pytest.raises(RegisterBusy):
            register.turn.other()


def test_in_the_midst_of_long_work_the_lease_is_made_to_last_anew_and_a_register_that_cannot_serve_is_no_trouble() -> (
    None
):
    register = Register(None, RegisterBusy("The database is busy."))
    register.turn.keep()
    assert register.told == []
    register.turn.other()
    for second in range(31):
        register.seconds = 1000.0 + second
        register.turn.keep()
    # Taken at 0; at 15 and at 30 it could not be made to last anew.
    assert len(register.told) == 3
    with pytest.raises(RegisterBusy):
        register.turn.other()


def test_who_shares_its_mailbox_with_nobody_is_always_at_turn() -> None:
    turn = Turn.always()
    assert turn.other() is None
    assert turn.seconds_left() > timedelta(days=1000).total_seconds()


@pytest.mark.usefixtures("databases")
def test_a_lease_that_is_lost_between_two_batches_ends_the_session_after_the_batch_in_hand(tmp_path: Path) -> None:
    """What was committed is put away; the rest is the other one's."""
    lost: list[bool] = []

    def take(looked_at: datetime | None) -> Holder | None:
        return OTHER if lost else None

    with Dovecot() as server:
        server.append_all([mail(f"n{number}") for number in range(120)])
        desk = Desk(account_of(server), tmp_path, turn=Turn(take, lambda: None, timedelta(microseconds=1)))
        desk.disturb = lambda batch: lost.append(True)
        with desk:
            until(lambda: desk.poller.status().state == "standby")
            until(lambda: server.sessions() == [])
            assert (desk.batches, len(server.messages("Przyjęte"))) == ([50], 50)
            status = desk.poller.status()
            assert (status.holder, status.completed_at, status.waiting) == (OTHER.name, NOW, 0)
            lost.clear()
            desk.disturb = lambda batch: None
            until(lambda: not server.messages())
            assert len(desk.registered()) == 120


SLOW = mail("slow", ("x" * 70 + "\r\n") * 2_000)
PORTION = 16_384


class SlowServer(ScriptedImap):
    """Has one large mail, which comes in portions; ``between`` is called behind each with how often it was asked for."""

    def __init__(self, between: Callable[[int], object]) -> None:
        super().__init__({1: SLOW})
        self.asked = 0
        self._between = between
        self.answers["UID FETCH"] = self._answer

    def _answer(self, session: ImapSession, tag: str, arguments: str) -> None:
        if "BODY" not in arguments or "HEADER" in arguments:
            session.do_uid_fetch(tag, arguments)
            return
        self.asked += 1
        session.wfile.write(f"* 1 FETCH (UID 1 BODY[] {{{len(SLOW)}}}\r\n".encode())
        for start in range(0, len(SLOW), PORTION):
            session.wfile.write(SLOW[start : start + PORTION])
            self._between(self.asked)
        session.say(b")")
        session.say(f"{tag} OK done")


def two_daemons(server: SlowServer, tmp_path: Path, lasting: timedelta) -> tuple[Desk, Desk]:
    """By the real lease."""
    account = ImapAccount("localhost", server.port, "hotline", "x", tls="none", poll_seconds=0.3, shortest_pause=0.05)
    one = Desk(account, tmp_path)
    other = Desk(account, tmp_path, beside=one)
    for desk, owner in ((one, "one"), (other, "other")):
        desk.share(Transactions(desk.engine, owner, utc_now, lambda: None, lasting).turn(account.key))
    return one, other


@pytest.mark.usefixtures("databases")
def test_a_mail_that_comes_slowly_keeps_the_lease_for_the_daemon_that_fetches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were it not made to last anew in its midst, a mail of an hour would be fetched by one after the other."""
    monkeypatch.setattr("mailgate.intake.poller._SIGN_SECONDS", 0.05)
    ends: list[datetime] = []

    def lease_seen(asked: int) -> None:
        time.sleep(0.2)  # This server is slow.
        with reading(one.engine) as session:
            ends.append(session.exec(select(LeaseRow.until)).one())

    with SlowServer(lease_seen) as server:
        one, other = two_daemons(server, tmp_path, timedelta(seconds=3))
        with one:
            until(lambda: server.asked == 1)
            with other:
                one.await_registered(1)
                until(lambda: other.poller.status().state == "standby")
            assert (server.asked, len(one.arrivals), len(other.arrivals)) == (1, 1, 0)
    assert ends[-1] > ends[0]


@pytest.mark.usefixtures("databases")
def test_a_mail_on_which_a_lease_is_lost_is_taken_once_though_two_daemons_bring_it(tmp_path: Path) -> None:
    """The server falls silent in its midst until the other one has taken over, and goes on: to both, at last."""
    taken_over = threading.Event()

    def silent(asked: int) -> None:
        if asked > 1:
            taken_over.set()
        taken_over.wait(30)

    with SlowServer(silent) as server:
        one, other = two_daemons(server, tmp_path, timedelta(seconds=0.5))
        with one:
            until(lambda: server.asked == 1)
            with other:
                until(lambda: len(one.arrivals) + len(other.arrivals) == 2)
                until(lambda: not server.mailbox)
        assert one.registered() == [SLOW]


@pytest.mark.usefixtures("databases")
def test_a_register_that_cannot_tell_whose_turn_it_is_keeps_the_mail_where_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    busy: list[bool] = [True]

    def take(looked_at: datetime | None) -> Holder | None:
        if busy:
            raise RegisterBusy("The database is busy.")
        return None

    with Dovecot() as server:
        server.append(mail("q1"))
        with Desk(account_of(server), tmp_path, turn=Turn(take, lambda: None, timedelta(microseconds=1))) as desk:
            until(lambda: desk.poller.status().trouble is not None)
            assert desk.poller.status().state == "pausing"
            assert (server.sessions(), desk.arrivals) == ([], [])
            busy.clear()
            desk.await_registered(1)
            until(lambda: "the register takes mail again" in caplog.text)
            busy.append(True)
            until(lambda: desk.poller.status().trouble is not None)
            server.append(mail("q2"))
            busy.clear()
            desk.await_registered(2)
    assert caplog.text.count("intake-failed") == 2
