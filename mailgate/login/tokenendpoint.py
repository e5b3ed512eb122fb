"""One request to the token endpoint, and its answer as a value (RFC 6749 sections 4.4, 5 and 6).

Redirections are not followed and answers not repeated: the request holds a secret, the answer another.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

from mailgate.login.credentials import GrantRefused, NoToken
from mailgate.login.grant import Grant, renewal

WAIT_SECONDS = 10.0
"""For each answer of the network."""
WHOLE_SECONDS = 25.0
"""For the whole request: an endpoint that drips its answer must not hold up every log-in."""
_LONGEST_ANSWER = 65536
_USUAL_SECONDS = 600.0
"""Taken where the endpoint does not tell how long a token lives (RFC 6749 section 5.1 only recommends it)."""
_TOKEN = re.compile(r"[\x21-\x7e]+")
_REFRESH_TOKEN = re.compile(r"[\x20-\x7e]+")
"""RFC 6749 appendix A.17.  What is none would be kept in the place of one that serves, and could never be shown."""
_CHECK_URL = "correct MAILGATE_OAUTH2_TOKEN_URL"
_WORD = re.compile(r"[a-z_]{1,60}")
_MICROSOFT = re.compile(r"AADSTS\d+")


@dataclass(frozen=True, slots=True)
class Issued:
    """What the endpoint gave; durations are seconds from now.

    ``refresh_token`` is the one that replaces ours; ``refresh_seconds`` how long the refresh token in force lives.
    """

    access_token: str = field(repr=False)
    seconds: float
    refresh_token: str | None = field(default=None, repr=False)
    refresh_seconds: float | None = None


def request_token(grant: Grant, refresh_token: str | None, cafile: Path | None = None) -> Issued:
    """Ask once, with the refresh token that is in force, if the grant is of that kind.

    ``cafile`` adds authorities (PEM) to the system's.  Raises NoToken, and its GrantRefused where a person is needed.
    """
    with _network(grant):
        status, body = _exchanged(grant, urlencode(_form(grant, refresh_token)), cafile)
    answer = _object(body)
    if status == 200:
        return _issued(answer)
    raise _refusal(grant, status, answer)


def _form(grant: Grant, refresh_token: str | None) -> dict[str, str]:
    """The secret stands in the body, as both Microsoft and Google describe it."""
    form = {"client_id": grant.client_id}
    if refresh_token is not None:
        form |= {"grant_type": "refresh_token", "refresh_token": refresh_token}
    else:
        form["grant_type"] = "client_credentials"
    if grant.client_secret is not None:
        form["client_secret"] = grant.client_secret
    if grant.scope is not None:
        form["scope"] = grant.scope
    return form


def _exchanged(grant: Grant, form: str, cafile: Path | None) -> tuple[int, bytes]:
    """Status and body.  Raises OSError, HTTPException, and ValueError for a body beyond measure."""
    parts = urlsplit(grant.token_url)
    connection = (HTTPSConnection if parts.scheme == "https" else HTTPConnection)(parts.hostname or "", parts.port)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", "Connection": "close"}
    end = monotonic() + WHOLE_SECONDS
    plain = _reached(connection.host, connection.port, end)
    try:
        with _cut_after(end - monotonic(), plain):
            connection.sock = _secured(plain, connection.host, cafile) if parts.scheme == "https" else plain
            connection.request("POST", path, form.encode("ascii"), headers)
            response = connection.getresponse()
            body = response.read(_LONGEST_ANSWER + 1)
    finally:
        connection.close()
        plain.close()
    if len(body) > _LONGEST_ANSWER:
        raise ValueError
    return response.status, body


def _reached(host: str, port: int, end: float) -> socket.socket:
    """A connection to one of the host's addresses.

    Not by the library, which would give each of them its full time: a provider has many, and a firewall may swallow all.
    """
    fault = OSError("it has no address")
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        left = end - monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((str(address[0]), int(address[1])), timeout=min(WAIT_SECONDS, left))
        except OSError as error:
            fault = error
    raise fault


def _secured(plain: socket.socket, host: str, cafile: Path | None) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    if cafile is not None:
        context.load_verify_locations(cafile)
    return context.wrap_socket(plain, server_hostname=host)


@contextmanager
def _cut_after(seconds: float, connected: socket.socket) -> Iterator[None]:
    """Cut the connection when time is up; whoever waits for it then gets an error."""
    # TLS takes the socket's descriptor away from it, so this has one of its own.
    own = connected.dup()

    def cut() -> None:
        with suppress(OSError):
            own.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        own.close()


@contextmanager
def _network(grant: Grant) -> Iterator[None]:
    """Errors as sentences: nothing of what was sent or received is in them."""
    host = urlsplit(grant.token_url).hostname
    try:
        yield
    except ssl.SSLCertVerificationError as fault:
        raise NoToken(f"the certificate of the token endpoint {host} is not trusted: {fault.verify_message}") from None
    except OSError as fault:
        raise NoToken(
            f"the token endpoint {host} cannot be reached: {fault.strerror or type(fault).__name__}"
        ) from None
    except (HTTPException, ValueError) as fault:
        raise NoToken(f"the token endpoint {host} does not speak HTTP as it should: {type(fault).__name__}") from None


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object that an answer is; empty for anything else."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _issued(answer: dict[str, Any]) -> Issued:
    token, kind = answer.get("access_token"), str(answer.get("token_type", "Bearer"))
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise NoToken("the token endpoint's answer holds no access token: check MAILGATE_OAUTH2_TOKEN_URL")
    if kind.lower() != "bearer":
        raise NoToken("the token endpoint gives tokens of another kind than Bearer, which mail servers do not take")
    refresh = answer.get("refresh_token")
    # The first name is Microsoft's and Google's, the second Keycloak's.
    refresh_seconds = _seconds(answer.get("refresh_token_expires_in")) or _seconds(answer.get("refresh_expires_in"))
    return Issued(
        token,
        _seconds(answer.get("expires_in")) or _USUAL_SECONDS,
        refresh if isinstance(refresh, str) and _REFRESH_TOKEN.fullmatch(refresh) else None,
        refresh_seconds,
    )


def _seconds(value: object) -> float | None:
    """A duration, which some endpoints write as a text; None for none, or for nonsense."""
    try:
        seconds = float(value) if isinstance(value, (int, float, str)) else 0.0
    except (ValueError, OverflowError):
        return None
    return seconds if 0 < seconds < 1e10 else None


def _refusal(grant: Grant, status: int, answer: dict[str, Any]) -> NoToken:
    word = answer.get("error")
    error = word if isinstance(word, str) and _WORD.fullmatch(word) else None
    if 300 <= status <= 399:
        return GrantRefused("the token endpoint redirects us, and a secret is not sent on: " + _CHECK_URL)
    if status == 429 or status >= 500 or error in ("temporarily_unavailable", "server_error"):
        return NoToken(f"the token endpoint cannot serve now (HTTP {status})")
    if error is None:
        return GrantRefused(f"what answers is no token endpoint (HTTP {status}): {_CHECK_URL}")
    told = _MICROSOFT.search(str(answer.get("error_description", "")))
    reason = f"{error}, {told[0]}" if told else error
    return GrantRefused(f"the token endpoint refuses us ({reason}): {_cure(grant, error)}")


def _cure(grant: Grant, error: str) -> str:
    """The exact step to take, by the error codes of RFC 6749 section 5.2."""
    match error:
        case "invalid_grant" | "interaction_required" | "consent_required" | "login_required" if grant.refresh_token:
            return "the refresh token is revoked or at its end; " + renewal(grant)
        case "invalid_client":
            return (
                "the client secret is wrong or at its end; make a new one where the application is registered, put it "
                "into MAILGATE_OAUTH2_CLIENT_SECRET, and restart"
            )
        case "invalid_scope":
            return "correct MAILGATE_OAUTH2_SCOPE"
        case "unsupported_grant_type" | "unauthorized_client":
            return "check MAILGATE_OAUTH2_CLIENT_ID, and that the application may use " + (
                "refresh tokens" if grant.refresh_token else "client credentials"
            )
        case _:
            return "check MAILGATE_OAUTH2_TOKEN_URL (the tenant in it), MAILGATE_OAUTH2_CLIENT_ID and MAILGATE_OAUTH2_SCOPE"
