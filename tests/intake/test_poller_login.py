"""How the poller logs in: with a password or an OAuth2 token, and what it makes of a refusal."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.dovecot import OAuth2Dovecot
from servers.pollerdesk import Desk, account_of, mail, until
from servers.scriptedimap import ScriptedImap, Session
from servers.tokenendpoint import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TokenEndpoint

from mailgate.intake.account import ImapAccount
from mailgate.intake.connection import LoginRefused, SessionLost, connect, farewell
from mailgate.login.credentials import Password, Proof, Token
from mailgate.login.grant import Grant
from mailgate.login.tokens import TokenSource


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    with TokenEndpoint() as running:
        yield running


def source_of(endpoint: TokenEndpoint, folder: Path) -> TokenSource:
    return TokenSource(Grant(endpoint.url, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN), folder)


@pytest.mark.usefixtures("databases")
@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
@pytest.mark.only_on("sqlite", "how a mailbox is logged in to has nothing to do with the database")
def test_mail_is_taken_with_a_token_and_again_with_a_new_one_when_the_old_is_withdrawn(
    endpoint: TokenEndpoint, tmp_path: Path, mechanism: str, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr("mailgate.login.tokens._YOUNG_SECONDS", 0.0)
    with OAuth2Dovecot(endpoint.introspection_url, mechanisms=mechanism) as server:
        server.append(mail("q1"))
        tokens = source_of(endpoint, tmp_path)
        with Desk(account_of(server, password=None, tokens=tokens, refused_pause=60), tmp_path) as desk:
            desk.await_registered(1)
            desk.await_look()
            endpoint.withdraw()
            server.kill_sessions()
            server.append(mail("q2"))
            desk.await_registered(2)
        assert len(endpoint.requests) == 2
    assert "mailbox-unreachable" not in caplog.text
    assert "ya29.access" not in caplog.text


@pytest.mark.usefixtures("databases")
@pytest.mark.only_on("sqlite", "how a mailbox is logged in to has nothing to do with the database")
def test_a_token_is_renewed_before_its_end_so_that_a_session_follows_the_next(
    endpoint: TokenEndpoint, tmp_path: Path
) -> None:
    """Each session is cut, as Microsoft 365 cuts one whose token has come to its end."""
    endpoint.lifetime = 0.6
    with OAuth2Dovecot(endpoint.introspection_url) as server:
        with Desk(account_of(server, password=None, tokens=source_of(endpoint, tmp_path)), tmp_path) as desk:
            for number in range(1, 4):
                server.append(mail(f"q{number}"))
                desk.await_registered(number)
                asked = len(endpoint.requests)
                until(lambda: not endpoint.any_is_good())
                server.kill_sessions()
                until(lambda asked=asked: len(endpoint.requests) > asked)  # type: ignore[misc]


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_refused_token_is_a_refused_log_in_with_the_servers_reason(
    endpoint: TokenEndpoint, tmp_path: Path, mechanism: str
) -> None:
    endpoint.user = "somebody.else@csizs.example"
    with OAuth2Dovecot(endpoint.introspection_url, mechanisms=mechanism) as server:
        account = account_of(server, password=None, tokens=source_of(endpoint, tmp_path))
        with pytest.raises(LoginRefused) as caught:
            connect(account)
        assert server.log().count("Login: user=") == 0
    assert str(caught.value).startswith("log-in: ")
    assert "invalid_token" in str(caught.value) or "AUTHENTICATIONFAILED" in str(caught.value)
    assert len(endpoint.requests) == 1


def test_a_revoked_grant_never_reaches_the_server_and_names_the_step(endpoint: TokenEndpoint, tmp_path: Path) -> None:
    """The server sees no log-in that must fail, so it has no reason to lock the account."""
    endpoint.refuse("invalid_grant", "AADSTS50173")
    with ScriptedImap() as script:
        account = scripted(script, password=None, tokens=source_of(endpoint, tmp_path))
        for _ in range(3):
            with pytest.raises(LoginRefused, match="put the new refresh token into MAILGATE_OAUTH2_REFRESH_TOKEN"):
                connect(account)
        assert script.logins == 0
    assert len(endpoint.requests) == 1


def test_an_endpoint_out_of_reach_is_an_outage_and_no_refusal(tmp_path: Path) -> None:
    with TokenEndpoint() as gone:
        pass
    with ScriptedImap() as script, pytest.raises(SessionLost, match="cannot be reached") as caught:
        connect(scripted(script, password=None, tokens=source_of(gone, tmp_path)))
    assert type(caught.value) is SessionLost


class Once:
    """Credentials that show one token after the other."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.refused: list[Proof] = []

    def present(self) -> Proof:
        return Token(self.tokens[0])

    def was_refused(self, shown: Proof) -> bool:
        self.refused.append(shown)
        return len(self.tokens) > 1 and bool(self.tokens.pop(0))


