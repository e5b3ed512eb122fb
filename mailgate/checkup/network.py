"""Why another server cannot be reached, and what helps: told from the error at the bottom of a chain of them."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator

# OpenSSL's verify codes (openssl-verification-options(1)).
_EXPIRED, _NOT_YET, _OTHER_HOST = 10, 9, 62


def cure(fault: BaseException, setting: str) -> str | None:
    """What to do, in a half-sentence that names the setting; None where the error tells nothing more."""
    for one in _chain(fault):
        match one:
            case ssl.SSLCertVerificationError(verify_code=code):
                return _distrusted(code, setting)
            case ssl.SSLError():
                return f"TLS does not come about there: check the port and the kind of TLS in {setting}."
            case smtplib.SMTPNotSupportedError():
                return f"let the server offer STARTTLS, or write smtps://HOST:465 into {setting}."
            case socket.gaierror():
                return f"correct the host's name in {setting}, or mend the name service of this machine."
            case ConnectionRefusedError():
                return f"start the server, or correct host and port in {setting}."
            case TimeoutError():
                return f"correct host and port in {setting}, or open the firewall between."
    return None


def _distrusted(code: int, setting: str) -> str:
    if code == _EXPIRED:
        return "whoever runs that server must renew its certificate, if the clock of this machine is right."
    if code == _NOT_YET:
        return "check the clock of this machine: the certificate of that server is not valid yet."
    if code == _OTHER_HOST:
        return f"write the host into {setting} as its certificate names it."
    return "name the file with the certificate of its authority in MAILGATE_TLS_CA_FILE."


def _chain(fault: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = fault
    while one is not None:
        yield one
        one = one.__cause__ or one.__context__
