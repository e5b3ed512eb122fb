"""Tokens are kept, renewed in time by one thread, and what keeps us from it is told once, with the step to take."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from servers.tokenendpoint import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TokenEndpoint

from mailgate.login.credentials import GrantRefused, NoToken, Token
from mailgate.login.grant import Grant, expiry_notice
from mailgate.login.keptgrant import FILE_NAME
from mailgate.login.tokenendpoint import Issued
from mailgate.login.tokens import TokenSource

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.passed = 0.0

    def seconds(self) -> float:
        return self.passed

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    with TokenEndpoint() as running:
        yield running


def grant_at(endpoint: TokenEndpoint, refresh_token: str | None = None, expires: date | None = None) -> Grant:
    return Grant(endpoint.url, CLIENT_ID, CLIENT_SECRET, refresh_token, None, expires)


def source_of(grant: Grant, clock: Clock, folder: Path, **changes: Callable[..., Issued]) -> TokenSource:
    return TokenSource(grant, folder, seconds=clock.seconds, clock=clock.now, chance=lambda: 0.0, **changes)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The journal's lines about the log-in, by their first words."""
    return [line.getMessage().split()[0] for line in caplog.records if line.name == "mailgate.mail"]


def test_a_token_is_kept_until_three_quarters_of_its_life(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path
) -> None:
    source = source_of(grant_at(endpoint), clock, tmp_path)
    first = source.present()
    clock.passed = 2699
    assert source.present() == first
    clock.passed = 2700
    second = source.present()
    assert second != first and endpoint.is_good(second.text)
    assert len(endpoint.requests) == 2


