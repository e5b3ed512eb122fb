"""What each part of the daemon needs, out of the settings."""

from __future__ import annotations

from pathlib import Path

from mailgate.config import Settings
from mailgate.delivery.courier import Courier, MaildirCourier, SmtpCourier
from mailgate.endpoints import Smarthost
from mailgate.intake.account import ImapAccount
from mailgate.intake.certificate import server_certificate
from mailgate.intake.doorkeeper import Access
from mailgate.intake.passwords import users_of
from mailgate.login.credentials import Credentials
from mailgate.login.tokens import TokenSource
from mailgate.settings.smtp import SmtpSettings


def token_source(settings: Settings) -> TokenSource | None:
    """Where OAuth2 tokens come from, one for all log-ins; None where nobody logs in by OAuth2."""
    return TokenSource(settings.oauth2, settings.storage, settings.tls_ca_file) if settings.oauth2 else None


def courier_to(
    smarthost: Smarthost | Path, our_domain: str, ca_file: Path | None, tokens: Credentials | None = None
) -> Courier:
    """A courier for the configured smarthost or Maildir; ``tokens`` serve where the smarthost has no password."""
    if isinstance(smarthost, Path):
        return MaildirCourier(smarthost)
    return SmtpCourier(
        smarthost.host,
        smarthost.port,
        smarthost.tls,
        smarthost.user,
        smarthost.password,
        cafile=ca_file,
        local_name=our_domain,
        tokens=tokens if smarthost.password is None else None,
    )


def smtp_access(smtp: SmtpSettings) -> Access:
    """Certificate, users and proxies of the SMTP receiver; raises ConfigurationError where a file cannot be used."""
    return Access(
        certificate=server_certificate(smtp.certificate, smtp.key) if smtp.certificate else None,
        tls_required=smtp.tls_required,
        users=users_of(smtp.users) if smtp.users else None,
        login_required=smtp.login_required,
        proxies=smtp.proxies,
    )


def imap_account(settings: Settings, tokens: Credentials | None = None) -> ImapAccount | None:
    """The mailbox as the poller wants it, None where none is configured; ``tokens`` serve where it has no password."""
    mailbox = settings.mailbox
    if mailbox is None:
        return None
    return ImapAccount(
        host=mailbox.host,
        port=mailbox.port,
        user=mailbox.user,
        password=mailbox.password,
        folder=mailbox.folder,
        tls=mailbox.tls,
        accepted_folder=settings.mailbox_accepted_folder,
        poll_seconds=settings.imap_poll_seconds,
        max_message_bytes=settings.max_message_bytes,
        cafile=settings.tls_ca_file,
        tokens=tokens if mailbox.password is None else None,
    )
