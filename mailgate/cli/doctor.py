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
    parts: Annotated[list[str] | None, typer.Argument(metavar="[PART]...", help="Check these parts alone.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
) -> None:
    """Check configuration, storage, database, receiver, mailbox, smarthost, clock, templates, and what waits.

    Each line says what is right, or what is wrong and the cure.  The exit status is 1 where something must be mended; a
    warning is none of that.  Nothing is sent; the folder for taken mail is made where it is missing.
    """
    from mailgate.checkup import PARTS, Finding, examine
    from mailgate.clock import utc_now
    from mailgate.config import load_settings
    from mailgate.errors import ConfigurationError

    unknown = [part for part in parts or () if part not in PARTS]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]} is none of {', '.join(PARTS)}")
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
    for finding in examine(settings, utc_now(), parts or PARTS):
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
    typer.echo(f"{level}{finding.part:<15}{visible(finding.text)}")
