"""The settings of the SMTP receiver, and what they need of each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

NAMES = {
    "SMTP_CERTIFICATE", "SMTP_KEY", "SMTP_TLS", "SMTP_USERS", "SMTP_AUTH", "SMTP_PROXY_FROM", "SMTP_CLIENT_CONNECTIONS",
    "SMTP_CLIENT_MAILS_PER_MINUTE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How clients may come in by SMTP, and how often; paths are those of files that were there at the start."""

    certificate: Path | None
    key: Path | None
    """None: it stands in the certificate's file."""
    tls_required: bool
    users: Path | None
    login_required: bool
    proxies: tuple[IPv4Network | IPv6Network, ...]
    client_connections: int
    client_mails_per_minute: int


def missing_partners(given: Collection[str]) -> Iterator[str]:
    """A sentence for each of the given names (without prefix) that means nothing without another."""
    needs = (
        ("SMTP_KEY", "SMTP_CERTIFICATE", "a key alone serves nothing"),
        ("SMTP_TLS", "SMTP_CERTIFICATE", "without a certificate no client could begin TLS"),
        ("SMTP_USERS", "SMTP_CERTIFICATE", "passwords are taken under TLS only"),
        ("SMTP_AUTH", "SMTP_USERS", "without users nobody could log in"),
    )
    for name, partner, because in needs:
        if name in given and partner not in given:
            yield f"MAILGATE_{name}: set MAILGATE_{partner} too, for {because}"
