"""How the courier logs in to a smarthost: passwords in any characters, OAuth2 tokens, and a right that is revoked."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hmac import new as hmac
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult
from servers.smtp_sink import SmtpSink
from servers.tokenendpoint import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TokenEndpoint
from sqlalchemy import Engine
from sqlmodel import select

from mailgate.delivery.courier import Accepted, Deferred, SmtpCourier
from mailgate.delivery.dispatcher import Dispatcher
from mailgate.delivery.outage import SmarthostOutage
from mailgate.login.credentials import Proof, Token
from mailgate.login.grant import Grant
from mailgate.login.tokens import TokenSource
from mailgate.register import outbox
from mailgate.register.database import reading, unit_of_work
from mailgate.register.outbox import ClaimedLetter
from mailgate.register.tables import LetterRow

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
USER = "hotline@csizs.example"
PASSWORD = "zażółć gęślą jaźń"


def letter(id: int = 1) -> ClaimedLetter:
    return ClaimedLetter(id, f"<{id}@csizs.example>", "a@urzad.example", USER, b"Subject: x\r\n\r\nx\r\n", 0, NOW,
                         NOW + timedelta(days=5))  # fmt: skip


def always() -> bool:
    return True


class Door:
    """A handler for aiosmtpd that lets in by password or by a token that the endpoint gave."""

    def __init__(self, endpoint: TokenEndpoint | None = None) -> None:
        self.endpoint = endpoint
        self.taken = 0
        self.said: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        assert session.authenticated
        self.taken += 1
        return "250 taken"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        return await self._by_token(server, args, "user={user}\1auth=Bearer {token}\1\1")

    async def auth_OAUTHBEARER(self, server: SMTP, args: list[str]) -> AuthResult:
        port = server.transport.get_extra_info("sockname")[1]
        pattern = "n,a={user},\1host=localhost\1port=" + str(port) + "\1auth=Bearer {token}\1\1"
        return await self._by_token(server, args, pattern)

    async def _by_token(self, server: SMTP, args: list[str], pattern: str) -> AuthResult:
        """As Gmail and Microsoft 365: the reason in a challenge, which must be answered before the verdict."""
        said = await server.challenge_auth("") if len(args) == 1 else None
        assert said is not MISSING and isinstance(said, bytes), "a token is too long for the command line"
        self.said.append(said)
        token = said.decode().partition("Bearer ")[2].rstrip("\1")
        assert said.decode() == pattern.format(user=USER, token=token)
        assert self.endpoint is not None
        if self.endpoint.is_good(token):
            return AuthResult(success=True, auth_data=USER)
        answer = await server.challenge_auth('{"status":"400","schemes":"Bearer","scope":"https://mail.example/"}')
        assert isinstance(answer, bytes)
        self.said.append(answer)
        return AuthResult(success=False, handled=False)


class LongLines(SMTP):
    """Tokens of Microsoft 365 have some 2,000 characters."""

    line_length_limit = 12288


class Server(Controller):
    """aiosmtpd behind TLS from the first byte, with an own choice of mechanisms."""

    def factory(self) -> SMTP:
        return LongLines(self.handler, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def cafile(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    with TokenEndpoint(token_length=2000) as running:
        yield running


def server_of(door: Door, authority: trustme.CA, without: tuple[str, ...] = ("LOGIN", "PLAIN")) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return Server(door, "127.0.0.1", 0, ssl_context=context, auth_require_tls=False, auth_exclude_mechanism=without)


def courier_to(server: Server, cafile: Path, tokens: Any) -> SmtpCourier:
    return SmtpCourier("localhost", server.port, "implicit", USER, None, timeout=5.0, cafile=cafile, tokens=tokens)


def source_of(endpoint: TokenEndpoint, folder: Path) -> TokenSource:
    return TokenSource(Grant(endpoint.url, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN), folder)


@pytest.mark.parametrize(("other", "answer"), [("OAUTHBEARER", b""), ("XOAUTH2", b"\1")])
def test_letters_go_out_with_tokens_and_a_withdrawn_one_is_replaced_on_the_same_connection(
    endpoint: TokenEndpoint, authority: trustme.CA, cafile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    other: str, answer: bytes,
) -> None:  # fmt: skip
    monkeypatch.setattr("mailgate.login.tokens._YOUNG_SECONDS", 0.0)
    door = Door(endpoint)
    server = server_of(door, authority, without=("LOGIN", "PLAIN", other))
    server.start()
    try:
        courier = courier_to(server, cafile, source_of(endpoint, tmp_path))
        assert isinstance(courier.deliver(letter(), always), Accepted)
        courier.close()
        endpoint.withdraw()
        assert isinstance(courier.deliver(letter(2), always), Accepted)
        courier.close()
    finally:
        server.stop()
    assert door.taken == 2
    assert door.said[2] == answer
    assert len(endpoint.requests) == 2


def test_a_token_that_is_refused_is_our_trouble_with_the_smarthosts_reason_and_not_the_token(
    endpoint: TokenEndpoint, authority: trustme.CA, cafile: Path, tmp_path: Path
) -> None:
    class Strange:
        def present(self) -> Proof:
            return Token("nobody-gave-it" * 40)

        def was_refused(self, shown: Proof) -> bool:
            return False

    server = server_of(Door(endpoint), authority)
    server.start()
    try:
        outcome = courier_to(server, cafile, Strange()).deliver(letter(), always)
    finally:
        server.stop()
    assert outcome == Deferred("535 5.7.8 Authentication credentials invalid (400)", unreachable=True)


def test_a_smarthost_that_takes_no_tokens_is_told() -> None:
    class Some:
        def present(self) -> Proof:
            return Token("some")

        def was_refused(self, shown: Proof) -> bool:
            return False

    with SmtpSink(credentials=(USER, PASSWORD)) as sink:
        outcome = SmtpCourier("127.0.0.1", sink.port, "none", USER, tokens=Some()).deliver(letter(), always)
        assert not any(command.startswith("AUTH") for command in sink.commands)
    assert isinstance(outcome, Deferred) and "takes no OAuth2 tokens" in outcome.reply


def test_a_password_in_polish_letters_logs_in() -> None:
    with SmtpSink(credentials=("zgłoszenia", PASSWORD)) as sink:
        courier = SmtpCourier("127.0.0.1", sink.port, "none", "zgłoszenia", PASSWORD)
        assert isinstance(courier.deliver(letter(), always), Accepted)
        courier.close()
        assert sink.messages[0].user == "zgłoszenia"


class TestOlderMechanisms:
    """Where a smarthost has no PLAIN."""

    def deliver(self, sink: SmtpSink) -> object:
        courier = SmtpCourier("127.0.0.1", sink.port, "none", "zgłoszenia", PASSWORD, timeout=5.0)
        try:
            return courier.deliver(letter(), always)
        finally:
            courier.close()

    def test_login_says_user_and_password_apart(self, scripted_login: None) -> None:
        with SmtpSink(extensions=("AUTH LOGIN",)) as sink:
            sink.script("AUTH", "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 in")
            assert isinstance(self.deliver(sink), Accepted)
            said = [b64encode(text.encode()).decode() for text in ("zgłoszenia", PASSWORD)]
            assert sink.commands[1:4] == ["AUTH LOGIN", *said]

    def test_cram_md5_answers_the_challenge(self, scripted_login: None) -> None:
        with SmtpSink(extensions=("AUTH CRAM-MD5",)) as sink:
            sink.script("AUTH", "334 " + b64encode(b"<1@sink>").decode(), "235 in")
            assert isinstance(self.deliver(sink), Accepted)
            digest = hmac(PASSWORD.encode(), b"<1@sink>", "md5").hexdigest()
            assert sink.commands[2] == b64encode(f"zgłoszenia {digest}".encode()).decode()

    def test_a_refused_user_is_told_no_password(self, scripted_login: None) -> None:
        with SmtpSink(extensions=("AUTH LOGIN",)) as sink:
            sink.script("AUTH", "334 VXNlcm5hbWU6", "535 5.7.8 no such user")
            assert self.deliver(sink) == Deferred("535 5.7.8 no such user", unreachable=True)
            assert len([line for line in sink.commands if line.startswith("AUTH")]) == 1

    def test_without_a_mechanism_that_we_know_no_password_is_said(self) -> None:
        with SmtpSink(extensions=("AUTH GSSAPI",)) as sink:
            outcome = self.deliver(sink)
            assert isinstance(outcome, Deferred) and "PLAIN, LOGIN and CRAM-MD5" in outcome.reply
            assert [command.split()[0] for command in sink.commands] == ["ehlo"]

    @pytest.fixture
    def scripted_login(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The sink takes the lines of a log-in as they come, and answers by its script."""
        from servers import smtp_sink

        def by_script(session: Any, line: str) -> None:
            answer = session._sink._next("AUTH", "535 5.7.8 no")
            session._say(answer)
            while answer.startswith("334"):
                session._sink._note(session._line())
                answer = session._sink._next("AUTH", "535 5.7.8 no")
                session._say(answer)

        monkeypatch.setattr(smtp_sink._Session, "_log_in", by_script)


