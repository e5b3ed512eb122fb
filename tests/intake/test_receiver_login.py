"""AUTH: under TLS only, by hashed passwords, slow to guess, and silent about who exists."""

from __future__ import annotations

import asyncio
import base64
import io
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.certificates import ServerFiles, server_files
from servers.smtp_receiver import Dialogue, RunningReceiver, running_receiver

from mailgate.cli import main
from mailgate.errors import ConfigurationError
from mailgate.intake.certificate import server_certificate
from mailgate.intake.doorkeeper import Access, Limits
from mailgate.intake.login import Credentials, LoginDesk
from mailgate.intake.passwords import PasswordHash, _scrypt, users_of

MAIL = b"Subject: Pytanie\r\n\r\nx"
PASSWORD = "Zażółć gęślą 1"
BAD = "535 5.7.8 Authentication credentials invalid"


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def plain(name: str, password: str, acting_for: str = "") -> str:
    return "AUTH PLAIN " + base64_of(f"{acting_for}\0{name}\0{password}")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ServerFiles:
    return server_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def context(files: ServerFiles) -> ssl.SSLContext:
    return files.client_context()


@pytest.fixture
def users(tmp_path: Path) -> Path:
    file = tmp_path / "users"
    file.write_text(f"# who may log in\n\njan:{cheap_hash(PASSWORD)}\n", "utf-8")
    return file


def cheap_hash(password: str) -> PasswordHash:
    """One that takes no time to check; the notation is the same."""
    return PasswordHash(4, 8, 1, b"salt" * 4, _scrypt(password.encode(), b"salt" * 4, 4, 8, 1, 32))


@pytest.fixture
def server(files: ServerFiles, users: Path) -> Iterator[RunningReceiver]:
    access = Access(server_certificate(files.certificate, files.key), users=users_of(users))
    with running_receiver(Limits(login_delay_seconds=0.01), access=access) as running:
        yield running


@pytest.fixture
def client(server: RunningReceiver, context: ssl.SSLContext) -> Iterator[Dialogue]:
    with secured(server, context) as dialogue:
        yield dialogue


def secured(server: RunningReceiver, context: ssl.SSLContext) -> Dialogue:
    """A client under TLS that has said EHLO."""
    dialogue = server.call()
    dialogue.greet().start_tls(context)
    assert "250-AUTH PLAIN LOGIN\r\n" in dialogue.say("EHLO client.example")
    return dialogue


def test_without_tls_nobody_can_log_in_and_it_is_not_offered(server: RunningReceiver) -> None:
    with server.call() as client:
        client.reply()
        assert "AUTH" not in client.say("EHLO client.example")
        assert client.say(plain("jan", PASSWORD)).startswith("538 5.7.11 ")


def test_without_users_it_is_not_offered_under_tls_either(files: ServerFiles, context: ssl.SSLContext) -> None:
    with running_receiver(access=Access(server_certificate(files.certificate, files.key))) as server:
        with server.call() as client:
            client.greet().start_tls(context)
            assert "AUTH" not in client.say("EHLO x")
            assert client.say(plain("jan", PASSWORD)).startswith("502 ")


def test_plain_in_one_line_or_two(server: RunningReceiver, context: ssl.SSLContext) -> None:
    with secured(server, context) as one, secured(server, context) as two:
        assert one.say(plain("jan", PASSWORD)).startswith("235 ")
        assert two.say("AUTH PLAIN") == "334 "
        assert two.say(base64_of(f"jan\0jan\0{PASSWORD}")).startswith("235 ")
        assert one.deliver(MAIL).startswith("250 ")
    assert server.spool.arrivals[0].envelope.client == "127.0.0.1 (client.example), logged in as jan"


def test_login_asks_for_name_and_password(client: Dialogue) -> None:
    assert client.say("auth login") == "334 " + base64_of("Username:")
    assert client.say(base64_of("jan")) == "334 " + base64_of("Password:")
    assert client.say(base64_of(PASSWORD)).startswith("235 ")
    assert client.say(plain("jan", PASSWORD)).startswith("503 ")


def test_login_takes_the_name_in_its_first_line(client: Dialogue) -> None:
    assert client.say("AUTH LOGIN " + base64_of("jan")) == "334 " + base64_of("Password:")
    assert client.say(base64_of(PASSWORD)).startswith("235 ")


