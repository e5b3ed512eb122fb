"""``mailgate doctor``: what is wrong with this installation, and the cure."""

from __future__ import annotations

from dataclasses import asdict
from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mailgate.checkup import Finding


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
) -> None:
    """Check configuration, storage, database, mailbox, smarthost, templates and calendar.

    Each line says what is right, or what is wrong and the cure.  The exit status is 1 where something must be mended.
    """
    from mailgate.checkup import Finding, examine
    from mailgate.config import load_settings
    from mailgate.daemon import utc_now
    from mailgate.errors import ConfigurationError

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


def _tell(finding: Finding, as_json: bool) -> None:
    colours = {"ok": typer.colors.GREEN, "warning": typer.colors.YELLOW, "fault": typer.colors.RED}
    if as_json:
        typer.echo(dumps(asdict(finding), ensure_ascii=False))
        return
    typer.echo(typer.style(f"{finding.level:<8}", fg=colours[finding.level]) + f"{finding.part:<14}{finding.text}")
