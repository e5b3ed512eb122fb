"""``mailgate status``: at a glance, whether all is well; works while the daemon runs, is stopped or hangs, and says which."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mailgate.cli.glance import Glance

_WATCH_SECONDS = 2.0


def status(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object (with --watch: one a line).")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every two seconds, until Ctrl-C.")] = False,
) -> None:
    """Tell at a glance what waits, what is on its way and what needs a person.

    The exit status is 0 where all is well, and 1 where a person is needed: the daemon does not run or hangs, the
    register cannot be read, an acknowledgement is overdue, the right to log in by OAuth2 is near its end, or anything
    stands under "needs a person".  Both are fit for monitoring systems (Nagios calls 1 a warning).
    """
    from mailgate.cli.glance import look
    from mailgate.clock import utc_now
    from mailgate.config import load_settings

    settings = load_settings()

    def now_seen() -> Glance:
        return look(settings, utc_now(), time.monotonic())

    seen = now_seen()
    if not watch:
        _show(seen, json)
    elif json or not sys.stdout.isatty():
        seen = _repeat(seen, now_seen, json)
    else:
        seen = _live(seen, now_seen)
    if not seen.is_well:
        raise typer.Exit(1)


def _show(seen: Glance, to_program: bool) -> None:
    from mailgate.cli.alarms import as_object as alarm_object
    from mailgate.cli.glance import as_object
    from mailgate.cli.output import as_json
    from mailgate.cli.statuspage import drawn, plain

    if to_program:
        more = {"needs_a_person": [alarm_object(alarm) for alarm in seen.alarms]}
        typer.echo(as_json(as_object(seen) | more))
    elif sys.stdout.isatty():
        from rich.console import Console

        Console(highlight=False).print(drawn(seen))
    else:
        typer.echo("\n".join(plain(seen)))


def _repeat(seen: Glance, look: Callable[[], Glance], to_program: bool) -> Glance:
    """One after the other, as for a log; returns the last."""
    try:
        while True:
            _show(seen, to_program)
            sys.stdout.flush()
            time.sleep(_WATCH_SECONDS)
            seen = look()
    except (KeyboardInterrupt, BrokenPipeError):
        return seen


def _live(seen: Glance, look: Callable[[], Glance]) -> Glance:
    """In place, on a screen of its own; the last one stays to be read."""
    from rich.console import Console
    from rich.live import Live

    from mailgate.cli.statuspage import drawn

    console = Console(highlight=False)
    try:
        with Live(drawn(seen), console=console, screen=True, auto_refresh=False) as screen:
            while True:
                time.sleep(_WATCH_SECONDS)
                seen = look()
                screen.update(drawn(seen), refresh=True)
    except KeyboardInterrupt:
        console.print(drawn(seen))
        return seen
