"""The command line: typer commands, one module a noun.  What it prints is for administrators, in English.

The modules import what they work with only when a command runs, so that ``mailgate parse`` does not pay for the database.
"""

from __future__ import annotations

import sys
import traceback
from os import EX_TEMPFAIL

import typer

from mailgate.errors import MailgateError


def _app() -> typer.Typer:
    from mailgate.cli import calendar, demo, doctor, ingest, outbox, parse, quarantine, register, run

    app = typer.Typer(
        help="The hot-line of CSIZS over e-mail.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for command in (run.run, demo.demo, parse.parse, calendar.calendar, ingest.ingest, doctor.doctor):
        app.command()(command)
    app.add_typer(register.app, name="register")
    app.add_typer(quarantine.app, name="quarantine")
    app.add_typer(outbox.app, name="outbox")
    return app


def main() -> None:
    """The program ``mailgate``: a fault of ours is a sentence and exit status 1, never a traceback.

    For ``ingest`` it is 75 (temporary): a mail server that pipes a mail to us keeps it then, and tries again.
    """
    failed = EX_TEMPFAIL if sys.argv[1:2] == ["ingest"] else 1
    try:
        _app()()
    except MailgateError as fault:
        print(f"mailgate: {fault}", file=sys.stderr)
        sys.exit(failed)
    except Exception:
        if failed == 1:
            raise
        traceback.print_exc()
        sys.exit(failed)
