"""The command line: typer commands, one module a noun.  What it prints is for administrators, in English.

The modules import what they work with only when a command runs, so that ``mailgate parse`` does not pay for the database.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from os import EX_TEMPFAIL
from typing import Annotated

import typer

from mailgate import __version__
from mailgate.errors import MailgateError


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mailgate {__version__}")
        raise typer.Exit


def _app() -> typer.Typer:
    from mailgate.cli import (
        backup,
        calendar,
        demo,
        doctor,
        ingest,
        outbox,
        parse,
        quarantine,
        reconcile,
        register,
        restore,
        run,
        smtpuser,
        status,
        trace,
        upgrade,
        verify,
    )

    app = typer.Typer(
        help="The hot-line of CSIZS over e-mail.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_program)
    for command in (run.run, demo.demo, parse.parse, calendar.calendar, ingest.ingest, status.status, doctor.doctor):
        app.command()(command)
    app.command()(smtpuser.smtp_user)
    app.command()(reconcile.reconcile)
    app.command()(trace.trace)
    app.command()(backup.backup)
    app.command()(verify.verify)
    app.command()(restore.restore)
    app.command()(upgrade.upgrade)
    app.add_typer(register.app, name="register")
    app.add_typer(quarantine.app, name="quarantine")
    app.add_typer(outbox.app, name="outbox")
    return app


def _program(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and end.")
    ] = False,
) -> None:
    """The hot-line of CSIZS over e-mail."""


def main() -> None:
    """The program ``mailgate``: a fault of ours is a sentence and exit status 1, never a traceback.

    Where ``ingest`` reads a pipe it is 75 (temporary): a mail server that pipes a mail to us keeps it then, and tries
    again.
    """
    failed = EX_TEMPFAIL if _reads_a_pipe(sys.argv[1:]) else 1
    try:
        _app()()
    except MailgateError as fault:
        from mailgate.cli.output import visible

        print(f"mailgate: {visible(str(fault))}", file=sys.stderr)
        sys.exit(failed)
    except Exception:
        if failed == 1:
            raise
        traceback.print_exc()
        sys.exit(failed)


def _reads_a_pipe(arguments: Sequence[str]) -> bool:
    """Whether this is ``ingest`` without a file: what is known even where none of its own code could run."""
    if arguments[:1] != ["ingest"]:
        return False
    values = {place + 1 for place, text in enumerate(arguments) if text in ("--sender", "--recipient")}
    named = [text for place, text in enumerate(arguments[1:], 1) if place not in values and not text.startswith("--")]
    return named in ([], ["-"])
