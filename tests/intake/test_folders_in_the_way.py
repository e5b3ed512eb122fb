"""Folders that are renamed, forbidden, full or no folders at all: mail is taken once, and put away when that is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.dovecot import Dovecot
from servers.pollerdesk import Desk, account_of, mail, until
from servers.scriptedimap import ScriptedImap, Session

from mailgate.intake.account import ImapAccount
from mailgate.intake.filing import KEYWORD

pytestmark = [
    pytest.mark.usefixtures("databases"),
    pytest.mark.only_on("sqlite", "what a server allows in its folders has nothing to do with the database"),
]

ACCEPTED = "Przyjęte"
BY_RIGHTS = """
mail_plugins = acl
protocol imap {
  mail_plugins = acl
}
plugin {
  acl = vfile:ROOT/acl:cache_secs=0
}
"""


def grant(server: Dovecot, rights: str) -> None:
    """What may be done with the inbox (RFC 4314), by sessions that begin from now on."""
    (server.root / "acl").write_text(f"INBOX owner {rights}\n")
    server.kill_sessions()


@pytest.mark.parametrize(("rights", "marked"), [("lrs", False), ("lrws", True), ("lrwstp", True)])
def test_rights_that_are_taken_away_leave_the_mail_where_it_is_and_it_is_put_away_when_they_are_given_back(
    tmp_path: Path, rights: str, *, marked: bool
) -> None:
    with Dovecot(extra=BY_RIGHTS) as server:
        grant(server, "lrwstipekxa")
        server.append_all([mail("q1"), mail("q2")])
        grant(server, rights)
        with Desk(account_of(server), tmp_path) as desk:
            desk.await_registered(2)
            until(lambda: all((KEYWORD in flags) == marked for flags in server.flags().values()))
            desk.await_look()
            assert server.count() == 2
            grant(server, "lrwstipekxa")
            until(lambda: len(server.messages(ACCEPTED)) == 2)
            assert len(desk.arrivals) == 2


def test_a_folder_that_may_no_longer_be_read_is_an_outage_and_read_when_it_may(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Dovecot(extra=BY_RIGHTS) as server:
        grant(server, "lrwstipekxa")
        with Desk(account_of(server), tmp_path) as desk:
            desk.await_look()
            grant(server, "l")
            until(lambda: desk.poller.status().trouble is not None)
            grant(server, "lrwstipekxa")
            server.append(mail("q1"))
            desk.await_registered(1)
            until(lambda: "mailbox-back" in caplog.text)
    assert caplog.text.count("mailbox-unreachable") == 1


def test_a_folder_that_is_renamed_while_it_is_read_is_missed_and_read_on_when_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Dovecot() as server:
        with server.client() as client:
            client.create_folder("Wpływ")
        server.append(mail("q1"), folder="Wpływ")
        with Desk(account_of(server, folder="Wpływ"), tmp_path) as desk:
            until(lambda: len(server.messages(ACCEPTED)) == 1)
            with server.client() as client:
                client.rename_folder("Wpływ", "Stare")
            server.append(mail("q2"), folder="Stare")
            until(lambda: desk.poller.status().trouble is not None)
            assert "SELECT Wpływ" in str(desk.poller.status().trouble)
            with server.client() as client:
                client.rename_folder("Stare", "Wpływ")
            until(lambda: len(server.messages(ACCEPTED)) == 2)
            assert len(desk.arrivals) == 2
    assert caplog.text.count("mailbox-unreachable") == 1


def test_an_accepted_folder_that_is_renamed_is_made_again_and_the_old_one_left_alone(tmp_path: Path) -> None:
    with Dovecot() as server, Desk(account_of(server), tmp_path) as desk:
        server.append(mail("q1"))
        until(lambda: len(server.messages(ACCEPTED)) == 1)
        with server.client() as client:
            client.rename_folder(ACCEPTED, "Archiwum")
        server.append(mail("q2"))
        until(lambda: len(server.messages(ACCEPTED)) == 1)
        assert (len(server.messages("Archiwum")), len(desk.arrivals)) == (1, 2)


@pytest.mark.parametrize(
    ("create", "move"),
    [
        ("OK done", "NO [CANNOT] no mailbox"),
        ("NO [ALREADYEXISTS] there", "NO [TRYCREATE] no mailbox"),
        ("NO [ALREADYEXISTS] there", "NO [OVERQUOTA] full"),
        ("NO [NOPERM] not you", "NO [TRYCREATE] no mailbox"),
    ],
)
def test_where_the_accepted_folder_cannot_be_selected_mail_is_taken_once_and_marked(
    tmp_path: Path, create: str, move: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It only stands above other folders, and the server is no help; soon it is asked no more."""

    def only_a_name(session: Session, tag: str, arguments: str) -> None:
        if "Przyj" in arguments:
            session.say('* LIST (\\Noselect \\HasChildren) "/" "Przyj&ARk-te"')
        session.say(f"{tag} OK done")

    with ScriptedImap({uid: mail(f"q{uid}") for uid in range(1, 6)}) as server:
        server.answers["LIST"] = only_a_name
        server.answers["CREATE"] = lambda session, tag, _: session.say(f"{tag} {create}")
        server.answers["UID MOVE"] = lambda session, tag, _: session.say(f"{tag} {move}")
        account = ImapAccount("localhost", server.port, "hotline", "x", tls="none", poll_seconds=0.2)
        with Desk(account, tmp_path) as desk:
            desk.await_registered(5)
            desk.await_look()
            desk.await_look()
            assert (len(desk.arrivals), desk.poller.status().waiting, server.logins) == (5, 0, 1)
        assert server.log.count("UID STORE") == 1
        assert server.log.count("CREATE") + server.log.count("UID MOVE") < 20
    assert caplog.text.count("stays in its folder for this session") == 1