def scripted(script: ScriptedImap, **changes: object) -> ImapAccount:
    values = {"host": "127.0.0.1", "port": script.port, "user": "zgłoszenia", "password": "zażółć", "tls": "none"}
    return ImapAccount(**(values | changes))  # type: ignore[arg-type]


def refusing(heard: list[bytes], good: str, complaint: dict[str, str]):  # type: ignore[no-untyped-def]
    """AUTHENTICATE that takes one token and complains of any other in JSON, as Gmail and Microsoft 365 do."""

    def authenticate(session: Session, tag: str, arguments: str) -> None:
        session.say("+ ")
        heard.append(b64decode(session.rfile.readline()))
        if f"Bearer {good}\1".encode() in heard[-1]:
            session.say(f"{tag} OK in")
            return
        session.say(b"+ " + b64encode(json.dumps(complaint).encode()))
        heard.append(b64decode(session.rfile.readline()))
        session.say(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)")

    return authenticate


@pytest.mark.parametrize(
    ("offered", "first", "after_complaint"),
    [
        ("AUTH=XOAUTH2 AUTH=OAUTHBEARER", "user=zgłoszenia\1auth=Bearer old\1\1", b""),
        ("AUTH=OAUTHBEARER", "n,a=zgłoszenia,\1host=127.0.0.1\1port={port}\1auth=Bearer old\1\1", b"\1"),
    ],
)
def test_a_complaint_is_answered_as_its_mechanism_wants_and_a_newer_token_tried_on_the_same_connection(
    offered: str, first: str, after_complaint: bytes
) -> None:
    heard: list[bytes] = []
    with ScriptedImap() as script:
        script.capabilities = f"IMAP4rev1 {offered}"
        script.answers["AUTHENTICATE"] = refusing(heard, "new", {"status": "401"})
        credentials = Once("old", "new")
        farewell(connect(scripted(script, password=None, tokens=credentials)))
        assert script.logins == 1
        assert heard[0].decode() == first.format(port=script.port)
    assert heard[1] == after_complaint
    assert b"Bearer new" in heard[2]
    assert credentials.refused == [Token("old")]


@pytest.mark.parametrize(
    ("complaint", "words"),
    [
        ({"status": "400", "schemes": "Bearer"}, "(400)"),
        ({"status": "invalid_token"}, "(invalid_token)"),
        ({"status": "Bearer bad"}, ""),
    ],
)
def test_the_servers_complaint_is_told_where_it_is_a_plain_word(complaint: dict[str, str], words: str) -> None:
    with ScriptedImap() as script:
        script.capabilities = "IMAP4rev1 AUTH=XOAUTH2"
        script.answers["AUTHENTICATE"] = refusing([], "new", complaint)
        with pytest.raises(LoginRefused) as caught:
            connect(scripted(script, password=None, tokens=Once("bad")))
    told = str(caught.value)
    assert told == f"log-in: [AUTHENTICATIONFAILED] Invalid credentials (Failure) {words}".strip()


def test_a_server_that_takes_no_tokens_is_told() -> None:
    with ScriptedImap() as script, pytest.raises(LoginRefused, match="neither XOAUTH2 nor OAUTHBEARER"):
        connect(scripted(script, password=None, tokens=Once("any")))


def test_where_login_is_disabled_the_password_is_not_said() -> None:
    with ScriptedImap() as script:
        script.capabilities = "IMAP4rev1 LOGINDISABLED"
        with pytest.raises(LoginRefused, match="LOGINDISABLED"):
            connect(scripted(script))
        assert "LOGIN" not in script.log and "AUTHENTICATE" not in script.log


def test_a_password_that_is_not_ascii_is_said_by_plain_and_never_by_login() -> None:
    heard: list[bytes] = []

    def authenticate(session: Session, tag: str, arguments: str) -> None:
        session.say("+ ")
        heard.append(b64decode(session.rfile.readline()))
        session.say(f"{tag} OK in")

    with ScriptedImap() as script:
        script.answers["AUTHENTICATE"] = authenticate
        farewell(connect(scripted(script)))
        assert heard[0].decode() == "\0zgłoszenia\0zażółć"
        script.capabilities = "IMAP4rev1"
        with pytest.raises(LoginRefused, match="not ASCII"):
            connect(scripted(script))
        assert "LOGIN" not in script.log


def test_an_ascii_password_is_said_by_login_where_there_is_no_plain() -> None:
    with ScriptedImap() as script:
        script.capabilities = "IMAP4rev1"
        farewell(connect(scripted(script, user="hotline", password="secret")))
        assert "LOGIN" in script.log


def test_a_password_is_shown_as_it_is_and_never_printed() -> None:
    password = Password("tajne")
    assert password.present() == password and not password.was_refused(password)
    assert "tajne" not in f"{password!r} {Token('tajne')!r}"