@pytest.mark.parametrize(
    "attempt",
    [
        plain("jan", "wrong"),
        plain("nobody", PASSWORD),
        plain("nobody", "wrong"),
        plain("jan", ""),
        plain("", ""),
        plain("jan", PASSWORD, acting_for="anna"),
        plain("jan", PASSWORD + "x" * 2000),
        "AUTH PLAIN " + base64_of("jan"),
        "AUTH PLAIN " + base64.b64encode(b"\0\xff\0x").decode(),
        "AUTH PLAIN =",
    ],
)
def test_every_failure_reads_the_same(client: Dialogue, attempt: str) -> None:
    assert client.say(attempt) == BAD
    assert client.say(plain("jan", PASSWORD)).startswith("235 ")


@pytest.mark.parametrize(
    ("attempt", "reply"),
    [
        ("AUTH", "501 "),
        ("AUTH CRAM-MD5", "504 "),
        ("AUTH PLAIN ???", "501 5.5.2 "),
        (b"AUTH PLAIN \xff\xfe", "501 5.5.2 "),
    ],
)
def test_what_is_no_attempt_is_refused(client: Dialogue, attempt: str | bytes, reply: str) -> None:
    assert client.say(attempt).startswith(reply)
    assert client.say(plain("jan", PASSWORD)).startswith("235 ")


def test_a_dialogue_can_be_given_up(client: Dialogue) -> None:
    client.say("AUTH LOGIN")
    assert client.say("*").startswith("501 5.7.0 ")
    assert client.deliver(MAIL).startswith("250 ")


def test_a_response_that_is_too_long_ends_the_connection(client: Dialogue) -> None:
    client.say("AUTH LOGIN")
    client.send(b"x" * 13_000 + b"\r\n")
    assert client.reply().startswith("500 5.5.6 ")
    assert client.is_closed()


def test_the_end_of_an_endless_response_is_not_waited_for(client: Dialogue) -> None:
    client.say("AUTH LOGIN")
    with pytest.raises(OSError):
        for _ in range(100):
            client.send(b"x" * 100_000)


def test_nobody_logs_in_within_a_transaction_or_before_ehlo(server: RunningReceiver, context: ssl.SSLContext) -> None:
    with server.call() as client:
        client.greet().start_tls(context)
        assert client.say(plain("jan", PASSWORD)).startswith("503 ")
        client.say("EHLO x")
        client.say("MAIL FROM:<>")
        assert client.say(plain("jan", PASSWORD)).startswith("503 ")


def test_the_third_failure_ends_the_connection_and_the_tenth_shuts_the_client_out(
    server: RunningReceiver, context: ssl.SSLContext
) -> None:
    for failures in (3, 3, 3, 1):
        with secured(server, context) as client:
            assert [client.say(plain("jan", "wrong")) for _ in range(failures)] == [BAD] * failures
            assert failures < 3 or client.reply().startswith("421 ")
    with secured(server, context) as client:
        assert client.say(plain("jan", PASSWORD)).startswith("421 4.7.0 ")
        assert client.is_closed()


def test_where_log_in_is_required_nothing_is_taken_without_it(
    files: ServerFiles, users: Path, context: ssl.SSLContext
) -> None:
    certificate = server_certificate(files.certificate, files.key)
    access = Access(certificate, users=users_of(users), login_required=True)
    with running_receiver(access=access) as server, secured(server, context) as client:
        assert client.say("MAIL FROM:<jan@urzad.example>").startswith("530 5.7.0 ")
        client.say(plain("jan", PASSWORD))
        assert client.deliver(MAIL).startswith("250 ")
        with server.call() as other:
            assert other.greet().say("MAIL FROM:<>").startswith("530 5.7.0 ")


def test_where_it_is_optional_mail_is_taken_without_it(client: Dialogue) -> None:
    assert client.deliver(MAIL).startswith("250 ")


