"""Instants as they are typed on a command line."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from mailgate.cli.output import visible
from mailgate.clock import utc_now


def past_instant(text: str) -> datetime:
    """An instant in the past, in UTC, of ISO 8601 with an offset.  Raises BadParameter for anything else."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{visible(text)} is no instant; write 2026-11-23T14:05:00+01:00.") from None
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{visible(text)} has no offset; write 2026-11-23T14:05:00+01:00.")
    if instant > utc_now():
        raise typer.BadParameter(f"{visible(text)} is still to come.")
    return instant.astimezone(UTC)
