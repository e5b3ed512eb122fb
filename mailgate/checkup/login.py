"""Secrets and OAuth2: who can read the secrets, whether a token can be had, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mailgate import heartbeat
from mailgate.checkup.finding import Finding
from mailgate.config import Settings
from mailgate.login.credentials import GrantRefused, NoToken
from mailgate.login.keptgrant import FILE_NAME
from mailgate.login.tokens import TokenSource
from mailgate.settings.secretsources import readable_by_others
from mailgate.settings.signingkey import KEY_NAME


def secrets(settings: Settings) -> Iterator[Finding]:
    """Whether only mailgate can read the files in which secrets stand."""
    ours = (settings.storage / KEY_NAME, settings.storage / FILE_NAME)
    keys = (settings.smtp.key or settings.smtp.certificate, settings.smtp.users)
    wide = readable_by_others((*settings.secret_files, *ours, *(file for file in keys if file is not None)))
    if wide:
        names = " ".join(str(file) for file in dict.fromkeys(wide))
        yield Finding("secrets", "warning", f"Others than mailgate can read or change secrets: chmod 0640 {names}")
    else:
        yield Finding("secrets", "ok", "No file with a secret can be read by others.")
    yield from _another_key(settings)
    yield from _lost_key(settings)


def _lost_key(settings: Settings) -> Iterator[Finding]:
    """The next start would make another one, and only then could anybody tell by the letters."""
    kept = settings.storage / KEY_NAME
    if settings.secret_key is not None or kept.exists() or not heartbeat.sign_in(settings.storage):
        return
    yield Finding(
        "secrets",
        "fault",
        f"The key that signs letters is gone from {kept}: the next start makes another one, and replies to all letters "
        f"until now would be held. Take it out of a backup before (tar -xf BACKUP {KEY_NAME}), for the service's user.",
    )


def _another_key(settings: Settings) -> Iterator[Finding]:
    """A key that is set makes worthless what letters bear that were signed with the one made at the first start."""
    kept = settings.storage / KEY_NAME
    try:
        differs = settings.secret_key is not None and kept.read_bytes().strip() != settings.secret_key
    except OSError:
        return
    if differs:
        yield Finding(
            "secrets",
            "warning",
            f"MAILGATE_SECRET_KEY is another key than the one in {kept}: replies to letters that were sent with that one "
            "are held. Remove the setting, or, where the change is meant, the file.",
        )


def tokens(source: TokenSource | None, now: datetime) -> Iterator[Finding]:
    """Whether a token can be had, and whether the right to it is near its end.

    The endpoint is asked, and may replace the refresh token: then the new one is kept for the daemon, too.
    """
    if source is None:
        yield Finding("log-in", "ok", "Nobody logs in by OAuth2.")
        return
    try:
        source.present()
    except GrantRefused as fault:
        yield Finding("log-in", "fault", f"No OAuth2 token can be had: {fault}.")
        return
    except NoToken as fault:
        cure = "check MAILGATE_OAUTH2_TOKEN_URL, the network, and MAILGATE_TLS_CA_FILE for a certificate of your own."
        yield Finding("log-in", "fault", f"No OAuth2 token can be had now: {fault}: {cure}")
        return
    standing = source.standing()
    if standing.notice is not None:
        yield Finding("log-in", "warning", f"{standing.notice[0].upper()}{standing.notice[1:]}.")
        return
    minutes = (standing.valid_until - now).total_seconds() / 60 if standing.valid_until else 0
    yield Finding("log-in", "ok", f"The token endpoint gives OAuth2 tokens, this one for {minutes:.0f} minutes.")
