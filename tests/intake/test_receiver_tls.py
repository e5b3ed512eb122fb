"""STARTTLS: what is offered, what is verified, what is dropped, and a certificate that is renewed while we serve."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.certificates import ServerFiles, server_files
from servers.smtp_receiver import HOTLINE, PATIENCE, RunningReceiver, running_receiver

from mailgate.errors import ConfigurationError
from mailgate.intake.certificate import server_certificate
from mailgate.intake.doorkeeper import Access, Limits

MAIL = b"Subject: Pytanie\r\n\r\nx"


@pytest.fixture
def files(tmp_path: Path) -> ServerFiles:
    return server_files(tmp_path)


@pytest.fixture
def server(files: ServerFiles) -> Iterator[RunningReceiver]:
    with running_receiver(access=Access(server_certificate(files.certificate, files.key))) as running:
        yield running


def test_a_mail_is_taken_under_tls(server: RunningReceiver, files: ServerFiles) -> None:
    with server.call() as client:
        client.reply()
        assert "250-STARTTLS" in client.say("EHLO client.example")
        client.start_tls(files.client_context())
        assert isinstance(client.socket, ssl.SSLSocket)
        assert client.socket.version() in ("TLSv1.2", "TLSv1.3")
        assert "STARTTLS" not in client.say("EHLO client.example")
        assert client.deliver(MAIL * 1000).startswith("250 ")
        assert client.say("QUIT").startswith("221 ")
    assert server.spool.arrivals[0].raw == MAIL * 1000 + b"\r\n"


def test_without_a_certificate_tls_is_not_offered() -> None:
    with running_receiver() as server, server.call() as client:
        client.reply()
        assert "STARTTLS" not in client.say("EHLO client.example")
        assert client.say("STARTTLS").startswith("454 ")


def test_what_was_said_before_tls_is_forgotten(server: RunningReceiver, files: ServerFiles) -> None:
    with server.call() as client:
        client.greet().say("MAIL FROM:<jan@urzad.example>")
        client.start_tls(files.client_context())
        assert client.say(f"RCPT TO:<{HOTLINE}>").startswith("503 ")
        assert client.say("MAIL FROM:<jan@urzad.example>").startswith("503 ")
        client.say("EHLO client.example")
        assert client.deliver(MAIL).startswith("250 ")


def test_commands_in_the_segment_of_starttls_are_dropped(server: RunningReceiver, files: ServerFiles) -> None:
    """CVE-2024-34083: they were sent by somebody whom TLS does not vouch for."""
    with server.call() as client:
        client.greet()
        client.start_tls(files.client_context(), b"EHLO evil\r\nMAIL FROM:<evil@evil.example>\r\n")
        assert client.say(f"RCPT TO:<{HOTLINE}>").startswith("503 ")
        client.say("EHLO client.example")
        assert client.deliver(MAIL).startswith("250 ")
    assert [arrival.envelope.sender for arrival in server.spool.arrivals] == ["jan@urzad.example"]


def test_more_commands_than_are_read_at_a_time_are_not_obeyed_either(server: RunningReceiver) -> None:
    mail = f"EHLO evil\r\nMAIL FROM:<>\r\nRCPT TO:<{HOTLINE}>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n"
    with server.call() as client:
        client.greet().send(b"STARTTLS\r\n")
        with contextlib.suppress(ConnectionError):
            client.send((mail * 4000).encode())
            client.socket.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            assert client.reply().startswith("220 ")
            assert not client.reply().startswith("2")
    with server.call() as other:
        assert other.greet().deliver(MAIL) == "250 2.0.0 Ok: taken as 1"


def test_starttls_is_begun_once_and_takes_no_argument(server: RunningReceiver, files: ServerFiles) -> None:
    with server.call() as client:
        client.greet()
        assert client.say("STARTTLS now").startswith("501 ")
        client.start_tls(files.client_context())
        client.say("EHLO client.example")
        assert client.say("STARTTLS").startswith("503 ")
        assert client.deliver(MAIL).startswith("250 ")


@pytest.mark.parametrize("handshake", [b"this is no handshake\r\n\r\n", b""])
def test_a_handshake_that_fails_ends_the_connection_and_nothing_else(
    server: RunningReceiver, handshake: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with server.call() as client:
        client.greet().say("STARTTLS")
        client.send(handshake)
        client.socket.shutdown(socket.SHUT_WR)
        assert client.is_closed()
    with server.call() as other:
        assert other.greet().deliver(MAIL).startswith("250 ")
    assert "TLS handshake failed" in caplog.text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_client_that_goes_away_during_the_handshake_is_counted_out(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet().say("STARTTLS")
    with server.call() as other:
        assert other.greet().deliver(MAIL).startswith("250 ")
    server.begin_stop(0)()
    assert server.guests() == []


def test_stopping_does_not_wait_for_a_handshake(server: RunningReceiver) -> None:
    with server.call() as client:
        client.greet().say("STARTTLS")
        server.begin_stop(PATIENCE)()
        assert server.guests() == []


def test_a_client_that_is_silent_in_the_handshake_is_sent_home(files: ServerFiles) -> None:
    access = Access(server_certificate(files.certificate, files.key))
    with running_receiver(Limits(idle_seconds=0.2), access=access) as server, server.call() as client:
        client.greet().say("STARTTLS")
        assert client.is_closed()


def test_a_client_that_vanishes_under_tls_during_the_commit_does_not_stop_it(
    server: RunningReceiver, files: ServerFiles
) -> None:
    server.spool.open.clear()
    with server.call() as client:
        client.greet().start_tls(files.client_context()).say("EHLO x")
        client.begin().send(MAIL + b"\r\n.\r\n")
        assert server.spool.entered.wait(PATIENCE)
    server.spool.open.set()
    with server.call() as other:
        assert other.greet().deliver(MAIL) == "250 2.0.0 Ok: taken as 1"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
def test_tls_older_than_1_2_is_refused(server: RunningReceiver, files: ServerFiles, version: ssl.TLSVersion) -> None:
    context = files.client_context()
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    with server.call() as client:
        client.greet()
        with pytest.raises((ssl.SSLError, OSError)):
            client.start_tls(context)


def test_where_tls_is_required_nothing_is_taken_without_it(files: ServerFiles) -> None:
    access = Access(server_certificate(files.certificate, files.key), tls_required=True)
    with running_receiver(access=access) as server, server.call() as client:
        client.greet()
        assert client.say("MAIL FROM:<jan@urzad.example>").startswith("530 ")
        assert client.say("RSET").startswith("530 ")
        assert client.say("NOOP").startswith("250 ")
        client.start_tls(files.client_context()).say("EHLO client.example")
        assert client.deliver(MAIL).startswith("250 ")


def test_a_renewed_certificate_is_used_for_the_next_connection(server: RunningReceiver, files: ServerFiles) -> None:
    with server.call() as before:
        before.greet().start_tls(files.client_context()).say("EHLO x")
        renewed = server_files(files.certificate.parent)
        assert before.deliver(MAIL).startswith("250 ")
    with server.call() as client:
        client.greet().start_tls(renewed.client_context())
    with server.call() as client, pytest.raises(ssl.SSLCertVerificationError):
        client.greet().start_tls(files.client_context())


@pytest.mark.parametrize("broken", ["certificate", "key", "both gone"])
def test_a_broken_renewal_leaves_the_former_certificate_and_is_said_once(
    server: RunningReceiver, files: ServerFiles, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    if broken == "both gone":
        files.certificate.unlink()
        files.key.unlink()
    else:
        (files.certificate if broken == "certificate" else files.key).write_text("-----BEGIN NOTHING-----")
    for _ in range(3):
        with server.call() as client:
            client.greet().start_tls(files.client_context())
    said = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(said) == 1
    assert "the former one stays" in said[0].getMessage()
    mended = server_files(files.certificate.parent)
    with server.call() as client:
        client.greet().start_tls(mended.client_context())


def test_certificate_and_key_may_be_replaced_one_after_the_other(server: RunningReceiver, files: ServerFiles) -> None:
    (files.certificate.parent / "new").mkdir()
    renewed = server_files(files.certificate.parent / "new")
    renewed.certificate.replace(files.certificate)
    with server.call() as client:
        client.greet().start_tls(files.client_context())
    renewed.key.replace(files.key)
    with server.call() as client:
        client.greet().start_tls(renewed.client_context())


def test_key_and_certificate_may_stand_in_one_file(files: ServerFiles) -> None:
    files.certificate.write_bytes(files.certificate.read_bytes() + files.key.read_bytes())
    with (
        running_receiver(access=Access(server_certificate(files.certificate, None))) as server,
        server.call() as client,
    ):
        client.greet().start_tls(files.client_context())


def test_a_certificate_that_cannot_be_used_is_a_fault_of_the_configuration(
    files: ServerFiles, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = server_files(tmp_path_factory.mktemp("other"))
    with pytest.raises(ConfigurationError, match="MAILGATE_SMTP_CERTIFICATE"):
        server_certificate(files.certificate, other.key)
    with pytest.raises(ConfigurationError, match="MAILGATE_SMTP_CERTIFICATE"):
        server_certificate(files.certificate.with_name("none.pem"), files.key)


def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked_for_it(files: ServerFiles) -> None:
    locked = files.key.with_name("locked.key")
    command = ["openssl", "pkey", "-in", files.key, "-aes256", "-passout", "pass:tajne", "-out", locked]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(ConfigurationError, match="passphrase"):
        server_certificate(files.certificate, locked)


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
def test_swaks_delivers_under_tls_and_verifies_who_we_are(server: RunningReceiver, files: ServerFiles) -> None:
    command = [
        "swaks", "--server", f"127.0.0.1:{server.port}", "--from", "jan@urzad.example", "--to", HOTLINE, "--tls",
        "--tls-verify", "--tls-ca-path", str(files.authority_file()), "--tls-sni", "csizs.example",
        "--tls-protocol", "tlsv1_2", "--body", "Dzień dobry",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "TLS started" in done.stdout
    assert len(server.spool.arrivals) == 1
