"""The real daemon with every kind of secret: none shows in the journal, in command lines or in the children's environment."""

from __future__ import annotations

import base64
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers.deployment import HOTLINE, eventually, form_text, mail
from servers.dovecot import PASSWORD, USER, OAuth2Dovecot
from servers.smtp_sink import SmtpSink
from servers.tokenendpoint import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TokenEndpoint

from mailgate.config import environment_without_settings

SMTP_PASSWORD = "hasło-do-wysyłki ąęś"
KEY = "tajny-klucz-znaczników-" * 2

pytestmark = pytest.mark.only_on("sqlite", "each daemon here makes a register of its own")


class Running:
    """``mailgate run`` as a process of its own; ``journal`` is what it wrote so far."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        environment = {
            "MAILGATE_STORAGE": str(folder / "storage"), "MAILGATE_SMTP_LISTEN": "127.0.0.1:0",
            "MAILGATE_HOTLINE": f"Hot-line CSIZS <{HOTLINE}>", "MAILGATE_CONSULTANTS": "Anna <anna@wsparcie.example>",
        }  # fmt: skip
        self._lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mailgate", "run"],
            env=environment_without_settings() | environment | settings,
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.append(line)

    @property
    def journal(self) -> str:
        return "".join(self._lines)

    def says(self, words: str) -> None:
        try:
            eventually(words, lambda: words in self.journal or self.process.poll() is not None)
        finally:
            assert words in self.journal, self.journal

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self._reader.join(60)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def children(self) -> list[int]:
        """All processes that descend from the daemon."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found[1:]


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Running]:
    daemon = Running(folder, settings)
    try:
        yield daemon
    finally:
        daemon.end()


def spellings(secrets: Sequence[str]) -> Iterator[bytes]:
    """A secret as it is, and as a log-in says it."""
    for secret in secrets:
        yield secret.encode()
        yield base64.b64encode(secret.encode()).rstrip(b"=")
        yield repr(secret.encode()).encode()[2:-1]


def shown_by(daemon: Running, secrets: Sequence[str]) -> list[tuple[str, bytes]]:
    """Where a secret shows that must not."""
    children = daemon.children()
    assert children, "the reading processes run"
    places = {"the journal": daemon.journal.encode()}
    for pid in (daemon.process.pid, *children):
        places[f"the command line of {pid}"] = Path(f"/proc/{pid}/cmdline").read_bytes()
    for pid in children:
        places[f"the environment of {pid}"] = Path(f"/proc/{pid}/environ").read_bytes()
    return [(name, secret) for name, content in places.items() for secret in spellings(secrets) if secret in content]


def test_passwords_in_the_environment_do_not_show_also_where_they_are_refused(tmp_path: Path) -> None:
    with TokenEndpoint() as endpoint, OAuth2Dovecot(endpoint.introspection_url) as server:
        with (
            SmtpSink(credentials=(USER, SMTP_PASSWORD)) as sink,
            running(
                tmp_path,
                MAILGATE_IMAP_URL=f"imaps://{USER.replace('@', '%40')}@localhost:{server.tls_port}/INBOX",
                MAILGATE_IMAP_PASSWORD=PASSWORD,
                MAILGATE_SMARTHOST_URL=f"smtp://{USER.replace('@', '%40')}@127.0.0.1:{sink.port}",
                MAILGATE_SMARTHOST_PASSWORD=SMTP_PASSWORD,
                MAILGATE_SECRET_KEY=KEY,
                MAILGATE_TLS_CA_FILE=str(server.cafile),
            ) as daemon,
        ):
            daemon.says("from the mailbox")
            server.append(mail(form_text()).as_bytes())
            sink.await_messages(2, 30)
            server.set_password("another")
            sink.credentials = (USER, "another")
            sink.hang_up()

            def refused() -> bool:
                """Dovecot looks for a changed password once a second at most, so one session may follow the other."""
                server.kill_sessions()
                return "AUTHENTICATIONFAILED" in daemon.journal

            eventually("the old password is refused", refused)
            daemon.says("mailbox-unreachable")
            secrets = (PASSWORD, SMTP_PASSWORD, KEY)
            # The daemon itself was given them there, so this is how one that shows would be found.
            given = Path(f"/proc/{daemon.process.pid}/environ").read_bytes()
            assert all(secret.encode() in given for secret in secrets)
            assert shown_by(daemon, secrets) == []


def test_oauth2_secrets_from_files_and_credentials_do_not_show_also_where_they_are_revoked(tmp_path: Path) -> None:
    """And the refresh token that replaced them, and the access tokens, do not either."""
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "MAILGATE_OAUTH2_REFRESH_TOKEN").write_text(REFRESH_TOKEN + "\n")
    (tmp_path / "client-secret").write_text(CLIENT_SECRET + "\n")
    with TokenEndpoint(rotating=True, lifetime=4) as endpoint, OAuth2Dovecot(endpoint.introspection_url) as server:
        with running(
            tmp_path,
            CREDENTIALS_DIRECTORY=str(credentials),
            MAILGATE_IMAP_URL=f"imaps://{USER.replace('@', '%40')}@localhost:{server.tls_port}/INBOX",
            MAILGATE_OAUTH2_TOKEN_URL=endpoint.url,
            MAILGATE_OAUTH2_CLIENT_ID=CLIENT_ID,
            MAILGATE_OAUTH2_CLIENT_SECRET_FILE=str(tmp_path / "client-secret"),
            MAILGATE_TLS_CA_FILE=str(server.cafile),
        ) as daemon:
            daemon.says("from the mailbox")
            server.append(mail(form_text()).as_bytes())
            daemon.says("letter-accepted")
            before = endpoint.refresh_token
            endpoint.refuse("invalid_grant", f"AADSTS50173 {before}")
            # While the token in hand is still good.
            daemon.says("login-refused")
            secrets = (CLIENT_SECRET, REFRESH_TOKEN, before, "ya29.access", "0.refresh-")
            assert shown_by(daemon, secrets) == []


def test_a_database_that_refuses_does_not_make_us_print_its_password(tmp_path: Path) -> None:
    with SmtpSink() as nobody:
        pass
    url = f"postgresql+psycopg://mailgate:tajne-haslo@127.0.0.1:{nobody.port}/mailgate"
    with running(tmp_path, MAILGATE_DATABASE_URL=url) as daemon:
        daemon.process.wait(60)
    assert daemon.process.returncode != 0
    assert daemon.journal
    assert "tajne" not in daemon.journal
