"""The certificate with which the SMTP receiver speaks TLS."""

from __future__ import annotations

import ssl
from pathlib import Path

from mailgate.errors import ConfigurationError
from mailgate.intake.watched import Watched


def server_certificate(certificate: Path, key: Path | None) -> Watched[ssl.SSLContext]:
    """A TLS context that follows its files (PEM): certificate with its chain, and key, if that is a file of its own.

    Files that are replaced one after the other do not fit for a moment: the former pair serves until they do.
    Raises ConfigurationError where they cannot be used now.
    """
    files = (certificate,) if key is None else (certificate, key)
    return Watched("certificate for SMTP", files, lambda: _context(certificate, key))


def _context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    try:
        context.load_cert_chain(certificate, key, password=_refuse_to_ask)
    except OSError as fault:
        # The text of OpenSSL names neither file nor content; that of the system is told by its reason.
        reason = getattr(fault, "reason", None) or fault.strerror or "not PEM"
        raise ConfigurationError(
            f"MAILGATE_SMTP_CERTIFICATE: {_told(certificate, key)} cannot be used ({reason}); give a certificate and "
            "its key in PEM, the key without a passphrase, both readable for mailgate"
        ) from None
    except _Encrypted:
        raise ConfigurationError(
            f"MAILGATE_SMTP_KEY: the key in {key or certificate} has a passphrase, and nobody is there to type it; "
            "give a key without one"
        ) from None
    return context


class _Encrypted(Exception):
    """OpenSSL asks for a passphrase; left to itself it would ask on the terminal."""


def _refuse_to_ask() -> str:
    raise _Encrypted


def _told(certificate: Path, key: Path | None) -> str:
    return str(certificate) if key is None else f"{certificate} with {key}"
