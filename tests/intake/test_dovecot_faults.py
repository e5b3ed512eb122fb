"""What the poller does when a real Dovecot dies, freezes, loses its folder, or is larger than anybody planned for."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.dovecot import Dovecot
from servers.pollerdesk import Desk, account_of, idle_soon, idles, mail, until
from servers.relay import Relay

from mailgate.intake import suspects
from mailgate.intake.filing import KEYWORD

pytestmark = pytest.mark.usefixtures("databases")

ACCEPTED = "Przyjęte"
WHOLE = os.environ.get("MAILGATE_TEST_SOAK") == "full"
CROWD = 200_000 if WHOLE else 2_000
PATIENCE = 1800.0 if WHOLE else 30.0


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with Dovecot() as running:
        yield running


def test_p1_a_server_that_dies_in_idle_and_comes_back_is_used_again(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle_soon(monkeypatch, first=60)
    begun = idles(monkeypatch)
    with Desk(account_of(server, poll_seconds=60), tmp_path) as desk:
        until(lambda: begun() == 1)
        server.fall()
        server.start()
        until(lambda: begun() == 2)
        server.append(mail("q1"))
        desk.await_registered(1)
        until(lambda: len(server.messages(ACCEPTED)) == 1)


def test_e11_a_server_that_freezes_in_the_middle_of_a_fetch_is_given_up_and_the_mail_is_taken_by_a_new_session(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(suspects, "_FIRST_SECONDS", 0.5)
    large = mail("large", ("x" * 70 + "\r\n") * 280_000)
    server.append_all([mail("before"), large, mail("behind")])
    with Relay(server.port, 2_000_000, after=server.freeze) as relay:
        account = account_of(server, tls="none", port=relay.port, read_seconds=1)
        with Desk(account, tmp_path) as desk:
            desk.await_registered(3)
            until(lambda: len(server.messages(ACCEPTED)) == 3)
            # Nobody waits for the mail in whose midst the server fell silent.
            assert desk.registered() == [mail("before"), mail("behind"), large]
    assert "timed out" in caplog.text


def test_e01_a_folder_that_somebody_removed_is_waited_for_and_read_anew_when_it_is_back(
    server: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with server.client() as client:
        client.create_folder("Wpływ")
    server.append_all([mail("q1"), mail("q2")], folder="Wpływ")
    with Desk(account_of(server, folder="Wpływ"), tmp_path) as desk:
        until(lambda: len(server.messages(ACCEPTED)) == 2)
        before = desk.arrivals[-1].envelope.uidvalidity or 0
        with server.client() as client:
            client.delete_folder("Wpływ")
        until(lambda: "mailbox-unreachable" in caplog.text)
        # UIDVALIDITY is the second of the folder's making.
        until(lambda: time.time() >= before + 1)
        with server.client() as client:
            client.create_folder("Wpływ")
        server.append_all([mail("q2"), mail("q3"), mail("q1")], folder="Wpływ")
        desk.await_registered(3)
        until(lambda: server.messages("Wpływ") == {})
        assert len(desk.registered()) == 3
    assert caplog.text.count("mailbox-unreachable") == 1


def test_a_server_without_move_uidplus_and_idle_is_served_all_the_same(tmp_path: Path) -> None:
    with Dovecot(without=["MOVE", "UIDPLUS", "IDLE"]) as server:
        server.append_all([mail("q1"), mail("q2")])
        with Desk(account_of(server), tmp_path) as desk:
            until(lambda: all(KEYWORD in flags for flags in server.flags().values()))
            server.append(mail("q3"))
            desk.await_registered(3)
            desk.await_look()
            assert len(desk.arrivals) == 3


@pytest.mark.soak
def test_p12_among_thousands_of_mails_that_cannot_be_moved_a_new_one_is_found_and_none_is_taken_again(
    tmp_path: Path,
) -> None:
    # Not one file a mail: so many would take a disk minutes.
    with Dovecot(without=["MOVE", "UIDPLUS"], extra="mail_location = mdbox:ROOT/mail/%u") as server:
        for start in range(0, CROWD, 1000):
            server.append_all([mail(f"n{number}") for number in range(start, start + 1000)])
        desk = Desk(account_of(server, read_seconds=60, poll_seconds=1), tmp_path)
        with desk:
            until(lambda: desk.looks > 0 and desk.poller.status().waiting == 0, "for the crowd", seconds=PATIENCE)
            assert len(desk.arrivals) == CROWD
            desk.restart()
            desk.await_look()
            server.append(mail("new"))
            until(lambda: len(desk.arrivals) == CROWD + 1, "for the new one", seconds=PATIENCE)
            assert b"Subject: new\r\n" in desk.arrivals[-1].raw


def test_e10_two_daemons_at_one_mailbox_take_each_mail_once(server: Dovecot, tmp_path: Path) -> None:
    account = account_of(server, poll_seconds=0.1)
    first = Desk(account, tmp_path)
    with first, Desk(account, tmp_path, beside=first):
        for number in range(5):
            server.append_all([mail(f"n{number}-{index}") for index in range(20)])
        until(lambda: server.messages() == {})
        first.await_registered(100)
        assert len(first.registered()) == 100
        registered = set(first.registered())
    assert set(server.messages(ACCEPTED).values()) == registered
