"""A real OAuth2 token endpoint over HTTP for tests, with the introspection that Dovecot asks (RFC 6749, RFC 7662).

with TokenEndpoint() as endpoint:
    endpoint.refuse("invalid_grant", "AADSTS50173: the grant is revoked")
    endpoint.url                         # for MAILGATE_OAUTH2_TOKEN_URL
    endpoint.requests[-1]["grant_type"]  # what was asked, in order
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from servers.background import Background

CLIENT_ID = "5d0e1f9a-hotline"
CLIENT_SECRET = "tajny~klucz.aplikacji_Q1"
REFRESH_TOKEN = "0.refresh-seed"

Answer = Callable[["_Handler"], None]


class TokenEndpoint(Background):
    """A context manager.  Gives tokens for one user, each good for ``lifetime`` seconds or until ``withdraw``.

    ``rotating`` replaces the refresh token with each access token, and the old one is worth nothing any more.
    ``extra`` is added to each answer; ``answers`` hold what is done with the next requests in place of the usual.
    """

    def __init__(
        self,
        user: str = "hotline@csizs.example",
        *,
        lifetime: float = 3600,
        rotating: bool = False,
        context: ssl.SSLContext | None = None,
        token_length: int = 40,
    ) -> None:
        self.user = user
        self.lifetime = lifetime
        self.rotating = rotating
        self.token_length = token_length
        self.extra: dict[str, Any] = {}
        self.answers: deque[Answer] = deque()
        self.usual: Answer = _Handler.give
        self.requests: list[dict[str, str]] = []
        self.refresh_token = REFRESH_TOKEN
        self._good: dict[str, float] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._server.endpoint = self  # type: ignore[attr-defined]
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if context else "http"
        self.port: int = self._server.server_address[1]
        self.url = f"{scheme}://localhost:{self.port}/tenant/token"
        self.introspection_url = f"{scheme}://127.0.0.1:{self.port}/introspect"
        super().__init__(self._server)

    def issue(self) -> str:
        """A new access token that is good from now on."""
        with self._lock:
            number = len(self._good) + 1
            token = f"ya29.access-{number}-".ljust(self.token_length, "x")
            self._good[token] = time.monotonic() + self.lifetime
            return token

    def is_good(self, token: str) -> bool:
        """Whether a mail server should let in whoever shows this token."""
        with self._lock:
            return self._good.get(token, 0.0) > time.monotonic()

    def any_is_good(self) -> bool:
        """Whether there is a token that a mail server should take."""
        return any(self.is_good(token) for token in list(self._good))

    def withdraw(self) -> None:
        """No token that was given so far is good any more."""
        with self._lock:
            self._good = dict.fromkeys(self._good, 0.0)

    def refuse(self, error: str | None, description: str = "", status: int = 400) -> None:
        """Refuse every request from now on, until ``refuse(None)``."""
        answer = {"error": error, "error_description": description}
        self.usual = _Handler.give if error is None else lambda handler: handler.say(status, answer)


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    @property
    def endpoint(self) -> TokenEndpoint:
        return self.server.endpoint  # type: ignore[attr-defined,no-any-return]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
        self.form = {name: values[0] for name, values in parse_qs(body).items()}
        if self.path == "/introspect":
            token = self.form.get("token", "")
            self.say(200, {"active": self.endpoint.is_good(token), "username": self.endpoint.user})
            return
        self.endpoint.requests.append(self.form)
        answers = self.endpoint.answers
        (answers.popleft() if answers else self.endpoint.usual)(self)

    def give(self) -> None:
        """The usual answer: a token to whoever shows what we know, else the error of RFC 6749 section 5.2."""
        endpoint, form = self.endpoint, self.form
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            self.say(401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."})
        elif form["grant_type"] == "refresh_token" and form["refresh_token"] != endpoint.refresh_token:
            self.say(400, {"error": "invalid_grant", "error_description": f"not {form['refresh_token']}"})
        else:
            self.say(200, self._issued())

    def _issued(self) -> dict[str, Any]:
        endpoint = self.endpoint
        answer = {"access_token": endpoint.issue(), "token_type": "Bearer", "expires_in": endpoint.lifetime}
        if endpoint.rotating:
            endpoint.refresh_token = answer["refresh_token"] = f"0.refresh-{len(endpoint.requests)}"
        return answer | endpoint.extra

    def say(self, status: int, answer: dict[str, Any] | bytes, **headers: str) -> None:
        """Answer with JSON, or with bytes as they are."""
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """The test's output is no place for it."""
