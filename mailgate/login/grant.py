"""By what right we ask for tokens, and until when, as plain values; nothing here asks for one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

NOTICE_DAYS = 14
"""So long before its end an expiry is told every day."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The client at a token endpoint: with a refresh token in a person's name (RFC 6749 section 6), else in its own
    (client credentials, section 4.4).

    ``expires`` is the last day of the secret or the refresh token, where the administrator knows it.
    """

    token_url: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    scope: str | None = None
    expires: date | None = None


def expiry_notice(grant: Grant, refresh_ends: datetime | None, today: date) -> str | None:
    """What an administrator should know of an end that is near or past, with the cure; None while there is time.

    ``refresh_ends`` is what the endpoint told of a refresh token that does not renew itself (aware).
    """
    ends = [day for day in (grant.expires, refresh_ends.date() if refresh_ends else None) if day is not None]
    if not ends or (left := (min(ends) - today).days) > NOTICE_DAYS:
        return None
    when = f"ends on {min(ends)}, in {left} days" if left > 0 else f"ended on {min(ends)}" if left else "ends today"
    return f"the right to fetch OAuth2 tokens {when}: {renewal(grant)}"


def renewal(grant: Grant) -> str:
    """What to do where the secret, or the refresh token, is at its end."""
    if grant.refresh_token is not None:
        return "sign in to the mailbox anew, put the new refresh token into MAILGATE_OAUTH2_REFRESH_TOKEN, and restart"
    return (
        "make a new client secret where the application is registered, put it into MAILGATE_OAUTH2_CLIENT_SECRET, "
        "its last day into MAILGATE_OAUTH2_EXPIRES, and restart"
    )
