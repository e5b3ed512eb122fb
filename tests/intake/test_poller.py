"""What the poller does with mail, against a real Dovecot and a real register."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from servers.dovecot import Dovecot
from servers.pollerdesk import Desk, account_of, idle_soon, idles, mail, until

from mailgate.errors import RegisterBusy
from mailgate.intake import suspects
from mailgate.intake.filing import KEYWORD
from mailgate.intake.mailbox import HEADER_BYTES
from mailgate.register.faults import RowRefused

ACCEPTED = "Przyjęte"

pytestmark = pytest.mark.usefixtures("databases")


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with Dovecot() as running:
        yield running


def subjects(raws: list[bytes]) -> list[str]:
    return [
        line.removeprefix(b"Subject: ").decode() for raw in raws for line in raw.splitlines()[:8] if b"Subject" in line
    ]


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let doubtful messages be tried again soon."""
    for name in ("_FIRST_SECONDS", "_SHORTEST_SECONDS", "_LONGEST_SECONDS"):
        monkeypatch.setattr(suspects, name, 0.2)


def test_mail_is_registered_byte_for_byte_and_moved_to_a_folder_that_is_made_and_subscribed(
    server: Dovecot, tmp_path: Path
) -> None:
    raw = mail("zaświadczenie", "Zażółć gęślą jaźń")
    server.append(raw)
    with Desk(account_of(server), tmp_path) as desk:
        desk.await_registered(1)
        until(lambda: ACCEPTED in server.folders() and bool(server.messages(ACCEPTED)))
        assert desk.registered() == [raw]
    assert list(server.messages(ACCEPTED).values()) == [raw]
    assert server.messages() == {}
    assert server.subscribed() == [ACCEPTED]


def test_the_envelope_tells_the_servers_time_in_utc_and_what_the_delivering_server_wrote(
    server: Dovecot, tmp_path: Path
) -> None:
    received = datetime(2026, 3, 2, 15, 59, 58, tzinfo=timezone(timedelta(hours=1)))
    server.append(mail("q1"), at=received)
    account = account_of(server)
    with Desk(account, tmp_path) as desk:
        desk.await_registered(1)
    (arrival,) = desk.arrivals
    assert arrival.envelope.source == "imap"
    assert arrival.envelope.received_at == received
    assert arrival.envelope.received_at.tzinfo is UTC
    assert arrival.envelope.sender == "gops@gmina.example"
    assert arrival.envelope.recipients == ("hotline@csizs.example",)
    assert arrival.envelope.uid == 1
    assert arrival.envelope.client == account.key
    assert account.password not in account.key
    assert arrival.message_id is not None


def test_e14_the_oldest_mail_is_taken_first_by_the_servers_time_and_then_by_uid(
    server: Dovecot, tmp_path: Path
) -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    for name, minutes in (("third", 30), ("first", 0), ("fourth", 30), ("second", 10)):
        server.append(mail(name), at=noon + timedelta(minutes=minutes))
    with Desk(account_of(server), tmp_path) as desk:
        desk.await_registered(4)
        assert subjects(desk.registered()) == ["first", "second", "third", "fourth"]


def test_e15_mail_that_somebody_has_read_is_taken_and_mail_that_nobody_read_stays_unread(
    server: Dovecot, tmp_path: Path
) -> None:
    server.append(mail("read"), flags=[r"\Seen"])
    server.append(mail("unread"))
    with Desk(account_of(server), tmp_path) as desk:
        desk.await_registered(2)
        until(lambda: len(server.messages(ACCEPTED)) == 2)
    flags = server.flags(ACCEPTED)
    assert sorted(rb"\Seen" in of for of in flags.values()) == [False, True]


def test_mail_that_somebody_marked_as_deleted_is_left_alone(server: Dovecot, tmp_path: Path) -> None:
    server.append(mail("thrown-away"), flags=[r"\Deleted"])
    server.append(mail("wanted"))
    with Desk(account_of(server), tmp_path) as desk:
        desk.await_registered(1)
        desk.await_look()
        assert subjects(desk.registered()) == ["wanted"]
    assert subjects(list(server.messages().values())) == ["thrown-away"]


