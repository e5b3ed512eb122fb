"""What the poller does with a server of another make: the same story as with Dovecot, told by Cyrus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from servers.cyrus import Cyrus
from servers.pollerdesk import Desk, account_of, idle_soon, idles, mail, until

pytestmark = [
    pytest.mark.usefixtures("databases"),
    pytest.mark.only_on("sqlite", "which make the IMAP server is has nothing to do with the database"),
]

ACCEPTED = "Przyjęte"


@pytest.fixture(scope="module")
def running() -> Iterator[Cyrus]:
    with Cyrus() as server:
        yield server


@pytest.fixture
def server(running: Cyrus) -> Iterator[Cyrus]:
    """The server with an empty mailbox."""
    yield running
    with running.client() as client:
        for name in reversed(running.folders()):
            if name != "INBOX":
                client.delete_folder(name)
        client.select_folder("INBOX")
        if uids := client.search("ALL"):
            client.delete_messages(uids)
            client.expunge()


def test_mail_is_taken_byte_for_byte_with_the_servers_time_and_put_into_a_folder_with_a_polish_name(
    server: Cyrus, tmp_path: Path
) -> None:
    received = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
    raw = mail("zaswiadczenie", "Zażółć gęślą jaźń")
    server.append(raw, at=received, flags=[r"\Seen"])
    with Desk(account_of(server), tmp_path) as desk:
        until(lambda: bool(server.messages(ACCEPTED)))
        assert desk.registered() == [raw]
        assert desk.arrivals[0].envelope.received_at == received
    assert server.messages() == {}
    assert ACCEPTED in server.subscribed()


def test_mail_is_told_of_by_idle(server: Cyrus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    idle_soon(monkeypatch, first=60)
    begun = idles(monkeypatch)
    with Desk(account_of(server, poll_seconds=60), tmp_path) as desk:
        until(lambda: begun() == 1)
        server.append(mail("q1"))
        desk.await_registered(1)
        until(lambda: server.messages() == {})


def test_e24_mail_is_taken_from_a_polish_folder_below_another(server: Cyrus, tmp_path: Path) -> None:
    with server.client() as client:
        client.create_folder("Pytania")
        client.create_folder("Pytania/Świadczenia")
    server.append(mail("q1"), folder="Pytania/Świadczenia")
    changes = {"folder": "Pytania/Świadczenia", "accepted_folder": "Źródło/Przyjęte"}
    with Desk(account_of(server, **changes), tmp_path) as desk:
        desk.await_registered(1)
        until(lambda: len(server.messages("Źródło/Przyjęte")) == 1)
    assert server.messages("Pytania/Świadczenia") == {}


def test_e01_when_the_folder_is_made_anew_known_mail_makes_nothing_new_and_unknown_mail_is_taken(
    server: Cyrus, tmp_path: Path
) -> None:
    with server.client() as client:
        client.create_folder("Wpływ")
    server.append_all([mail("q1"), mail("q2")], folder="Wpływ")
    with Desk(account_of(server, folder="Wpływ"), tmp_path) as desk:
        until(lambda: len(server.messages(ACCEPTED)) == 2)
        with server.client() as client:
            client.delete_folder("Wpływ")
            client.create_folder("Wpływ")
        server.append_all([mail("q2"), mail("q3"), mail("q1")], folder="Wpływ")
        desk.await_registered(3)
        until(lambda: server.messages("Wpływ") == {})
        assert len(desk.registered()) == 3
        assert len({arrival.envelope.uidvalidity for arrival in desk.arrivals}) == 2


def test_a_server_that_dies_and_comes_back_while_mail_is_taken_loses_and_doubles_nothing(
    server: Cyrus, tmp_path: Path
) -> None:
    server.append_all([mail(f"n{number}") for number in range(70)])
    desk = Desk(account_of(server), tmp_path)

    def fall(_: object) -> None:
        if len(desk.batches) == 2:
            server.stop()
            server.start()

    desk.disturb = fall
    with desk:
        desk.await_registered(70)
        until(lambda: server.messages() == {})
        assert len(desk.arrivals) == 70
    assert len(server.messages(ACCEPTED)) == 70


def test_folders_separated_by_dots_below_the_inbox_are_found(tmp_path: Path) -> None:
    with Cyrus(slashes=False, idles=False) as server:
        server.append(mail("q1"))
        with Desk(account_of(server, accepted_folder="Archiwum/Przyjęte"), tmp_path) as desk:
            until(lambda: len(server.messages("INBOX.Archiwum.Przyjęte")) == 1)
            server.append(mail("q2"))
            until(lambda: len(server.messages("INBOX.Archiwum.Przyjęte")) == 2)
            assert len(desk.registered()) == 2
