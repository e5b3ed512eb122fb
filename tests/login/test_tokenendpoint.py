"""One request to a token endpoint: what is asked, what its answers mean, and that nothing secret is told."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from servers.tokenendpoint import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TokenEndpoint

from mailgate.login import tokenendpoint
from mailgate.login.credentials import GrantRefused, NoToken
from mailgate.login.grant import Grant
from mailgate.login.tokenendpoint import Issued, request_token


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    with TokenEndpoint() as running:
        yield running


def by_client(endpoint: TokenEndpoint, **changes: str) -> Grant:
    values = {"client_secret": CLIENT_SECRET, "scope": "https://outlook.office365.com/.default"} | changes
    return Grant(endpoint.url, CLIENT_ID, **values)


def by_person(endpoint: TokenEndpoint, **changes: str) -> Grant:
    return by_client(endpoint, refresh_token=REFRESH_TOKEN, **changes)


def refusal(grant: Grant) -> str:
    with pytest.raises(GrantRefused) as caught:
        request_token(grant, grant.refresh_token)
    return str(caught.value)


def trouble(grant: Grant) -> str:
    """What is told of a fault that may pass by itself."""
    with pytest.raises(NoToken) as caught:
        request_token(grant, grant.refresh_token)
    assert type(caught.value) is NoToken
    return str(caught.value)


def test_a_client_asks_in_its_own_name_with_its_scope(endpoint: TokenEndpoint) -> None:
    issued = request_token(by_client(endpoint), None)
    assert endpoint.is_good(issued.access_token)
    assert issued.seconds == 3600
    assert endpoint.requests == [{
        "grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        "scope": "https://outlook.office365.com/.default",
    }]  # fmt: skip


def test_a_refresh_token_asks_in_a_persons_name_and_may_be_replaced(endpoint: TokenEndpoint) -> None:
    endpoint.rotating = True
    endpoint.extra = {"refresh_token_expires_in": "604799"}
    issued = request_token(by_person(endpoint), REFRESH_TOKEN)
    assert issued.refresh_token == endpoint.refresh_token != REFRESH_TOKEN
    assert issued.refresh_seconds == 604799
    assert endpoint.requests[0]["refresh_token"] == REFRESH_TOKEN


@pytest.mark.parametrize(
    ("error", "description", "words"),
    [
        ("invalid_grant", "AADSTS50173: The provided grant has been revoked", "MAILGATE_OAUTH2_REFRESH_TOKEN"),
        ("invalid_grant", "Token has been expired or revoked.", "sign in to the mailbox anew"),
        ("invalid_client", "AADSTS7000222: The client secret keys are expired", "MAILGATE_OAUTH2_CLIENT_SECRET"),
        ("invalid_scope", "AADSTS70011", "MAILGATE_OAUTH2_SCOPE"),
        ("unauthorized_client", "AADSTS700016: not found in the directory", "MAILGATE_OAUTH2_CLIENT_ID"),
        ("invalid_request", "AADSTS900023: the tenant is no identifier", "the tenant in it"),
        ("something_new", "", "MAILGATE_OAUTH2_TOKEN_URL"),
    ],
)
def test_a_refusal_names_its_code_and_the_step_to_take(
    endpoint: TokenEndpoint, error: str, description: str, words: str
) -> None:
    endpoint.refuse(error, f"{description} {REFRESH_TOKEN} {CLIENT_SECRET} jan.bak@gmina.example")
    told = refusal(by_person(endpoint))
    assert error in told and words in told
    assert description.partition(":")[0] in told or "AADSTS" not in description
    assert REFRESH_TOKEN not in told and CLIENT_SECRET not in told and "jan.bak" not in told


def test_a_wrong_secret_is_refused(endpoint: TokenEndpoint) -> None:
    assert "invalid_client, AADSTS7000215" in refusal(by_client(endpoint, client_secret="another"))


@pytest.mark.parametrize(
    ("status", "error"), [(500, ""), (503, "temporarily_unavailable"), (429, "slow_down"), (400, "server_error")]
)
def test_an_endpoint_that_cannot_serve_now_is_a_passing_trouble(
    endpoint: TokenEndpoint, status: int, error: str
) -> None:
    endpoint.refuse(error, status=status)
    assert str(status) in trouble(by_client(endpoint))


def test_a_redirection_is_not_followed_with_the_secret(endpoint: TokenEndpoint) -> None:
    with TokenEndpoint() as elsewhere:
        endpoint.answers.append(lambda handler: handler.say(307, b"", Location=elsewhere.url))
        assert "redirects" in refusal(by_client(endpoint))
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>Sign in</html>",
        b"[1]",
        b"{}",
        b'{"access_token": 5}',
        b'{"access_token": "a\\u0001b"}',
        b"[" * 60000,
        b"\xff",
    ],
)
def test_an_answer_without_a_token_is_no_token(endpoint: TokenEndpoint, answer: bytes) -> None:
    endpoint.answers.append(lambda handler: handler.say(200, answer))
    assert "holds no access token" in trouble(by_client(endpoint))


def test_a_page_that_is_no_token_endpoint_is_refused_with_its_cure(endpoint: TokenEndpoint) -> None:
    endpoint.answers.append(lambda handler: handler.say(404, b"<html>Not here</html>"))
    assert "MAILGATE_OAUTH2_TOKEN_URL" in refusal(by_client(endpoint))


def test_tokens_of_another_kind_are_not_taken(endpoint: TokenEndpoint) -> None:
    endpoint.extra = {"token_type": "mac"}
    assert "Bearer" in trouble(by_client(endpoint))


def test_an_answer_beyond_measure_is_not_read(endpoint: TokenEndpoint) -> None:
    endpoint.answers.append(lambda handler: handler.say(200, b" " * 70000))
    assert "ValueError" in trouble(by_client(endpoint))


@pytest.mark.parametrize(
    ("given", "taken"), [("3599", 3599), (0, 600), ("soon", 600), (None, 600), (-5, 600), ("1e999", 600)]
)
def test_a_lifetime_may_be_a_text_and_nonsense_counts_as_none(
    endpoint: TokenEndpoint, given: object, taken: float
) -> None:
    endpoint.extra = {"expires_in": given}
    assert request_token(by_client(endpoint), None).seconds == taken


@pytest.mark.parametrize("given", ["", "zażółć", "a\r\nb", "\ud800", 7, None])
def test_what_can_be_no_refresh_token_does_not_replace_ours(endpoint: TokenEndpoint, given: object) -> None:
    """It would be kept in the place of one that serves, and could never be shown."""
    endpoint.extra = {"refresh_token": given}
    assert request_token(by_person(endpoint), REFRESH_TOKEN).refresh_token is None


def test_a_port_that_nobody_serves_is_a_passing_trouble() -> None:
    with TokenEndpoint() as gone:
        pass
    assert "cannot be reached: Connection refused" in trouble(by_client(gone))


def test_an_endpoint_that_keeps_silent_is_given_up(endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenendpoint, "WAIT_SECONDS", 0.2)
    endpoint.answers.append(lambda handler: endpoint.ending.wait(20) and None)
    assert "cannot be reached" in trouble(by_client(endpoint))


def test_an_endpoint_that_drips_its_answer_is_given_up(
    endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each piece comes in time, and the whole would take for ever."""
    monkeypatch.setattr(tokenendpoint, "WHOLE_SECONDS", 0.3)

    def drip(handler) -> None:  # type: ignore[no-untyped-def]
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not endpoint.ending.wait(0.05):
            handler.wfile.write(b"X-Drop: 1\r\n")
            handler.wfile.flush()

    endpoint.answers.append(drip)
    assert "token endpoint" in trouble(by_client(endpoint))


