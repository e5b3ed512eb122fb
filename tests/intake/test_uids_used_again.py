"""A UID proves a mail only together with what the server says of it: servers give UIDs once more."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from servers.dovecot import Dovecot
from servers.pollerdesk import Desk, account_of, mail, until
from servers.scriptedimap import ScriptedImap, Session

from mailgate.intake.account import ImapAccount
from mailgate.intake.filing import KEYWORD
from mailgate.intake.mailbox import Mailbox

ACCEPTED = "Przyjęte"

pytestmark = pytest.mark.usefixtures("databases")


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with Dovecot() as running:
        yield running


@pytest.fixture
def script() -> Iterator[ScriptedImap]:
    """It gives each message the same date."""
    with ScriptedImap({1: mail("old")}) as running:
        yield running


def scripted(script: ScriptedImap, **changes: float) -> ImapAccount:
    return ImapAccount(
        "127.0.0.1", script.port, "hotline", "secret", tls="none", poll_seconds=0.15, connect_seconds=1, read_seconds=1,
        shortest_pause=0.05, longest_pause=0.2, **changes,
    )  # type: ignore[arg-type]  # fmt: skip


def test_mail_that_comes_after_the_server_went_back_to_a_snapshot_is_taken(
    server: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(account_of(server), tmp_path)
    with desk:
        server.append(mail("before"))
        until(lambda: server.count() == 0 and desk.looks > 0)
        server.snapshot()
        server.append_all([mail("lost1"), mail("lost2")])
        until(lambda: len(desk.registered()) == 3 and server.count() == 0)
        server.restore()
        server.append_all([mail("new01"), mail("new02")])
        desk.await_registered(5)
        until(lambda: server.count() == 0)
        used = [arrival.envelope.uid for arrival in desk.arrivals]
        assert desk.registered() == [mail(name) for name in ("before", "lost1", "lost2", "new01", "new02")]
    assert used == [1, 2, 3, 2, 3]
    assert len({arrival.envelope.uidvalidity for arrival in desk.arrivals}) == 1
    assert "was the mailbox restored" in caplog.text


def test_another_mail_under_a_known_uid_is_taken_even_with_the_same_date_and_size(
    script: ScriptedImap, tmp_path: Path
) -> None:
    with Desk(scripted(script), tmp_path) as desk:
        until(lambda: script.mailbox == {} and desk.looks > 0)
        desk.poller.stop()
        script.mailbox[1] = mail("new")
        desk.restart()
        desk.await_registered(2)
        until(lambda: script.mailbox == {})
        assert desk.registered() == [mail("old"), mail("new")]


def test_without_message_ids_the_size_tells_a_mail_under_a_known_uid_from_another(
    script: ScriptedImap, tmp_path: Path
) -> None:
    script.mailbox[1] = b"Subject: old\r\n\r\nx\r\n"
    script.capabilities = "IMAP4rev1"
    with Desk(scripted(script), tmp_path) as desk:
        desk.await_registered(1)
        desk.restart()
        desk.await_look()
        assert len(desk.arrivals) == 1
        desk.poller.stop()
        script.mailbox[1] = b"Subject: new\r\n\r\nlonger\r\n"
        desk.restart()
        desk.await_registered(2)


def test_mail_that_stays_in_its_folder_is_not_fetched_again_where_the_server_misstates_its_size(
    script: ScriptedImap, tmp_path: Path
) -> None:
    """Exchange only guesses it."""
    script.capabilities = "IMAP4rev1"
    date = '"17-Jul-2026 02:44:25 +0200"'

    def guess(session: Session, uid: int, arguments: str) -> None:
        session.say(f"* 1 FETCH (UID {uid} RFC822.SIZE 77777 INTERNALDATE {date})")

    def fetch(session: Session, tag: str, arguments: str) -> None:
        (guess if "RFC822.SIZE" in arguments else Session.say_message)(session, 1, arguments)
        session.say(f"{tag} OK done")

    script.answers["UID FETCH"] = fetch
    with Desk(scripted(script), tmp_path) as desk:
        desk.await_registered(1)
        desk.restart()
        desk.await_look()
        assert desk.poller.status().waiting == 0
        assert len(desk.arrivals) == 1


def test_mail_whose_dates_were_lost_is_compared_once_and_nothing_is_doubled(tmp_path: Path) -> None:
    """A Maildir that was copied back without its times, on a server that cannot move mail."""
    with Dovecot(without=["MOVE", "UIDPLUS"]) as server:
        server.append_all([mail("q1"), mail("q2")])
        with Desk(account_of(server), tmp_path) as desk:
            until(lambda: all(KEYWORD in flags for flags in server.flags().values()))
            desk.poller.stop()
            server.stop()
            moment = datetime(2026, 5, 4, 12, tzinfo=UTC).timestamp()
            for file in server.maildir().glob("cur/*"):
                os.utime(file, (moment, moment))
            for index in server.maildir().glob("dovecot.index*"):
                index.unlink()
            server.start()
            for _ in range(2):
                desk.restart()
                desk.await_look()
            assert len(desk.arrivals) == 4
            assert desk.registered() == [mail("q1"), mail("q2")]
            assert all(one.envelope.received_at.year == 2026 for one in desk.arrivals[2:])


def test_e13_a_mail_that_is_larger_than_the_server_says_is_taken_by_its_headers(
    script: ScriptedImap, tmp_path: Path
) -> None:
    large = mail("large", "x" * 200_000)
    script.mailbox[1] = large

    def fetch(session: Session, tag: str, arguments: str) -> None:
        if "RFC822.SIZE" in arguments:
            session.say('* 1 FETCH (UID 1 RFC822.SIZE 500 INTERNALDATE "17-Jul-2026 02:44:25 +0200")')
        elif "[]<0.100001>" in arguments:
            session.say(b"* 1 FETCH (UID 1 BODY[]<0> {100001}\r\n" + large[:100_001] + b")")
        else:
            head = large.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            session.say(b"* 1 FETCH (UID 1 BODY[HEADER]<0> {%d}\r\n" % len(head) + head + b")")
        session.say(f"{tag} OK done")

    script.answers["UID FETCH"] = fetch
    with Desk(scripted(script, max_message_bytes=100_000), tmp_path) as desk:
        desk.await_registered(1)
        until(lambda: script.mailbox == {})
        assert desk.registered() == [large.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"]
        assert desk.arrivals[0].envelope.truncated


def test_of_a_literal_without_measure_nothing_is_read(script: ScriptedImap) -> None:
    """It is only announced here: whoever waited for its bytes would wait in vain."""
    script.answers["UID FETCH"] = lambda session, tag, _: session.say("* 1 FETCH (UID 1 BODY[] {300000000}")
    with pytest.raises(Exception, match="sends 300000000 octets at once"), Mailbox.open(scripted(script)) as mailbox:
        mailbox.select()
        mailbox.contents([1])
