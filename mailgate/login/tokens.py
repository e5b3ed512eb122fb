"""The one source of OAuth2 tokens: keeps one, renews it in time, and says what keeps it from that, once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock

from mailgate import maillog
from mailgate.clock import utc_now
from mailgate.domain.pauses import pause
from mailgate.login.credentials import GrantRefused, NoToken, Proof, Token
from mailgate.login.grant import Grant, expiry_notice
from mailgate.login.keptgrant import Kept, KeptGrant
from mailgate.login.tokenendpoint import Issued, request_token

SHORTEST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Between tries at an endpoint that is out of reach, in seconds."""
SHORTEST_REFUSED, LONGEST_REFUSED = 60.0, 900.0
"""After a refusal: only a person can mend it, and an endpoint that is stormed may lock the account."""
_LONGEST_MARGIN = 3600.0
_LAST_SECONDS = 60.0
_YOUNG_SECONDS = 60.0
"""A token that a server refuses at this age is no old one: another would fare the same."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the tokens do, for doctor, status and alarms; instants are UTC.

    ``trouble`` is a sentence with the step to take; it is told also while the token in hand is still good.
    ``notice`` tells of the end of the secret or the refresh token, two weeks ahead.
    """

    valid_until: datetime | None = None
    failing_since: datetime | None = None
    trouble: str | None = None
    refused: bool = False
    """The endpoint said no; False where it is only out of reach."""
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """A token with its times on the clock that never runs backwards (seconds)."""

    token: Token
    got: float
    renew: float
    last: float
    """From here on it is not presented: it could end in the middle of the log-in."""
    until: datetime = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Failed:
    """The last try failed; until ``again`` there is no other."""

    fault: NoToken
    count: int
    again: float
    since: datetime


