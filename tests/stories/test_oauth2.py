"""A question comes and goes where mailbox and smarthost let in by OAuth2 alone, and survives what that can bring."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.deployment import Deployment, eventually, form_text, mail
from servers.dovecot import USER, OAuth2Dovecot
from servers.smtp_sink import SmtpSink
from servers.tokenendpoint import CLIENT_ID, CLIENT_SECRET, TokenEndpoint


def lines(caplog: pytest.LogCaptureFixture, event: str) -> list[str]:
    return [line for record in caplog.records if (line := record.getMessage()).startswith(event)]


def test_an_application_takes_mail_and_a_right_that_ends_is_told_before_mail_waits(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        TokenEndpoint(lifetime=4) as endpoint,
        OAuth2Dovecot(endpoint.introspection_url, mechanisms="xoauth2") as server,
        SmtpSink(is_good_token=endpoint.is_good) as sink,
    ):
        user = USER.replace("@", "%40")
        gate = Deployment(
            tmp_path,
            IMAP_URL=f"imaps://{user}@localhost:{server.tls_port}/INBOX",
            SMARTHOST_URL=f"smtp://{user}@127.0.0.1:{sink.port}",
            OAUTH2_TOKEN_URL=endpoint.url,
            OAUTH2_CLIENT_ID=CLIENT_ID,
            OAUTH2_CLIENT_SECRET=CLIENT_SECRET,
            OAUTH2_SCOPE="https://outlook.office365.com/.default",
            TLS_CA_FILE=str(server.cafile),
        )
        with gate.running():
            server.append(mail(form_text()).as_bytes())
            assert {taken.user for taken in sink.await_messages(3, 30)} == {USER}
            assert {one["grant_type"] for one in endpoint.requests} == {"client_credentials"}
            endpoint.refuse("invalid_client", "AADSTS7000222: the secret is expired", status=401)
            [told] = eventually("the journal tells it", lambda: lines(caplog, "login-refused"))
            assert "MAILGATE_OAUTH2_CLIENT_SECRET" in told and "AADSTS7000222" in told
            # The token in hand is still good: mail goes on.
            assert not lines(caplog, "mailbox-unreachable") and not lines(caplog, "smarthost-unreachable")
    assert all(one["status"] == "pending" and one["acknowledged_at"] for one in gate.register())
