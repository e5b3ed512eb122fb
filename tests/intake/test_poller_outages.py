"""What the poller does when the server, the network or the log-in fails; against a real Dovecot where it can fail so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import trustme
from servers.dovecot import PASSWORD, Dovecot
from servers.pollerdesk import Desk, account_of, idle_soon, idles, mail, until
from servers.scriptedimap import ScriptedImap, Session

from mailgate.errors import ConfigurationError
from mailgate.intake import poller, suspects
from mailgate.intake.account import ImapAccount

ACCEPTED = "Przyjęte"

pytestmark = [
    pytest.mark.usefixtures("databases"),
    pytest.mark.only_on("sqlite", "how a session ends and begins again has nothing to do with the database"),
]


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with Dovecot() as running:
        yield running


@pytest.fixture
def script() -> Iterator[ScriptedImap]:
    with ScriptedImap({1: mail("q1"), 2: mail("q2"), 3: mail("q3")}) as running:
        yield running


def scripted(script: ScriptedImap, **changes: object) -> ImapAccount:
    """The scripted server's account, without TLS, with pauses short enough for a test."""
    plain = ImapAccount(
        "127.0.0.1", script.port, "hotline", "secret", tls="none", poll_seconds=0.15, connect_seconds=1, read_seconds=0.5,
        shortest_pause=0.05, longest_pause=0.2, refused_pause=0.1,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def times(caplog: pytest.LogCaptureFixture, event: str) -> int:
    return sum(record.getMessage().startswith(event) for record in caplog.records)


def seconds_between_sessions(caplog: pytest.LogCaptureFixture) -> list[float]:
    """From the loss of each session to that of the next: the pause, and what the next one took to fail."""
    lost = [record.created for record in caplog.records if record.getMessage().startswith("session lost")]
    return [later - earlier for earlier, later in pairwise(lost)]


def test_e11_an_outage_is_said_once_with_its_reason_and_once_when_it_is_over(
    server: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "mailgate.intake")
    with Desk(account_of(server), tmp_path) as desk:
        until(lambda: desk.looks > 0)
        server.stop()
        until(lambda: times(caplog, "session lost") >= 5)
        assert desk.poller.status().trouble
        server.start()
        server.append(mail("q1"))
        desk.await_registered(1)
        until(lambda: desk.poller.status().state == "waiting")
        assert desk.poller.status().trouble is None
        until(lambda: times(caplog, "mailbox-back") == 1)
    assert times(caplog, "mailbox-unreachable") == 1
    assert "refused" in caplog.text


def test_the_server_may_be_down_when_the_poller_starts(
    server: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.append(mail("q1"))
    server.stop()
    with Desk(account_of(server), tmp_path) as desk:
        until(lambda: times(caplog, "mailbox-unreachable") == 1)
        server.start()
        desk.await_registered(1)
    assert times(caplog, "mailbox-unreachable") == 1


def test_a_session_that_is_killed_is_replaced_at_once_and_without_a_word(
    server: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Desk(account_of(server, poll_seconds=60), tmp_path) as desk:
        until(lambda: desk.poller.status().state == "waiting")
        assert server.kill_sessions() == 1
        server.append(mail("q1"))
        desk.await_registered(1)
    assert times(caplog, "mailbox-") == 0


def test_e04_a_session_that_is_killed_while_mail_is_taken_loses_and_doubles_nothing(
    server: Dovecot, tmp_path: Path
) -> None:
    server.append_all([mail(f"n{number}") for number in range(300)])
    desk = Desk(account_of(server), tmp_path)
    desk.disturb = lambda batch: server.kill_sessions() if len(desk.batches) in (2, 5) else None
    with desk:
        # Not a look into the mailbox at once: its session would be killed, too.
        desk.await_registered(300)
        until(lambda: server.messages() == {})
        assert len(desk.arrivals) == 300
    assert len(server.messages(ACCEPTED)) == 300


def test_e11_a_frozen_server_is_given_up_within_the_limit_and_replaced(server: Dovecot, tmp_path: Path) -> None:
    with Desk(account_of(server, read_seconds=0.5), tmp_path) as desk:
        until(lambda: desk.poller.status().state == "waiting")
        assert server.freeze() == 1
        server.append(mail("q1"))
        desk.await_registered(1)


def test_a_refused_log_in_is_tried_ever_more_seldom_and_works_when_the_password_does(
    server: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "mailgate.intake")
    server.set_password("something-else")
    with Desk(account_of(server, refused_pause=0.1, longest_pause=0.8), tmp_path) as desk:
        until(lambda: times(caplog, "session lost") >= 5)
        server.set_password(PASSWORD)
        until(lambda: desk.looks > 0)
    for seconds, least in zip(seconds_between_sessions(caplog), (0.1, 0.2, 0.4, 0.4), strict=False):
        assert seconds >= least
    assert times(caplog, "mailbox-unreachable") == 1
    assert times(caplog, "mailbox-back") == 1
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_certificate_of_a_strange_authority_is_refused_before_the_password_is_said(
    server: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture, tls: str
) -> None:
    strange = tmp_path / "strange.pem"
    trustme.CA().cert_pem.write_to_path(str(strange))
    port = server.tls_port if tls == "implicit" else server.port
    with Desk(account_of(server, cafile=strange, tls=tls, port=port), tmp_path):
        until(lambda: times(caplog, "mailbox-unreachable") == 1)
    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text
    assert "user=<hotline" not in server.log()


def test_a_certificate_for_another_name_is_refused(
    server: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Desk(account_of(server, host="127.0.0.2"), tmp_path):
        until(lambda: times(caplog, "mailbox-unreachable") == 1)
    assert "user=<hotline" not in server.log()


def test_starttls_takes_mail(server: Dovecot, tmp_path: Path) -> None:
    server.append(mail("q1"))
    with Desk(account_of(server, tls="starttls", port=server.port), tmp_path) as desk:
        desk.await_registered(1)
    assert "TLS" in server.log()


def test_where_starttls_is_not_offered_the_password_is_not_said(
    script: ScriptedImap, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Desk(scripted(script, tls="starttls"), tmp_path):
        until(lambda: script.logins >= 3)
    assert "AUTHENTICATE" not in script.log
    assert "LOGIN" not in script.log
    assert times(caplog, "mailbox-unreachable") == 1


def test_without_tls_only_this_machine_is_allowed() -> None:
    with pytest.raises(ConfigurationError, match="TLS"):
        ImapAccount("mail.urzad.example", 143, "hotline", "secret", tls="none")


def test_the_password_is_not_in_what_the_account_prints() -> None:
    account = ImapAccount("mail.urzad.example", 993, "hotline", "secret")
    assert "secret" not in repr(account)
    assert "secret" not in account.key


def test_stop_ends_an_idle_at_once(server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    idle_soon(monkeypatch, first=60)
    begun = idles(monkeypatch)
    with Desk(account_of(server, poll_seconds=60), tmp_path) as desk:
        until(lambda: begun() == 1)
        began = time.monotonic()
        assert desk.poller.stop()
        assert time.monotonic() - began < 1


def test_stop_does_not_wait_for_a_server_that_is_silent(server: Dovecot, tmp_path: Path) -> None:
    with Desk(account_of(server, read_seconds=60), tmp_path) as desk:
        until(lambda: desk.poller.status().state == "waiting")
        server.freeze()
        began = time.monotonic()
        assert desk.poller.stop()
        assert time.monotonic() - began < 2.5


def test_stop_never_cuts_the_commit_under_way(server: Dovecot, tmp_path: Path) -> None:
    server.append(mail("q1"))
    inside, go_on = threading.Event(), threading.Event()
    desk = Desk(account_of(server), tmp_path)

    def linger(_: object) -> None:
        inside.set()
        go_on.wait(10)

    desk.disturb = linger
    with desk:
        assert inside.wait(10)
        assert not desk.poller.stop(timeout=0.2)
        go_on.set()
        assert desk.poller.stop()
        assert len(desk.registered()) == 1


def test_stop_before_start_is_no_error(server: Dovecot, tmp_path: Path) -> None:
    desk = Desk(account_of(server), tmp_path)
    assert desk.poller.stop()
    desk.poller = desk._new_poller()
    with desk:
        until(lambda: desk.looks > 0)


def test_a_session_is_renewed_in_time(server: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Desk(account_of(server, session_seconds=0.2, poll_seconds=0.1), tmp_path) as desk:
        until(lambda: desk.looks >= 6)
    assert server.log().count("Logged out") >= 2
    assert times(caplog, "mailbox-") == 0


def test_a_fault_that_nobody_expected_does_not_end_the_intake(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = iter([ZeroDivisionError()])
    original = Desk._known

    def known(desk: Desk, *arguments: object) -> set[int]:
        if fault := next(faults, None):
            raise fault
        return original(desk, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Desk, "_known", known)
    server.append(mail("q1"))
    with Desk(account_of(server), tmp_path) as desk:
        desk.await_registered(1)


def hang_up_in_idle(session: Session, tag: str, arguments: str) -> None:
    session.say("+ idling")
    session.hang_up()


def say_bye_in_idle(session: Session, tag: str, arguments: str) -> None:
    session.say("+ idling")
    session.say("* BYE the server is going down")
    session.hang_up()


def freeze_in_idle(session: Session, tag: str, arguments: str) -> None:
    session.say("+ idling")
    session.keep_silent()


def talk_before_idle(session: Session, tag: str, arguments: str) -> None:
    session.say("* OK I was just about to say")
    session.say("+ idling")
    session.keep_silent()


def garbage_in_idle(session: Session, tag: str, arguments: str) -> None:
    session.say("+ idling")
    session.say(b"\x00\xff{{{(((")
    session.rfile.readline()
    session.say(f"{tag} OK done")


@pytest.mark.parametrize(
    "fault",
    [hang_up_in_idle, say_bye_in_idle, freeze_in_idle, talk_before_idle, garbage_in_idle],
    ids=lambda f: f.__name__,
)
def test_mail_is_taken_by_a_server_that_dies_in_every_idle_and_the_pauses_grow(
    script: ScriptedImap,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Session, str, str], None],
) -> None:
    caplog.set_level("INFO", "mailgate.intake")
    idle_soon(monkeypatch)
    script.answers["IDLE"] = fault
    with Desk(scripted(script, longest_pause=5.0, poll_seconds=20), tmp_path) as desk:
        desk.await_registered(3)
        until(lambda: times(caplog, "mailbox-unreachable") == 1)
        script.mailbox[9] = mail("later")
        desk.await_registered(4)
        until(lambda: times(caplog, "session lost") >= 6)
    # The first is replaced at once, and so is the second: servers restart.
    for seconds, least in zip(seconds_between_sessions(caplog), (0, 0, 0.1, 0.2, 0.4), strict=False):
        assert seconds >= least
    assert times(caplog, "mailbox-unreachable") == 1
    assert times(caplog, "mailbox-back") == 0


def test_where_idle_is_refused_the_poll_goes_on_in_the_same_session(
    script: ScriptedImap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle_soon(monkeypatch)
    script.answers["IDLE"] = lambda session, tag, _: session.say(f"{tag} NO not today")
    with Desk(scripted(script), tmp_path) as desk:
        until(lambda: "IDLE" in script.log)
        script.mailbox[9] = mail("later")
        desk.await_registered(4)
        until(lambda: desk.looks >= 6)
    assert script.logins == 1
    assert script.log.count("IDLE") == 1


def test_a_mail_that_is_told_of_in_the_breath_in_which_idle_begins_is_not_left_for_the_poll(
    script: ScriptedImap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library reads "+ idling" and what stands behind it in one piece, and shows only the former."""
    idle_soon(monkeypatch)

    def tell_too_early(session: Session, tag: str, arguments: str) -> None:
        if 9 not in script.mailbox:
            script.mailbox[9] = mail("later")
            session.wfile.write(b"+ idling\r\n* 1 EXISTS\r\n")
        else:
            session.say("+ idling")
        session.rfile.readline()
        session.say(f"{tag} OK done")

    script.answers["IDLE"] = tell_too_early
    with Desk(scripted(script, poll_seconds=60), tmp_path) as desk:
        desk.await_registered(4)


def test_a_server_that_chatters_in_idle_does_not_keep_the_poller_busy(
    script: ScriptedImap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle_soon(monkeypatch)

    def chatter(session: Session, tag: str, arguments: str) -> None:
        session.say("+ idling")
        session.say("* 1 EXISTS")
        session.rfile.readline()
        session.say(f"{tag} OK done")

    script.answers["IDLE"] = chatter
    with Desk(scripted(script, poll_seconds=60), tmp_path) as desk:
        desk.await_registered(3)
        began = time.monotonic()
        chatted = script.log.count("IDLE")
        until(lambda: script.log.count("IDLE") >= chatted + 4)
    # At least a breath lies between two; the first may have been about to begin.
    assert time.monotonic() - began >= 3 * poller._BREATH


def freeze_in_fetch(session: Session, tag: str, arguments: str) -> None:
    if "BODY" in arguments and 2 in session.uids(arguments.partition(" ")[0]):
        session.wfile.write(b"* 2 FETCH (UID 2 BODY[] {5000}\r\nFrom: half of a le")
        session.wfile.flush()
        session.keep_silent()
    session.do_uid_fetch(tag, arguments)


def refuse_fetch(session: Session, tag: str, arguments: str) -> None:
    if 2 in session.uids(arguments.partition(" ")[0]):
        session.say(f"{tag} NO [SERVERBUG] cannot")
    else:
        session.do_uid_fetch(tag, arguments)


def nonsense_fetch(session: Session, tag: str, arguments: str) -> None:
    if "BODY" in arguments and 2 in session.uids(arguments.partition(" ")[0]):
        session.say("* 2 FETCH (UID 2 BODY[] )) Tajemnica")
        session.say(f"{tag} OK done")
    else:
        session.do_uid_fetch(tag, arguments)


def nil_fetch(session: Session, tag: str, arguments: str) -> None:
    if "BODY" in arguments:
        for uid in session.uids(arguments.partition(" ")[0]):
            if uid == 2:
                session.say("* 2 FETCH (UID 2 BODY[] NIL)")
            else:
                session.say_message(uid, arguments)
        session.say(f"{tag} OK done")
    else:
        session.do_uid_fetch(tag, arguments)


def dateless_fetch(session: Session, tag: str, arguments: str) -> None:
    for uid in session.uids(arguments.partition(" ")[0]):
        if uid == 2 and "BODY" not in arguments:
            session.say('* 2 FETCH (UID 2 RFC822.SIZE 5 INTERNALDATE "yesterday")')
        else:
            session.say_message(uid, arguments)
    session.say(f"{tag} OK done")


def lying_fetch(session: Session, tag: str, arguments: str) -> None:
    """Announces more octets than any memory holds."""
    if "BODY" in arguments and 2 in session.uids(arguments.partition(" ")[0]):
        session.say("* 2 FETCH (UID 2 BODY[] {99999999999999999}")
        session.keep_silent()
    session.do_uid_fetch(tag, arguments)


@pytest.mark.parametrize(
    "fault",
    [freeze_in_fetch, refuse_fetch, nonsense_fetch, nil_fetch, dateless_fetch, lying_fetch],
    ids=lambda f: f.__name__,
)
def test_e12_one_mail_that_cannot_be_fetched_is_passed_over_said_once_and_taken_when_it_can_be(
    script: ScriptedImap,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Session, str, str], None],
) -> None:
    for name in ("_FIRST_SECONDS", "_SHORTEST_SECONDS", "_LONGEST_SECONDS"):
        monkeypatch.setattr(suspects, name, 0.2)
    script.answers["UID FETCH"] = fault
    with Desk(scripted(script), tmp_path) as desk:
        desk.await_registered(2)
        assert {arrival.envelope.uid for arrival in desk.arrivals} == {1, 3}
        until(lambda: times(caplog, "mailbox-message-skipped") == 1)
        del script.answers["UID FETCH"]
        desk.await_registered(3)
    assert times(caplog, "mailbox-message-skipped") == 1
    assert "Tajemnica" not in caplog.text


def test_a_mail_that_somebody_took_away_before_it_was_fetched_is_forgotten(
    script: ScriptedImap, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def lose(session: Session, tag: str, arguments: str) -> None:
        if "BODY" in arguments:
            script.mailbox.pop(2, None)
        session.do_uid_fetch(tag, arguments)

    script.answers["UID FETCH"] = lose
    with Desk(scripted(script), tmp_path) as desk:
        desk.await_registered(2)
        until(lambda: desk.looks >= 3)
        assert desk.poller.status().waiting == 0
    assert times(caplog, "mailbox-") == 0


def test_e02_without_uidvalidity_the_fingerprint_keeps_mail_from_being_taken_twice(
    script: ScriptedImap, tmp_path: Path
) -> None:
    script.select_says = []
    script.capabilities = "IMAP4rev1 AUTH=PLAIN"
    with Desk(scripted(script), tmp_path) as desk:
        until(lambda: desk.looks >= 3)
        assert len(desk.arrivals) == 3
        desk.restart()
        until(lambda: len(desk.arrivals) == 6)
        assert len(desk.registered()) == 3
        assert desk.arrivals[0].envelope.uidvalidity is None


def test_a_move_to_which_the_server_agrees_without_doing_it_is_noticed(
    script: ScriptedImap, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    script.answers["UID MOVE"] = lambda session, tag, _: session.say(f"{tag} OK done")
    with Desk(scripted(script), tmp_path) as desk:
        until(lambda: "UID STORE" in script.log)
        until(lambda: desk.looks >= 3)
        assert len(desk.arrivals) == 3
    assert "still here" in caplog.text
    assert script.log.count("UID MOVE") == 1


def refuse_to_move(*stubborn: int) -> Callable[[Session, str, str], None]:
    """Answer a MOVE with NO where one of these is among the messages, else do it."""

    def answer(session: Session, tag: str, arguments: str) -> None:
        if session.uids(arguments.partition(" ")[0]) & set(stubborn):
            session.say(f"{tag} NO [SERVERBUG] cannot read it")
        else:
            session.do_uid_move(tag, arguments)

    return answer


def test_a_message_that_cannot_be_moved_keeps_no_other_in_its_folder(
    script: ScriptedImap, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    script.mailbox.update({uid: mail(f"m{uid}") for uid in range(1, 12)})
    script.answers["UID MOVE"] = refuse_to_move(4)
    with Desk(scripted(script), tmp_path) as desk:
        until(lambda: set(script.mailbox) == {4} and "UID STORE" in script.log)
        script.mailbox[12] = mail("m12")
        until(lambda: set(script.mailbox) == {4})
        assert len(desk.registered()) == 12
    assert caplog.text.count("a message that was taken cannot be moved") == 1
    assert "for this session" not in caplog.text


def test_a_message_that_somebody_takes_away_before_the_move_keeps_no_other_in_its_folder(
    script: ScriptedImap, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Dovecot refuses the whole of it then, with EXPUNGEISSUED."""

    def take_one_away(session: Session, tag: str, arguments: str) -> None:
        del script.answers["UID MOVE"], script.mailbox[2]
        session.say(f"{tag} NO [EXPUNGEISSUED] Some of the requested messages no longer exist")

    script.answers["UID MOVE"] = take_one_away
    with Desk(scripted(script), tmp_path) as desk:
        until(lambda: not script.mailbox)
        assert len(desk.registered()) == 3
    assert "UID STORE" not in script.log
    assert not caplog.text


def test_a_server_that_moves_nothing_is_soon_asked_no_more(
    script: ScriptedImap, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A full quota, a folder without the right to write: all that was taken is marked and stays."""
    script.mailbox.update({uid: mail(f"m{uid}") for uid in range(1, 33)})
    script.answers["UID MOVE"] = refuse_to_move(*range(1, 33))
    with Desk(scripted(script), tmp_path) as desk:
        until(lambda: len(desk.registered()) == 32)
        desk.await_look()
    assert script.log.count("UID MOVE") <= 8
    assert len(script.mailbox) == 32
    assert caplog.text.count("stays in its folder for this session") == 1


@pytest.mark.parametrize("greeting", ["* BYE too many connections", "HTTP/1.1 400 Bad Request", ""])
def test_a_server_that_does_not_greet_as_it_should_is_an_outage(
    script: ScriptedImap, tmp_path: Path, caplog: pytest.LogCaptureFixture, greeting: str
) -> None:
    script.greeting = greeting
    with Desk(scripted(script), tmp_path) as desk:
        until(lambda: script.logins >= 3)
        script.greeting = "* OK ready"
        desk.await_registered(3)
        until(lambda: times(caplog, "mailbox-back") == 1)
    assert times(caplog, "mailbox-unreachable") == 1