class TokenSource:
    """Credentials (``login.credentials``) by OAuth2, shared by the poller and all couriers.

    One thread at a time asks the endpoint; the others wait for it where they hold no good token, and go on with the
    old one where they do.  A token is renewed at three quarters of its life, so that a renewal that fails is an alarm
    before it is an outage.  ``tend`` does that where nobody logs in for long.

    ``fetch`` asks the endpoint (``tokenendpoint.request_token``); ``seconds`` never runs backwards, ``clock`` gives
    aware UTC, ``chance`` a number in [0, 1) that spreads the tries.
    """

    def __init__(
        self,
        grant: Grant,
        storage: Path,
        cafile: Path | None = None,
        *,
        fetch: Callable[[Grant, str | None, Path | None], Issued] = request_token,
        seconds: Callable[[], float] = time.monotonic,
        clock: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._grant = grant
        self._kept = KeptGrant(storage, grant)
        self._cafile = cafile
        self._fetch = fetch
        self._seconds = seconds
        self._clock = clock
        self._chance = chance
        self._asking = Lock()
        self._held: _Held | None = None
        self._failed: _Failed | None = None
        self._unwritten: Kept | None = None
        """A refresh token that the disk did not take."""
        self._refresh_ends: datetime | None = None
        self._noticed: date | None = None

    def present(self) -> Token:
        """A token that is good for a log-in now.  Raises NoToken, and its GrantRefused; within a pause at once."""
        held = self._held
        if held is not None and self._seconds() < held.renew:
            return held.token
        if not self._asking.acquire(blocking=not self._is_good(held)):
            assert held is not None
            return held.token
        try:
            self._renew_if_due()
            held, failed = self._held, self._failed
        finally:
            self._asking.release()
        if held is not None and self._is_good(held):
            return held.token
        assert failed is not None, "no token, and no reason"
        # A new error each time: one that is raised in several threads would collect their traces.
        raise type(failed.fault)(str(failed.fault))

    def was_refused(self, shown: Proof) -> bool:
        """Forget a token that a mail server did not take; True where it was an old one, or is replaced already."""
        with self._asking:
            held = self._held
            if held is None or held.token != shown:
                return held is not None
            if self._seconds() - held.got < _YOUNG_SECONDS:
                return False
            self._held = None
            return True

    def tend(self) -> int:
        """Renew what is due, and tell once a day of an end that is near; always returns 0 (there is no more to do)."""
        with self._asking:
            self._renew_if_due()
            self._write_again()
        today = self._clock().date()
        if self._noticed != today:
            self._noticed = today
            notice = self._notice()
            if notice is not None:
                maillog.login_expires(notice=notice)
        return 0

    def standing(self) -> Standing:
        """A snapshot; may be asked from any thread."""
        held, failed = self._held, self._failed
        return Standing(
            valid_until=held.until if held is not None and self._is_good(held) else None,
            failing_since=failed.since if failed else None,
            trouble=str(failed.fault) if failed else None,
            refused=failed is not None and isinstance(failed.fault, GrantRefused),
            notice=self._notice(),
        )

    def alarm(self) -> str | None:
        """What an administrator must know of the right to fetch tokens, before the one in hand ends."""
        standing = self.standing()
        if standing.refused and not standing.notice:
            return "the token endpoint refuses us, and the token in hand soon ends"
        return standing.notice

    def _notice(self) -> str | None:
        return expiry_notice(self._grant, self._refresh_ends, self._clock().date())

    def _is_good(self, held: _Held | None) -> bool:
        return held is not None and self._seconds() < held.last

    def _renew_if_due(self) -> None:
        """Ask the endpoint, unless the token is fresh or the pause after a failure lasts; the lock is held."""
        now = self._seconds()
        if self._held is not None and now < self._held.renew:
            return
        if self._failed is not None and now < self._failed.again:
            return
        try:
            issued = self._issued()
        except NoToken as fault:
            self._note_failure(fault)
        else:
            self._hold(issued, now)

    def _issued(self) -> Issued:
        """A new token; the refresh token that came with it is on disk before anybody uses it."""
        if self._grant.refresh_token is None:
            return self._fetch(self._grant, None, self._cafile)
        with self._kept.holding():
            kept = self._unwritten or self._kept.read()
            issued = self._fetch(self._grant, kept.refresh_token if kept else self._grant.refresh_token, self._cafile)
            if issued.refresh_token is not None:
                self._keep(Kept(issued.refresh_token, self._ends(issued)))
            else:
                # It lives on as it is, so the end that the endpoint tells is the end.
                self._refresh_ends = self._ends(issued)
        return issued

    def _ends(self, issued: Issued) -> datetime | None:
        return self._clock() + timedelta(seconds=issued.refresh_seconds) if issued.refresh_seconds else None

    def _keep(self, kept: Kept) -> None:
        """A disk that refuses costs no log-in now, but after a restart the right to fetch tokens may be lost."""
        try:
            self._kept.write(kept)
            self._unwritten = None
        except OSError as fault:
            if self._unwritten is None:
                maillog.login_not_kept(reason=fault.strerror or type(fault).__name__)
            self._unwritten = kept

    def _write_again(self) -> None:
        """A full disk may have room by now; the lock is held."""
        if self._unwritten is not None:
            with suppress(NoToken), self._kept.holding():
                self._keep(self._unwritten)

    def _hold(self, issued: Issued, asked: float) -> None:
        """Times count from the moment of asking, so that a slow answer makes no token look younger than it is."""
        margin = min(issued.seconds / 4, _LONGEST_MARGIN)
        last = asked + issued.seconds - min(issued.seconds / 10, _LAST_SECONDS)
        until = self._clock() + timedelta(seconds=issued.seconds)
        self._held = _Held(Token(issued.access_token), asked, asked + issued.seconds - margin, last, until)
        if self._failed is not None:
            maillog.login_renewed(seconds=(self._clock() - self._failed.since).total_seconds())
        self._failed = None

    def _note_failure(self, fault: NoToken) -> None:
        """Said once, and again where a mere outage turns out to be a refusal."""
        former = self._failed
        refused = isinstance(fault, GrantRefused)
        if former is None or (refused and not isinstance(former.fault, GrantRefused)):
            maillog.login_not_renewed(reason=str(fault), refused=refused)
        shortest, longest = (SHORTEST_REFUSED, LONGEST_REFUSED) if refused else (SHORTEST_PAUSE, LONGEST_PAUSE)
        count = former.count + 1 if former is not None and type(former.fault) is type(fault) else 1
        again = self._seconds() + pause(count, shortest, longest, self._chance())
        self._failed = _Failed(fault, count, again, former.since if former else self._clock())
