"""``mailgate status``: at a glance, whether all is well; works while the daemon runs and when it does not."""

from __future__ import annotations

from dataclasses import asdict
from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mailgate.register.overview import Overview


def status(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell at a glance what waits, what is on its way and what needs a person.

    The exit status is 1 where a person is needed: the daemon does not run, a letter was refused or is uncertain, a mail
    or a reply is set aside, or an acknowledgement is overdue.
    """
    from mailgate.checkup import daemon_runs
    from mailgate.cli.output import iso_in_warsaw, open_register
    from mailgate.clock import utc_now
    from mailgate.config import load_settings
    from mailgate.register.database import reading
    from mailgate.register.overview import overview

    runs = daemon_runs(load_settings().storage)
    with open_register() as engine, reading(engine) as session:
        now_stands = overview(session, utc_now())
    if json:
        times = {name: iso_in_warsaw(getattr(now_stands, name)) for name in ("oldest_waiting", "oldest_letter")}
        typer.echo(dumps({"running": runs} | asdict(now_stands) | times, ensure_ascii=False))
    else:
        _show(runs, now_stands)
    if _needs_a_person(runs, now_stands):
        raise typer.Exit(1)


def _needs_a_person(runs: bool, now_stands: Overview) -> bool:
    letters = now_stands.letters["refused"] + now_stands.letters["uncertain"]
    return not runs or bool(letters or now_stands.quarantined or now_stands.held or now_stands.overdue)


def _show(runs: bool, now_stands: Overview) -> None:
    from mailgate.cli.output import in_warsaw

    letters = ", ".join(f"{count} {state}" for state, count in now_stands.letters.items() if count) or "none"
    rows = (
        ("daemon", "runs" if runs else "does not run: start it with `mailgate run`"),
        ("mail waiting", _since(now_stands.waiting, in_warsaw(now_stands.oldest_waiting))),
        ("letters to send", _since(sum(now_stands.letters.values()), in_warsaw(now_stands.oldest_letter))),
        ("  by state", letters),
        ("questions", f"{now_stands.pending} pending, {now_stands.overdue} with an overdue acknowledgement"),
        ("set aside", f"{now_stands.quarantined} mails, {now_stands.held} held replies (mailgate quarantine list)"),
    )
    for name, value in rows:
        typer.echo(f"{name:<18}{value}")


def _since(count: int, oldest: str) -> str:
    return f"{count}, the oldest since {oldest}" if count and oldest else str(count)
