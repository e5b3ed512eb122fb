"""The certificate of our own SMTP receiver: it fits its key, and is valid now and for a while."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from mailgate.checkup.finding import Finding, or_well
from mailgate.checkup.receiver import opened_by_systemd
from mailgate.config import Settings
from mailgate.endpoints import is_this_machine
from mailgate.intake.certificate import server_certificate

WARNED_BEFORE = timedelta(days=14)
_RENEW = "renew it; the receiver takes up the new files by itself."


def certificate(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Whether clients can begin TLS.  Raises ConfigurationError where the files cannot be used."""
    smtp = settings.smtp
    places = opened_by_systemd(settings) or ((settings.smtp_listen,) if settings.smtp_listen else ())
    if not places:
        return
    if smtp.certificate is None:
        yield _without([host for host, _ in places])
        return
    server_certificate(smtp.certificate, smtp.key)
    begins, ends = _validity(smtp.certificate)
    well = f"The certificate of the receiver fits its key and is valid until {ends:%Y-%m-%d}."
    yield from or_well(_faults(begins, ends, now), "certificate", well)


def _without(hosts: Sequence[str]) -> Finding:
    if all(host.startswith("/") or is_this_machine(host) for host in hosts):
        return Finding("certificate", "ok", "The receiver is for this machine only and needs no certificate.")
    cure = "set MAILGATE_SMTP_CERTIFICATE, unless a mail server in front does TLS."
    return Finding("certificate", "warning", f"Mail comes over the network without TLS: {cure}")


def _validity(file: Path) -> tuple[datetime, datetime]:
    """From when until when the receiver's own certificate, the first of the file, is valid."""
    from cryptography.x509 import load_pem_x509_certificates

    own = load_pem_x509_certificates(file.read_bytes())[0]
    return own.not_valid_before_utc, own.not_valid_after_utc


def _faults(begins: datetime, ends: datetime, now: datetime) -> Iterator[Finding]:
    if now >= ends:
        yield Finding("certificate", "fault", f"The certificate of the receiver expired on {ends:%Y-%m-%d}: {_RENEW}")
    elif now < begins:
        cure = "check the clock of this machine, or wait."
        yield Finding("certificate", "fault", f"The certificate of the receiver begins on {begins:%Y-%m-%d}: {cure}")
    elif ends - now < WARNED_BEFORE:
        days = (ends - now).days
        told = f"The certificate of the receiver expires on {ends:%Y-%m-%d}, in {days} days"
        yield Finding("certificate", "warning", f"{told}: {_RENEW}")