def test_e14_a_backlog_is_taken_whole_in_batches_at_hundreds_a_second(server: Dovecot, tmp_path: Path) -> None:
    count = 600
    server.append_all([mail(f"n{number}") for number in range(count)])
    began = time.monotonic()
    with Desk(account_of(server), tmp_path) as desk:
        until(lambda: desk.looks > 0)
        seconds = time.monotonic() - began
        assert len(desk.registered()) == count
        assert max(desk.batches) <= 50
        assert desk.poller.status().waiting == 0
    assert server.messages() == {}
    assert count / seconds > 200


def test_e14_a_large_folder_is_looked_through_in_windows_and_none_is_passed_over(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailgate.intake.mailbox._WINDOW", 7)
    monkeypatch.setattr("mailgate.intake.mailbox._UID_WINDOW", 3)
    monkeypatch.setattr("mailgate.intake.sweep.MOST_IN_ONE_RUN", 20)
    server.append_all([mail(f"n{number}") for number in range(60)])
    with server.client("INBOX") as client:
        client.delete_messages(range(5, 40, 3))
        client.expunge()
    with Desk(account_of(server), tmp_path) as desk:
        desk.await_registered(48)
        server.append_all([mail(f"later{number}") for number in range(10)])
        desk.await_registered(58)
        until(lambda: server.messages() == {})
        assert max(desk.batches) <= 20


def test_e14_mail_that_comes_while_others_are_taken_is_not_passed_over(server: Dovecot, tmp_path: Path) -> None:
    server.append_all([mail(f"n{number}") for number in range(120)])
    desk = Desk(account_of(server), tmp_path)
    late = iter(range(3))

    def add_one(_: object) -> None:
        for number in late:
            server.append(mail(f"late{number}"))
            break

    desk.disturb = add_one
    with desk:
        desk.await_registered(123)
        until(lambda: server.messages() == {})
        assert len(set(desk.registered())) == 123


def test_a_mail_under_idle_reaches_the_register_in_well_under_a_second(server: Dovecot, tmp_path: Path) -> None:
    seconds = []
    with Desk(account_of(server, poll_seconds=60), tmp_path) as desk, server.client() as client:
        until(lambda: desk.looks > 0)
        for number in range(10):
            raw = mail(f"n{number}")
            client.append("INBOX", raw)
            sent = time.monotonic()
            until(lambda raw=raw: raw in desk.stored_at)  # type: ignore[misc]
            seconds.append(desk.stored_at[raw] - sent)
    assert statistics.median(seconds) < 0.3
    assert max(seconds) < 2


def test_a_mail_is_told_of_by_idle_itself_when_the_lively_time_is_over(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle_soon(monkeypatch, first=60)
    begun = idles(monkeypatch)
    with Desk(account_of(server, poll_seconds=60), tmp_path) as desk:
        until(lambda: begun() == 1)
        sent = time.monotonic()
        server.append(mail("q1"))
        desk.await_registered(1)
        assert time.monotonic() - sent < 2


def test_without_idle_the_poll_finds_the_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    idle_soon(monkeypatch)
    with Dovecot(without=["IDLE"]) as server, Desk(account_of(server, poll_seconds=0.5), tmp_path) as desk:
        until(lambda: desk.looks > 0)
        server.append(mail("q1"))
        desk.await_registered(1)


def test_without_move_mail_is_copied_and_only_that_mail_is_expunged(tmp_path: Path) -> None:
    with Dovecot(without=["MOVE"]) as server:
        server.append(mail("of-somebody-else"), flags=[r"\Deleted"])
        server.append(mail("q1"))
        with Desk(account_of(server), tmp_path) as desk:
            desk.await_registered(1)
            until(lambda: len(server.messages(ACCEPTED)) == 1 and len(server.messages()) == 1)
        assert subjects(list(server.messages().values())) == ["of-somebody-else"]


def test_without_move_and_uidplus_mail_is_marked_and_never_taken_again(tmp_path: Path) -> None:
    with Dovecot(without=["MOVE", "UIDPLUS"]) as server:
        server.append(mail("q1"))
        with Desk(account_of(server), tmp_path) as desk:
            until(lambda: KEYWORD in server.flags().get(1, ()))
            desk.restart()
            desk.await_look()
            assert len(desk.arrivals) == 1
        assert len(server.messages()) == 1


QUOTA = """
mail_plugins = quota
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=3K
  quota_grace = 0
}
"""


def test_a_full_quota_in_the_way_of_copying_leaves_the_mail_marked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Dovecot(without=["MOVE"], extra=QUOTA) as server:
        server.append(mail("q1", "x" * 1800))
        with Desk(account_of(server), tmp_path) as desk:
            until(lambda: KEYWORD in server.flags().get(1, ()))
            server.append(mail("q2", "y" * 200))
            desk.await_registered(2)
        assert "OVERQUOTA" in caplog.text
        assert caplog.text.count("stays in its folder") == 1


READ_ONLY = """
mail_plugins = acl
protocol imap {
  mail_plugins = acl
}
plugin {
  acl = vfile:ROOT/acl
}
"""


def test_a_read_only_mailbox_is_taken_once_and_left_as_it_is(tmp_path: Path) -> None:
    with Dovecot(extra=READ_ONLY) as server:
        (server.root / "acl").write_text("")
        server.append(mail("q1"))
        (server.root / "acl").write_text("INBOX owner lr\n")
        with Desk(account_of(server), tmp_path) as desk:
            desk.await_registered(1)
            desk.restart()
            desk.await_look()
            assert len(desk.arrivals) == 1
            assert desk.poller.status().waiting == 0
        assert list(server.flags().values()) == [()]
        assert server.folders() == ["INBOX"]


def test_where_nothing_may_be_put_into_the_accepted_folder_mail_is_marked(tmp_path: Path) -> None:
    with Dovecot(extra=READ_ONLY) as server:
        (server.root / "acl").write_text("INBOX owner lrwstipekxa\nPrzy&ARk-te owner lr\nPrzyjęte owner lr\n")
        with server.client() as client:
            client.create_folder(ACCEPTED)
        server.append(mail("q1"))
        with Desk(account_of(server), tmp_path) as desk:
            until(lambda: KEYWORD in server.flags().get(1, ()))
            assert len(desk.registered()) == 1
        assert server.messages(ACCEPTED) == {}


@pytest.mark.parametrize(("separator", "prefix"), [("/", ""), (".", "INBOX.")])
def test_e24_polish_folder_names_work_with_every_separator_and_namespace(
    tmp_path: Path, separator: str, prefix: str
) -> None:
    folder = f"{prefix}Pytania{separator}Świadczenia"
    with Dovecot(separator=separator, prefix=prefix) as server:
        with server.client() as client:
            client.create_folder(folder)
        server.append(mail("q1"), folder=folder)
        changes = {"folder": f"{prefix}Pytania/Świadczenia", "accepted_folder": "Źródło/Przyjęte"}
        with Desk(account_of(server, **changes), tmp_path) as desk:
            desk.await_registered(1)
            until(lambda: server.messages(folder) == {})
        assert len(server.messages(f"{prefix}Źródło{separator}Przyjęte")) == 1


def test_an_accepted_folder_that_somebody_removed_is_made_again(server: Dovecot, tmp_path: Path) -> None:
    with Desk(account_of(server), tmp_path) as desk:
        server.append(mail("q1"))
        until(lambda: bool(server.messages(ACCEPTED)))
        with server.client() as client:
            client.delete_folder(ACCEPTED)
        server.append(mail("q2"))
        until(lambda: subjects(list(server.messages(ACCEPTED).values())) == ["q2"])
        assert len(desk.arrivals) == 2


def test_e16_mail_that_is_moved_back_by_a_person_makes_nothing_new(server: Dovecot, tmp_path: Path) -> None:
    server.append(mail("q1"))
    with Desk(account_of(server), tmp_path) as desk:
        until(lambda: bool(server.messages(ACCEPTED)))
        with server.client(ACCEPTED) as client:
            client.move([1], "INBOX")
        until(lambda: len(desk.arrivals) == 2 and server.messages() == {})
        assert len(desk.registered()) == 1


def test_e03_mail_that_was_committed_but_not_moved_is_moved_without_being_fetched_again(
    server: Dovecot, tmp_path: Path
) -> None:
    server.append_all([mail("q1"), mail("q2")])
    desk = Desk(account_of(server), tmp_path)
    desk.disturb = lambda batch: server.kill_sessions()
    with desk:
        # Not a look into the mailbox at once: its session would be killed, too.
        desk.await_registered(2)
        until(lambda: len(server.messages(ACCEPTED)) == 2)
        assert len(desk.arrivals) == 2


def test_e17_mail_that_the_register_cannot_take_now_stays_until_it_can(
    server: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(account_of(server), tmp_path)
    refusals = iter(range(3))

    def refuse(_: object) -> None:
        if next(refusals, None) is not None:
            raise RegisterBusy("The disk is full.")

    desk.disturb = refuse
    server.append(mail("q1"))
    with desk:
        until(lambda: bool(server.messages(ACCEPTED)))
        assert len(desk.registered()) == 1
        assert desk.batches == [1, 1, 1, 1]
    assert caplog.text.count("intake-failed") == 1
    assert "unreachable" not in caplog.text


@pytest.mark.parametrize("fault", [ValueError("poison in a letter"), RowRefused("poison in a letter")])
def test_e12_one_mail_that_cannot_be_stored_does_not_stop_the_others_of_its_batch(
    server: Dovecot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
) -> None:
    hurry(monkeypatch)
    desk = Desk(account_of(server, poll_seconds=0.2), tmp_path)

    def choke(batch: object) -> None:
        if "poison" in str(batch) and "skipped" not in caplog.text:
            raise fault

    desk.disturb = choke
    server.append_all([mail("n1"), mail("poison"), mail("n2")])
    with desk:
        desk.await_registered(3)
        assert subjects(desk.registered()) == ["n1", "n2", "poison"]
    assert caplog.text.count("mailbox-message-skipped") == 1
    assert "intake-failed" not in caplog.text
    assert "poison in a letter" not in caplog.text


def test_what_was_stored_before_the_register_failed_is_put_away_and_the_rest_is_taken_when_it_serves(
    server: Dovecot, tmp_path: Path
) -> None:
    desk = Desk(account_of(server), tmp_path)
    faults = iter([RowRefused("one of the two"), None, RegisterBusy("The disk is full.")])

    def choke(_: object) -> None:
        if fault := next(faults, None):
            raise fault

    desk.disturb = choke
    server.append_all([mail("n1"), mail("n2")])
    with desk:
        until(lambda: len(server.messages(ACCEPTED)) == 2)
        assert subjects([arrival.raw for arrival in desk.arrivals]) == ["n1", "n2", "n1", "n2", "n2"]
        assert subjects(desk.registered()) == ["n1", "n2"]


def test_e01_when_uidvalidity_changes_known_mail_makes_nothing_new_and_unknown_mail_is_taken(tmp_path: Path) -> None:
    with Dovecot(without=["MOVE", "UIDPLUS"]) as server:
        server.append_all([mail("q1"), mail("q2")])
        with Desk(account_of(server), tmp_path) as desk:
            until(lambda: len(desk.registered()) == 2 and KEYWORD in server.flags()[2])
            before = desk.arrivals[-1].envelope.uidvalidity or 0
            server.stop()
            for index in [*server.maildir().glob("dovecot*")]:
                index.unlink()
            # UIDVALIDITY is the second of its making.
            until(lambda: time.time() >= before + 1)
            server.start()
            server.append(mail("q3"))
            desk.await_registered(3)
            desk.await_look()
            assert sorted(subjects(desk.registered())) == ["q1", "q2", "q3"]
            assert desk.arrivals[-1].envelope.uidvalidity != before


def test_e13_of_a_mail_over_the_limit_only_the_headers_are_taken_and_whoever_claims_it_is_told(
    server: Dovecot, tmp_path: Path
) -> None:
    large = mail("large", "x" * 70 + ("\r\n" + "x" * 70) * 6000)
    server.append_all([mail("q1"), large, mail("q2")])
    with Desk(account_of(server, max_message_bytes=100_000), tmp_path) as desk:
        desk.await_registered(3)
        until(lambda: server.messages() == {})
        claimed = desk.claimed()
    assert [one.envelope.truncated for one in claimed] == [False, True, False]
    assert claimed[1].raw == large.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert large in server.messages(ACCEPTED).values()


def test_headers_without_end_are_taken_up_to_a_limit(server: Dovecot, tmp_path: Path) -> None:
    endless = b"".join(b"X-Line-%d: %s\r\n" % (number, b"x" * 70) for number in range(8000)) + mail("endless")
    server.append(endless)
    with Desk(account_of(server, max_message_bytes=100_000), tmp_path) as desk:
        desk.await_registered(1)
        assert desk.registered() == [endless[:HEADER_BYTES]]


def test_e12_one_mail_that_the_server_cannot_read_does_not_block_those_behind_it(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Dovecot hangs up in the middle of such a FETCH."""
    hurry(monkeypatch)
    server.append_all([mail(f"n{number}") for number in range(9)])
    server.messages()
    broken = sorted(server.maildir().glob("[cn][ue][rw]/*"))[4]
    broken.chmod(0)
    with Desk(account_of(server, poll_seconds=0.3), tmp_path) as desk:
        desk.await_registered(8)
        until(lambda: "mailbox-message-skipped" in caplog.text)
        assert desk.poller.status().waiting == 1
        assert desk.poller.status().doubtful == 1
        server.append(mail("behind"))
        desk.await_registered(9)
        # Dovecot has moved the file from new/ to cur/ meanwhile.
        next(server.maildir().glob(f"cur/{broken.name}*")).chmod(0o644)
        desk.await_registered(10)
        until(lambda: server.messages() == {})
    assert caplog.text.count("mailbox-message-skipped") == 1


def test_the_status_tells_how_many_wait_and_since_when(server: Dovecot, tmp_path: Path) -> None:
    received = datetime(2026, 5, 4, 12, tzinfo=UTC)
    server.append(mail("q1"), at=received)
    server.append(mail("q2"), at=received + timedelta(hours=1))
    desk = Desk(account_of(server), tmp_path)
    seen = []
    desk.disturb = lambda batch: seen.append(desk.poller.status())
    assert desk.poller.status().state == "stopped"
    with desk:
        until(lambda: desk.poller.status().state == "waiting")
        done = desk.poller.status()
    assert (seen[0].state, seen[0].waiting, seen[0].oldest) == ("looking", 2, received)
    assert (done.state, done.waiting, done.oldest) == ("waiting", 0, None)
    assert done.completed_at is not None
    assert desk.poller.status().state == "stopped"


@pytest.mark.parametrize(
    "message_id",
    [
        pytest.param(b"", id="e08-missing"),
        pytest.param(b"Message-ID: < a b @gmina.example>\r\n", id="e09-spaces"),
        pytest.param(b"Message-ID: bez-nawiasow@gmina.example\r\n", id="e09-no-brackets"),
        pytest.param(b"Message-ID: <" + b"x" * 1200 + b"@gmina.example>\r\n", id="e09-too-long"),
        pytest.param(b"Message-ID: <1@gmina.example>\r\nMessage-ID: <2@gmina.example>\r\n", id="e09-twice"),
    ],
)
def test_e08_e09_a_mail_with_a_strange_message_id_or_none_is_kept_verbatim_and_recognised(
    server: Dovecot, tmp_path: Path, message_id: bytes
) -> None:
    raw = mail("q1").replace(b"Message-ID: <q1@gmina.example>\r\n", message_id)
    assert b"<q1@gmina.example>" not in raw
    server.append(raw)
    with Desk(account_of(server), tmp_path) as desk:
        desk.await_registered(1)
        server.append(b"Received: by mx2\r\n" + raw)
        until(lambda: len(desk.arrivals) == 2 and server.messages() == {})
        assert desk.registered() == [raw]
