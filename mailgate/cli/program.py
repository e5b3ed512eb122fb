"""The program itself: its commands, in the order in which ``mailgate --help`` shows them."""

from __future__ import annotations

from typing import Annotated

import typer

from mailgate import __version__
from mailgate.cli.backup import backup
from mailgate.cli.calendar import calendar
from mailgate.cli.demo import demo
from mailgate.cli.doctor import doctor
from mailgate.cli.ingest import ingest
from mailgate.cli.outbox import app as outbox
from mailgate.cli.parse import parse
from mailgate.cli.quarantine import app as quarantine
from mailgate.cli.reconcile import reconcile
from mailgate.cli.register import app as register
from mailgate.cli.restore import restore
from mailgate.cli.run import run
from mailgate.cli.smtpuser import smtp_user
from mailgate.cli.status import status
from mailgate.cli.trace import trace
from mailgate.cli.upgrade import upgrade
from mailgate.cli.verify import verify

_COMMANDS = (
    run, demo, parse, calendar, ingest, status, doctor, smtp_user, reconcile, trace, backup, verify, restore, upgrade,
)  # fmt: skip
_NOUNS = {"register": register, "quarantine": quarantine, "outbox": outbox}

app = typer.Typer(
    help="The hot-line of CSIZS over e-mail.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in _COMMANDS:
    app.command()(_command)
for _noun, _verbs in _NOUNS.items():
    app.add_typer(_verbs, name=_noun)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mailgate {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and end.")
    ] = False,
) -> None:
    """The hot-line of CSIZS over e-mail."""
