"""The command line: typer commands, one module a noun.  What it prints is for administrators, in English.

The modules import what they work with only when a command runs, so that ``mailgate parse`` does not pay for the database.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from os import EX_TEMPFAIL

from mailgate.errors import MailgateError


def main() -> None:
    """The program ``mailgate``: a fault of ours is a sentence and exit status 1, never a traceback.

    Where ``ingest`` reads a pipe it is 75 (temporary): a mail server that pipes a mail to us keeps it then, and tries
    again.
    """
    failed = EX_TEMPFAIL if _reads_a_pipe(sys.argv[1:]) else 1
    try:
        from mailgate.cli.program import app

        app()
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
