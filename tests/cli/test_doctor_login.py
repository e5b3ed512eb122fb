"""``mailgate doctor`` on secrets and log-ins: what is wrong, the cure, and nothing secret."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from servers.dovecot import PASSWORD, USER, OAuth2Dovecot
from servers.smtp_sink import SmtpSink
from servers.tokenendpoint import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TokenEndpoint

from mailgate.checkup import examine
from mailgate.clock import utc_now
from mailgate.config import environment_without_settings, load_settings


@pytest.fixture(scope="module")
def endpoint() -> Iterator[TokenEndpoint]:
    with TokenEndpoint() as running:
        yield running


@pytest.fixture(scope="module")
def server(endpoint: TokenEndpoint) -> Iterator[OAuth2Dovecot]:
    with OAuth2Dovecot(endpoint.introspection_url) as running:
        yield running


@pytest.fixture(autouse=True)
def _well(endpoint: TokenEndpoint) -> Iterator[None]:
    yield
    endpoint.refuse(None)
    endpoint.user = USER


def doctor(folder: Path, **settings: str) -> dict[str, tuple[str, str]]:
    """Level and text of each part."""
    environment = environment_of(folder, settings)
    findings = list(examine(load_settings(environment, folder / ".env"), utc_now()))
    told = " ".join(finding.text for finding in findings)
    assert not [secret for secret in (PASSWORD, CLIENT_SECRET, REFRESH_TOKEN, "złe-hasło") if secret in told]
    return {finding.part: (finding.level, finding.text) for finding in findings}


def environment_of(folder: Path, settings: dict[str, str]) -> dict[str, str]:
    fixed = {"MAILGATE_STORAGE": str(folder / "storage"), "MAILGATE_SMTP_LISTEN": "127.0.0.1:0"}
    return fixed | {f"MAILGATE_{name}": value for name, value in settings.items()}


def by_oauth2(endpoint: TokenEndpoint, server: OAuth2Dovecot, sink: SmtpSink, **more: str) -> dict[str, str]:
    user = USER.replace("@", "%40")
    return {
        "IMAP_URL": f"imaps://{user}@localhost:{server.tls_port}/INBOX",
        "SMARTHOST_URL": f"smtp://{user}@127.0.0.1:{sink.port}",
        "TLS_CA_FILE": str(server.cafile),
        "OAUTH2_TOKEN_URL": endpoint.url,
        "OAUTH2_CLIENT_ID": CLIENT_ID,
        "OAUTH2_CLIENT_SECRET": CLIENT_SECRET,
        "OAUTH2_REFRESH_TOKEN": REFRESH_TOKEN,
    } | more


def test_a_log_in_by_oauth2_that_works_is_well(endpoint: TokenEndpoint, server: OAuth2Dovecot, tmp_path: Path) -> None:
    with SmtpSink() as sink:
        parts = doctor(tmp_path, **by_oauth2(endpoint, server, sink))
    assert parts["log-in"][0] == "ok" and "for 60 minutes" in parts["log-in"][1]
    assert parts["mailbox"][0] == "ok"
    assert "takes no OAuth2 tokens" in parts["smarthost"][1]


def test_a_revoked_right_is_one_fault_with_its_step_and_nobody_is_troubled_with_it(
    endpoint: TokenEndpoint, server: OAuth2Dovecot, tmp_path: Path
) -> None:
    endpoint.refuse("invalid_grant", "AADSTS50173")
    with SmtpSink() as sink:
        parts = doctor(tmp_path, **by_oauth2(endpoint, server, sink))
        assert sink.connections == 0
    level, text = parts["log-in"]
    assert level == "fault" and "AADSTS50173" in text and "MAILGATE_OAUTH2_REFRESH_TOKEN" in text
    for part in ("mailbox", "smarthost"):
        assert parts[part][0] == "fault" and "see log-in" in parts[part][1]


def test_what_the_journal_would_say_is_not_said_beside_the_findings(
    endpoint: TokenEndpoint, server: OAuth2Dovecot, tmp_path: Path
) -> None:
    endpoint.refuse("invalid_grant", "AADSTS50173")
    with SmtpSink() as sink:
        told = subprocess.run(
            [sys.executable, "-m", "mailgate", "doctor", "--json"],
            env=environment_without_settings() | environment_of(tmp_path, by_oauth2(endpoint, server, sink)),
            cwd=tmp_path, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert (told.returncode, told.stderr) == (1, "")
    levels = {one["part"]: one["level"] for one in map(json.loads, told.stdout.splitlines())}
    assert levels["log-in"] == "fault"


def test_a_token_that_the_mailbox_refuses_is_a_question_of_rights(
    endpoint: TokenEndpoint, server: OAuth2Dovecot, tmp_path: Path
) -> None:
    endpoint.user = "somebody.else@csizs.example"
    with SmtpSink() as sink:
        parts = doctor(tmp_path, **by_oauth2(endpoint, server, sink))
    assert parts["log-in"][0] == "ok"
    assert parts["mailbox"][0] == "fault" and "the right to this mailbox" in parts["mailbox"][1]


def test_an_end_that_is_near_is_a_warning_with_the_cure(
    endpoint: TokenEndpoint, server: OAuth2Dovecot, tmp_path: Path
) -> None:
    day = (utc_now() + timedelta(days=9)).date()
    with SmtpSink() as sink:
        parts = doctor(tmp_path, **by_oauth2(endpoint, server, sink, OAUTH2_EXPIRES=day.isoformat()))
    level, text = parts["log-in"]
    assert level == "warning" and str(day) in text and "MAILGATE_OAUTH2_REFRESH_TOKEN" in text


def test_a_secret_that_others_can_read_is_a_warning_with_the_command(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40)
    file.chmod(0o644)
    (tmp_path / ".env").write_text("MAILGATE_SMARTHOST_URL=smtps://u:p@smtp.invalid\n")
    (tmp_path / ".env").chmod(0o600)
    level, text = doctor(tmp_path, SECRET_KEY_FILE=str(file))["secrets"]
    assert (level, text.split(": ")[1]) == ("warning", f"chmod 0640 {file}")
    file.chmod(0o640)
    assert doctor(tmp_path, SECRET_KEY_FILE=str(file))["secrets"][0] == "ok"


def test_a_key_that_is_not_the_one_that_signed_until_now_is_a_warning(tmp_path: Path) -> None:
    kept = load_settings(environment_of(tmp_path, {}), tmp_path / ".env").signing_key().decode()

    assert doctor(tmp_path, SECRET_KEY=kept)["secrets"][0] == "ok"
    level, text = doctor(tmp_path, SECRET_KEY="x" * 64)["secrets"]

    assert level == "warning"
    assert "another key" in text
    assert str(tmp_path / "storage" / "secret.key") in text
    assert kept not in text


def test_a_wrong_password_names_its_settings(server: OAuth2Dovecot, tmp_path: Path) -> None:
    url = f"imaps://{USER.replace('@', '%40')}@localhost:{server.tls_port}/INBOX"
    parts = doctor(tmp_path, IMAP_URL=url, IMAP_PASSWORD="złe-hasło", TLS_CA_FILE=str(server.cafile))
    level, text = parts["mailbox"]
    assert level == "fault" and "AUTHENTICATIONFAILED" in text and "MAILGATE_IMAP_URL" in text
