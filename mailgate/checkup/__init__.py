"""What an administrator should know before trusting the installation: one check a part, each with its cure.

A check gives its findings as values.  It sends nothing and takes no mail; the one thing it makes is the folder of
accepted mail, which the daemon makes at its first mail.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime

from mailgate.checkup import (
    calendar,
    certificate,
    clock,
    database,
    login,
    mailbox,
    metrics,
    outstanding,
    people,
    program,
    reading,
    receiver,
    smarthost,
    storage,
    templates,
)
from mailgate.checkup.finding import Finding, Level
from mailgate.config import Settings
from mailgate.equipment import token_source
from mailgate.errors import MailgateError
from mailgate.faultplaces import place_of

__all__ = ["PARTS", "Finding", "Level", "examine"]


PARTS = (
    "secrets", "storage", "database", "program", "receiver", "certificate", "log-in", "mailbox", "smarthost", "clock",
    "consultants", "administrators", "templates", "reading", "calendar", "metrics", "outstanding",
)  # fmt: skip


def examine(settings: Settings, now: datetime, parts: Collection[str] = PARTS) -> Iterator[Finding]:
    """The checks of these parts, in the order of a mail's way; each finding is given as soon as it is made."""
    tokens = token_source(settings)
    checks: dict[str, Callable[[], Iterable[Finding]]] = {
        "secrets": lambda: login.secrets(settings),
        "storage": lambda: storage.storage(settings, now),
        "database": lambda: database.database(settings),
        "program": lambda: program.program(settings),
        "receiver": lambda: receiver.receiver(settings),
        "certificate": lambda: certificate.certificate(settings, now),
        "log-in": lambda: login.tokens(tokens, now),
        "mailbox": lambda: mailbox.mailbox(settings, tokens),
        "smarthost": lambda: smarthost.smarthost(settings, tokens),
        "clock": lambda: clock.clock(settings, tokens, now),
        "consultants": lambda: people.consultants(settings),
        "administrators": lambda: people.administrators(settings),
        "templates": lambda: templates.templates(settings),
        "reading": reading.reading,
        "calendar": lambda: calendar.calendar(settings, now),
        "metrics": lambda: metrics.metrics(settings),
        "outstanding": lambda: outstanding.outstanding(settings, now),
    }
    for part in PARTS:
        if part in parts:
            yield from _tried(part, checks[part])


def _tried(part: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """A check that fails is itself a finding; those behind it go on."""
    try:
        yield from check()
    except MailgateError as fault:
        yield Finding(part, "fault", " ".join(str(fault).split()))
    except Exception as fault:  # noqa: BLE001  # Whatever a strange machine provokes must not hide the other findings.
        yield Finding(part, "fault", f"It cannot be checked ({place_of(fault)}): tell those who maintain mailgate.")
