"""``mailgate demo``: the whole way of three questions, with the real daemon and real mail, on this machine alone."""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the daemon running afterwards, and say how to mail it.")
    ] = False,
) -> None:
    """Show the whole way of a question with real mail on this machine.

    Starts the daemon on its embedded defaults in a new folder, mails it three filled forms by SMTP, shows what the
    clerks receive, answers one as a consultant would, and shows the answer and the register.
    """
    from mailgate.demonstration import Demonstration, DemonstrationFailed

    try:
        with Demonstration() as shown:
            shown.perform()
            if keep:
                shown.stay()
    except DemonstrationFailed as failure:
        typer.echo(f"demo: {failure}", err=True)
        raise typer.Exit(1) from None