def test_e18_a_revoked_right_keeps_the_outbox_names_the_step_and_storms_nobody(
    endpoint: TokenEndpoint, engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """HARD-CASES E18."""
    endpoint.refuse("invalid_grant", "AADSTS50173: revoked")
    tokens = source_of(endpoint, tmp_path)
    with unit_of_work(engine) as session:
        outbox.enqueue(session, [
            outbox.NewLetter(
                message_id=f"<{n}@csizs.example>", token=f"t{n}", kind="acknowledgement", role="clerk", effect="none",
                recipient="a@urzad.example", envelope_sender=USER, subject="x", question_ids=(), content=b"x\r\n",
                created_at=NOW,
            )
            for n in range(3)
        ])  # fmt: skip
    with SmtpSink(extensions=("AUTH XOAUTH2",)) as sink:
        dispatcher = Dispatcher(
            engine,
            lambda: SmtpCourier("127.0.0.1", sink.port, "none", USER, tokens=tokens),
            "test",
            clock=lambda: NOW,
        )
        for _ in range(5):
            dispatcher.drain()
        assert sink.connections == 0
    assert len(endpoint.requests) == 1
    with reading(engine) as session:
        rows = session.exec(select(LetterRow)).all()
        assert [(row.state, row.attempts) for row in rows] == [("queued", 0)] * 3
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split()[0] for line in lines] == ["login-refused", "smarthost-unreachable"]
    assert all("put the new refresh token into MAILGATE_OAUTH2_REFRESH_TOKEN" in line for line in lines)


@pytest.mark.parametrize(
    ("reply", "shortest"), [("535 5.7.8 not you", 60.0), ("421 busy", 5.0), ("no connection", 5.0)]
)
def test_after_a_refused_log_in_the_smarthost_is_left_alone_for_longer(reply: str, shortest: float) -> None:
    outage = SmarthostOutage(lambda: 0.0, lambda: 0.0)
    outage.begun(reply)
    assert outage.seconds_left() == shortest