def test_a_renewal_that_fails_is_an_alarm_while_the_old_token_still_serves(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = source_of(grant_at(endpoint, REFRESH_TOKEN), clock, tmp_path)
    first = source.present()
    endpoint.refuse("invalid_grant", "AADSTS50173")
    clock.passed = 2700
    source.tend()
    assert source.present() == first
    standing = source.standing()
    assert standing.refused and standing.failing_since == clock.now() and standing.valid_until is not None
    assert "sign in to the mailbox anew" in (standing.trouble or "")
    assert told(caplog) == ["login-refused"]
    clock.passed = 3541
    with pytest.raises(GrantRefused, match="MAILGATE_OAUTH2_REFRESH_TOKEN"):
        source.present()
    assert told(caplog) == ["login-refused"]
    endpoint.refuse(None)
    clock.passed = 5000
    assert source.present() != first
    assert told(caplog) == ["login-refused", "login-renewed"]
    assert source.standing().trouble is None


def test_a_revoked_token_is_asked_for_with_growing_pauses_however_often_mail_waits(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path
) -> None:
    endpoint.refuse("invalid_grant")
    source = source_of(grant_at(endpoint, REFRESH_TOKEN), clock, tmp_path)
    asked = []
    for second in range(3600):
        clock.passed = second
        with pytest.raises(GrantRefused):
            source.present()
        if len(endpoint.requests) > len(asked):
            asked.append(second)
    assert asked == [0, 60, 180, 420, 870, 1320, 1770, 2220, 2670, 3120, 3570]


def test_an_endpoint_out_of_reach_is_a_passing_trouble_and_said_once(
    clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with TokenEndpoint() as gone:
        pass
    source = source_of(grant_at(gone), clock, tmp_path)
    for clock.passed in (0, 5, 15, 35):
        with pytest.raises(NoToken) as caught:
            source.present()
        assert type(caught.value) is NoToken
    assert told(caplog) == ["login-not-renewed"]
    assert not source.standing().refused


def test_an_outage_that_turns_into_a_refusal_is_said_again(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.refuse("", status=503)
    source = source_of(grant_at(endpoint), clock, tmp_path)
    source.tend()
    endpoint.refuse("invalid_client", status=401)
    clock.passed = 5
    source.tend()
    assert told(caplog) == ["login-not-renewed", "login-refused"]


def test_many_threads_ask_the_endpoint_once(endpoint: TokenEndpoint, clock: Clock, tmp_path: Path) -> None:
    source = source_of(grant_at(endpoint), clock, tmp_path)
    with ThreadPoolExecutor(8) as threads:
        shown = list(threads.map(lambda _: source.present(), range(40)))
    assert len(set(shown)) == 1
    assert len(endpoint.requests) == 1


def test_nobody_waits_for_a_renewal_while_the_old_token_is_good(clock: Clock, tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()
    given = iter(["first", "second"])

    def fetch(*_: object) -> Issued:
        text = next(given)
        if text == "second":
            begun.set()
            assert go_on.wait(10)
        return Issued(text, 3600)

    source = source_of(Grant("https://token.example/", "client"), clock, tmp_path, fetch=fetch)
    source.present()
    clock.passed = 2700
    renewal = threading.Thread(target=source.tend)
    renewal.start()
    assert begun.wait(10)
    assert source.present() == Token("first")
    go_on.set()
    renewal.join(10)
    assert source.present() == Token("second")


def test_an_old_token_that_a_server_refuses_is_replaced_once_and_a_young_one_is_not(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path
) -> None:
    source = source_of(grant_at(endpoint), clock, tmp_path)
    young = source.present()
    assert not source.was_refused(young)
    assert source.present() == young
    clock.passed = 60
    assert source.was_refused(young)
    fresh = source.present()
    assert fresh != young
    # The other courier was refused with the same old token: the new one is there for it.
    assert source.was_refused(young)
    assert source.present() == fresh
    assert len(endpoint.requests) == 2


def test_a_refresh_token_that_is_replaced_outlives_a_restart(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path
) -> None:
    endpoint.rotating = True
    grant = grant_at(endpoint, REFRESH_TOKEN)
    source_of(grant, clock, tmp_path).present()
    kept = tmp_path / FILE_NAME
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    source_of(grant, clock, tmp_path).present()
    assert [asked["refresh_token"] for asked in endpoint.requests] == [REFRESH_TOKEN, "0.refresh-1"]
    assert json.loads(kept.read_text())["refresh_token"] == "0.refresh-2"
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME, "oauth2.lock"]


def test_two_processes_in_one_storage_do_not_use_the_same_refresh_token_twice(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path
) -> None:
    endpoint.rotating = True
    grant = grant_at(endpoint, REFRESH_TOKEN)
    sources = [source_of(grant, clock, tmp_path) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        shown = list(threads.map(TokenSource.present, sources))
    assert len(set(shown)) == 6
    asked = [one["refresh_token"] for one in endpoint.requests]
    assert len(set(asked)) == 6


def test_another_configured_refresh_token_wins_over_the_kept_one(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path
) -> None:
    endpoint.rotating = True
    source_of(grant_at(endpoint, REFRESH_TOKEN), clock, tmp_path).present()
    endpoint.refresh_token = "0.signed-in-anew"
    source_of(grant_at(endpoint, "0.signed-in-anew"), clock, tmp_path).present()
    assert endpoint.requests[-1]["refresh_token"] == "0.signed-in-anew"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"origin": 1}', '{"origin": "x", "ends": 5, "refresh_token": "a"}'])
def test_a_kept_file_that_is_damaged_leaves_the_configured_token(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path, damage: str
) -> None:
    (tmp_path / FILE_NAME).write_text(damage)
    source_of(grant_at(endpoint, REFRESH_TOKEN), clock, tmp_path).present()
    assert endpoint.requests[0]["refresh_token"] == REFRESH_TOKEN


def test_a_disk_that_refuses_the_new_refresh_token_is_an_alarm_and_asked_again(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.rotating = True
    grant = grant_at(endpoint, REFRESH_TOKEN)
    source = source_of(grant, clock, tmp_path)
    in_the_way = tmp_path / f".{FILE_NAME}.new"
    in_the_way.mkdir()
    assert endpoint.is_good(source.present().text)
    source.tend()
    assert told(caplog) == ["login-not-kept"]
    clock.passed = 2700
    source.present()
    in_the_way.rmdir()
    source.tend()
    source_of(grant, clock, tmp_path).present()
    assert [asked["refresh_token"] for asked in endpoint.requests] == [REFRESH_TOKEN, "0.refresh-1", "0.refresh-2"]
    assert told(caplog) == ["login-not-kept"]


def test_nothing_secret_is_in_the_journal_or_in_what_is_printed(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where the endpoint's answer repeats it."""
    caplog.set_level("DEBUG")
    endpoint.rotating = True
    source = source_of(grant_at(endpoint, REFRESH_TOKEN), clock, tmp_path)
    shown = [source.present().text, f"{source.present()!r} {source!r} {source.standing()!r}"]
    endpoint.refresh_token = "0.somebody-else-had-it"
    clock.passed = 3600
    with pytest.raises(GrantRefused) as caught:
        source.present()
    printed = caplog.text + shown[1] + str(caught.value)
    assert not [secret for secret in (shown[0], CLIENT_SECRET, REFRESH_TOKEN, "0.refresh-1") if secret in printed]


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2027, 4, 16), None),
        (date(2027, 4, 17), "ends on 2027-05-01, in 14 days"),
        (date(2027, 5, 1), "ends today"),
        (date(2027, 5, 2), "ended on 2027-05-01"),
    ],
)
def test_an_end_is_told_two_weeks_ahead_with_the_cure(today: date, words: str | None) -> None:
    grant = Grant("https://token.example/", "client", "secret", expires=date(2027, 5, 1))
    notice = expiry_notice(grant, None, today)
    assert (notice is None) == (words is None)
    assert words is None or (words in (notice or "") and "MAILGATE_OAUTH2_CLIENT_SECRET" in (notice or ""))


def test_an_end_that_is_near_is_told_once_a_day(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = source_of(grant_at(endpoint, expires=date(2026, 12, 1)), clock, tmp_path)
    for clock.passed in range(0, 3 * 86400, 7200):
        source.tend()
    assert told(caplog) == ["login-expires"] * 4
    assert "2026-12-01" in (source.standing().notice or "")


def test_the_end_of_a_refresh_token_is_told_where_it_is_not_replaced(
    endpoint: TokenEndpoint, clock: Clock, tmp_path: Path
) -> None:
    """One that each answer replaces lives on with it, however short its own life is."""
    endpoint.extra = {"refresh_token_expires_in": 604800}
    source = source_of(grant_at(endpoint, REFRESH_TOKEN), clock, tmp_path)
    source.present()
    assert "2026-11-30, in 7 days" in (source.standing().notice or "")
    endpoint.rotating = True
    renewed = source_of(grant_at(endpoint, REFRESH_TOKEN), clock, tmp_path)
    renewed.present()
    assert renewed.standing().notice is None
