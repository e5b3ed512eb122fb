"""``mailgate doctor``: what is wrong with this installation, and the cure."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.output import as_json, visible

if TYPE_CHECKING:
    from mailgate.checkup import Finding


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
) -> None:
    """Check configuration, storage, database, receiver, mailbox, smarthost, templates, calendar, and what waits.

    Each line says what is right, or what is wrong and the cure.  The exit status is 1 where something must be mended.
    """
    from mailgate.checkup import Finding, examine
    from mailgate.clock import utc_now
    from mailgate.config import load_settings
    from mailgate.errors import ConfigurationError

    # What the parts write into the daemon's journal stands in the findings here.
    logging.getLogger("mailgate").addHandler(logging.NullHandler())
    try:
        settings = load_settings()
    except ConfigurationError as faults:
        for fault in str(faults).splitlines():
            _tell(Finding("configuration", "fault", fault), json)
        raise typer.Exit(1) from None
    _tell(Finding("configuration", "ok", "Every setting can be read."), json)
    wrong = False
    for finding in examine(settings, utc_now()):
        _tell(finding, json)
        wrong = wrong or finding.level == "fault"
    if wrong:
        raise typer.Exit(1)


def _tell(finding: Finding, to_program: bool) -> None:
    colours = {"ok": typer.colors.GREEN, "warning": typer.colors.YELLOW, "fault": typer.colors.RED}
    if to_program:
        typer.echo(as_json(asdict(finding)))
        return
    level = typer.style(f"{finding.level:<8}", fg=colours[finding.level])
    typer.echo(f"{level}{finding.part:<14}{visible(finding.text)}")
