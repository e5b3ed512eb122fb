"""A server that agrees to STARTTLS and then breaks it is out of reach, and nothing is said in the clear or lost."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from servers import brokentls
from servers.brokentls import BrokenTls, Fault
from servers.smtp_sink import SmtpSink

from mailgate.delivery.courier import Accepted, Deferred, SmtpCourier
from mailgate.intake.account import ImapAccount
from mailgate.intake.connection import LoginRefused, SessionLost
from mailgate.intake.mailbox import Mailbox
from mailgate.register.outbox import ClaimedLetter

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LETTER = ClaimedLetter(
    1, "<1@csizs.example>", "anna@urzad.example", "hotline@csizs.example", b"Subject: x\r\n\r\nx\r\n", 0, NOW,
    NOW + timedelta(days=5),
)  # fmt: skip
FAULTS = [
    brokentls.hangs_up, brokentls.resets, brokentls.hangs_up_in_the_middle, brokentls.goes_on_in_the_clear,
    brokentls.has_no_cipher_for_us, brokentls.falls_silent,
]  # fmt: skip


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def cafile(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


def courier_to(port: int, cafile: Path) -> SmtpCourier:
    return SmtpCourier("localhost", port, "starttls", cafile=cafile, local_name="a.example", timeout=1, final_timeout=1)


def never() -> bool:
    pytest.fail("the content was about to leave")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_smarthost_that_breaks_the_handshake_gets_no_letter_and_is_out_of_reach(fault: Fault, cafile: Path) -> None:
    with BrokenTls("smtp", fault) as server:
        outcome = courier_to(server.port, cafile).deliver(LETTER, never)
    assert isinstance(outcome, Deferred)
    assert outcome.unreachable
    assert outcome.reply.startswith("no connection: ")


@pytest.mark.parametrize("fault", FAULTS)
def test_an_imap_server_that_breaks_the_handshake_hears_no_password_and_is_an_outage(
    fault: Fault, cafile: Path
) -> None:
    with BrokenTls("imap", fault) as server:
        account = ImapAccount(
            "localhost",
            server.port,
            "hotline",
            "tajne",
            tls="starttls",
            cafile=cafile,
            connect_seconds=1,
            read_seconds=1,
        )
        with pytest.raises(SessionLost, match=r"^STARTTLS: ") as lost:
            Mailbox(account)
    assert not isinstance(lost.value, LoginRefused)


def test_a_server_that_hangs_up_right_after_the_handshake_is_out_of_reach(authority: trustme.CA, cafile: Path) -> None:
    fault = brokentls.hangs_up_after_the_handshake(context_of(authority.issue_cert("localhost")))
    with BrokenTls("smtp", fault) as server:
        outcome = courier_to(server.port, cafile).deliver(LETTER, never)
    assert isinstance(outcome, Deferred)
    assert outcome.unreachable


def test_a_certificate_that_expires_meanwhile_is_told_at_the_next_connection_and_letters_go_out_with_a_new_one(
    authority: trustme.CA, cafile: Path
) -> None:
    """A connection that stands goes on: what was trusted when it was made is trusted still."""
    past = datetime(2020, 1, 1, tzinfo=UTC)
    expired = context_of(authority.issue_cert("localhost", not_before=past, not_after=past + timedelta(days=1)))
    good = context_of(authority.issue_cert("localhost"))
    with SmtpSink(context=good) as sink:
        courier = courier_to(sink.port, cafile)
        assert isinstance(courier.deliver(LETTER, lambda: True), Accepted)
        sink.context = expired
        assert isinstance(courier.deliver(LETTER, lambda: True), Accepted)
        sink.hang_up()
        outcome = courier.deliver(LETTER, never)
        assert outcome == Deferred(
            "the smarthost's certificate is not trusted: certificate has expired", unreachable=True
        )
        sink.context = good
        assert isinstance(courier.deliver(LETTER, lambda: True), Accepted)
        courier.close()