def test_all_addresses_of_a_name_together_have_the_time_of_one_request(
    endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that answers is found behind one that does not; of many that swallow all, only the first are tried."""
    known = socket.getaddrinfo
    here = socket.getaddrinfo("127.0.0.1", endpoint.port, type=socket.SOCK_STREAM)
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = socket.getaddrinfo("127.0.0.1", free.getsockname()[1], type=socket.SOCK_STREAM)
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *asked, **more: nobody + here if asked[0] == "localhost" else known(*asked, **more),
    )
    assert request_token(by_client(endpoint), None).access_token
    monkeypatch.setattr(tokenendpoint, "WHOLE_SECONDS", 0.0)
    assert "cannot be reached" in trouble(by_client(endpoint))


def test_an_endpoint_by_tls_must_prove_its_name(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with TokenEndpoint(context=context) as endpoint:
        assert request_token(by_client(endpoint), None, tmp_path / "ca.pem").access_token
        assert "is not trusted" in trouble(by_client(endpoint))
        assert len(endpoint.requests) == 1


def test_neither_the_grant_nor_what_it_gives_shows_its_secrets(endpoint: TokenEndpoint) -> None:
    grant = by_person(endpoint)
    issued = Issued("access", 5, "refresh")
    shown = f"{grant!r} {grant} {issued!r}"
    assert not [secret for secret in (CLIENT_SECRET, REFRESH_TOKEN, "'access'", "'refresh'") if secret in shown]
