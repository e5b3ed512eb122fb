"""The one clock.  Whoever needs the present moment is given it, or a callable like this one."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment: aware, UTC."""
    return datetime.now(UTC)