def test_no_password_and_no_name_stands_in_the_log(
    server: RunningReceiver, context: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"), secured(server, context) as client:
        client.say("AUTH LOGIN")
        client.say(base64_of("jan"))
        client.say(base64_of("tajne hasło"))
        client.say(plain("jan", "tajne hasło"))
        client.say(plain("jan", PASSWORD))
        client.deliver(MAIL)
    assert "rejected" in caplog.text
    for secret in ("tajne", base64_of("tajne hasło"), PASSWORD, base64_of(f"\0jan\0{PASSWORD}"), "jan"):
        assert secret not in caplog.text


def test_users_are_read_anew_and_a_broken_file_changes_nothing(
    server: RunningReceiver, users: Path, context: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    with secured(server, context) as client:
        users.write_text(f"anna:{cheap_hash('hasło Anny')}\n", "utf-8")
        assert client.say(plain("jan", PASSWORD)) == BAD
        users.write_text("anna:password", "utf-8")
        assert client.say(plain("anna", "hasło Anny")).startswith("235 ")
    assert "line 1" in caplog.text
    assert "anna" not in caplog.text


# The file, the hash and the brake, without a server.


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("jan", "line 1"),
        ("# x\njan:tajne-haslo", "line 2"),
        (":$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA", "line 1"),
        ("jan:$scrypt$ln=30,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA", "memory"),
        ("jan:$scrypt$ln=10,r=0,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA", "memory"),
        ("jan:$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdAA$c2FsdHNhbHRzYWx0c2FsdAAAA", "line 1"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_not_repeated(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "users"
    file.write_text(content, "utf-8")
    with pytest.raises(ConfigurationError, match=words) as caught:
        users_of(file)
    assert "MAILGATE_SMTP_USERS" in str(caught.value)
    assert "tajne" not in str(caught.value)


def test_a_name_stands_once(tmp_path: Path) -> None:
    file = tmp_path / "users"
    file.write_text(f"jan:{cheap_hash('a')}\njan:{cheap_hash('b')}\n", "utf-8")
    with pytest.raises(ConfigurationError, match="line 2"):
        users_of(file)


def test_a_hash_is_read_as_it_was_written_and_salted_anew_each_time() -> None:
    one, two = PasswordHash.of(PASSWORD.encode()), PasswordHash.of(PASSWORD.encode())
    assert str(one) != str(two)
    assert PasswordHash.read(str(one)) == one
    assert one.matches(PASSWORD.encode())
    assert not one.matches(PASSWORD.encode() + b"x")


def test_the_command_makes_a_line_that_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    monkeypatch.setattr("sys.argv", ["mailgate", "smtp-user", "jan"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    file = tmp_path / "users"
    file.write_text(capsys.readouterr().out, "utf-8")
    assert users_of(file).current()["jan"].matches(PASSWORD.encode())


def test_a_client_that_was_shut_out_may_come_again_later(users: Path) -> None:
    seconds = 0.0
    desk = LoginDesk(users_of(users), 0.0, lambda: seconds)
    for _ in range(LoginDesk.MOST_FAILURES):
        assert not desk.is_closed_to("192.0.2.1")
        desk._count_failure("192.0.2.1")
    assert desk.is_closed_to("192.0.2.1")
    assert not desk.is_closed_to("192.0.2.2")
    seconds = LoginDesk.FORGET_SECONDS
    assert not desk.is_closed_to("192.0.2.1")


def tries_at_once(desk: LoginDesk, password: str, count: int) -> list[bool]:
    async def all_of_them() -> list[bool]:
        guess = Credentials("jan", password.encode())
        return await asyncio.gather(*(desk.admits(guess, "192.0.2.1") for _ in range(count)))

    return asyncio.run(all_of_them())


def test_many_right_log_ins_of_one_client_at_once_all_pass(users: Path) -> None:
    desk = LoginDesk(users_of(users), 0.0, lambda: 0.0)
    assert tries_at_once(desk, PASSWORD, LoginDesk.MOST_FAILURES + 3) == [True] * (LoginDesk.MOST_FAILURES + 3)


def test_of_many_guesses_at_once_no_more_are_checked_than_of_those_that_come_one_by_one(
    users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = []
    check = PasswordHash.matches
    monkeypatch.setattr(PasswordHash, "matches", lambda own, guess: checked.append(guess) or check(own, guess))
    desk = LoginDesk(users_of(users), 0.0, lambda: 0.0)
    assert not any(tries_at_once(desk, "zgadywane-haslo", LoginDesk.MOST_FAILURES + 10))
    assert len(checked) == LoginDesk.MOST_FAILURES
    assert desk.is_closed_to("192.0.2.1")
