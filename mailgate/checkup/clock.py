"""The clock, on which every deadline rests: compared with others that we meet, and with what the kernel knows of it."""

from __future__ import annotations

import ctypes
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import Session

from mailgate.checkup.finding import Finding, or_well
from mailgate.checkup.smarthost import wants_token
from mailgate.config import Settings
from mailgate.domain.alarms import CLOCK_JUMP
from mailgate.endpoints import Smarthost
from mailgate.errors import RegisterError
from mailgate.login.tokens import TokenSource
from mailgate.register.database import open_database, reading
from mailgate.register.schema import present_revision
from mailgate.register.sql import run
from mailgate.register.tables import EventRow, table_of

_PATIENCE_SECONDS = 5.0
_CURE = "set the clock (`timedatectl set-ntp true`), then restart mailgate."
_DATE = re.compile(rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")
_UNSYNCHRONISED = 5
"""TIME_ERROR of adjtimex(2)."""
_SIZE_OF_TIMEX = 512
"""More than ``struct timex`` has on any machine."""
_event = table_of(EventRow)


def clock(settings: Settings, tokens: TokenSource | None, now: datetime) -> Iterator[Finding]:
    """Whether ``now`` can be believed."""
    yield from or_well(
        _faults(settings, tokens, now), "clock", f"It is {now:%Y-%m-%d %H:%M:%S} UTC, and nothing denies it."
    )


def _faults(settings: Settings, tokens: TokenSource | None, now: datetime) -> Iterator[Finding]:
    with suppress(RegisterError):
        # What is wrong with the database is said of it.
        yield from _by_register(settings, now)
    server = settings.smarthost
    # Where no token can be had the smarthost is not troubled at all.
    if isinstance(server, Smarthost) and not (wants_token(server) and tokens and tokens.standing().trouble):
        yield from _by_greeting(server, settings.tls_ca_file, now)
    if synchronised() is False:
        cure = "start systemd-timesyncd or chrony (`timedatectl set-ntp true`; `apt-get install systemd-timesyncd` before)."
        yield Finding("clock", "warning", f"The kernel says that nobody keeps the clock right: {cure}")


def _by_register(settings: Settings, now: datetime) -> Iterator[Finding]:
    """No event can lie in the future; and PostgreSQL has a clock of its own, perhaps on another machine."""
    engine = open_database(settings.database_url, busy_seconds=3)
    try:
        if present_revision(engine) is None:
            return
        with reading(engine) as session:
            newest = run(session, select(_event.c.at).order_by(_event.c.id.desc()).limit(1)).scalar()
            theirs = _postgresql_clock(session) if engine.dialect.name == "postgresql" else None
    finally:
        engine.dispose()
    if newest is not None and newest - now > CLOCK_JUMP:
        told = f"The newest entry of the register is of {newest:%Y-%m-%d %H:%M} UTC, and this machine has {now:%H:%M}"
        yield Finding("clock", "fault", f"{told} of {now:%Y-%m-%d}: {_CURE}")
    if theirs is not None:
        yield from _compared("PostgreSQL", theirs, now)


def _postgresql_clock(session: Session) -> datetime:
    theirs: datetime = run(session, select(func.clock_timestamp())).scalar_one()
    return theirs


def _by_greeting(server: Smarthost, ca_file: Path | None, now: datetime) -> Iterator[Finding]:
    """Exchange, Exim and Sendmail tell the time when they greet; where it cannot be had there is nothing to compare."""
    with suppress(OSError, ValueError):
        date = _DATE.search(_greeting(server, ca_file))
        if date is not None:
            yield from _compared(f"{server.host}", parsedate_to_datetime(date[0].decode("ascii")), now)


def _greeting(server: Smarthost, ca_file: Path | None) -> bytes:
    """The first piece of what a server says by itself.  Raises OSError."""
    with socket.create_connection((server.host, server.port), timeout=_PATIENCE_SECONDS) as connection:
        if server.tls != "implicit":
            return connection.recv(1000)
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        with context.wrap_socket(connection, server_hostname=server.host) as secured:
            return secured.recv(1000)


def _compared(whose: str, theirs: datetime, now: datetime) -> Iterator[Finding]:
    ahead = now - theirs
    if abs(ahead) > CLOCK_JUMP:
        yield Finding("clock", "fault", f"The clock of this machine is {_told(ahead)} that of {whose}: {_CURE}")


def _told(ahead: timedelta) -> str:
    minutes = round(abs(ahead).total_seconds() / 60)
    span = f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
    return f"{span} {'ahead of' if ahead > timedelta(0) else 'behind'}"


def synchronised() -> bool | None:
    """Whether the kernel knows of a time server that keeps its clock; None where it does not tell (adjtimex(2))."""
    try:
        # Nought in its first field asks, and sets nothing.
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_SIZE_OF_TIMEX))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _UNSYNCHRONISED
