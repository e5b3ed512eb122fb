"""``mailgate reconcile``: the proof that nothing is lost; what it finds is listed with its cure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.output import one_line, open_register, print_json, visible
from mailgate.domain.counting import counted

if TYPE_CHECKING:
    from mailgate.domain.difference import Difference


def reconcile(
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array, one difference a line.")] = False,
    every_byte: Annotated[
        bool, typer.Option("--every-byte", help="Read the bytes of every mail again, not only those whose turn it is.")
    ] = False,
) -> None:
    """Compare mailbox, spool, register and outbox; the difference must be none.

    Nothing is changed, and the daemon may run meanwhile; it compares by itself every day at 04:30 UTC.  The exit status
    is 1 where anything differs, or where the mailbox could not be compared.
    """
    from mailgate.clock import utc_now
    from mailgate.config import load_settings
    from mailgate.equipment import imap_account, token_source
    from mailgate.reconciliation import differences

    settings = load_settings()
    account = imap_account(settings, token_source(settings))
    if account is None and not json:
        typer.echo("No mailbox is configured: spool, register and outbox are compared without one.")
    with open_register() as engine:
        found = _Counted(differences(engine, account, utc_now(), every_byte=every_byte))
        if json:
            print_json(found)
        else:
            _show(found)
    if found.count:
        raise typer.Exit(1)


class _Counted:
    """Differences as they are found; ``count`` is how many there were so far."""

    def __init__(self, found: Iterator[Difference]) -> None:
        self._found = found
        self.count = 0

    def __iter__(self) -> Iterator[Difference]:
        for one in self._found:
            self.count += 1
            yield one


def _show(found: _Counted) -> None:
    for one in found:
        typer.echo(f"{one.where:<9}{visible(one.id)}  {one_line(one.what, 300)}")
        typer.echo(f"{'':<9}{one_line(one.cure, 300)}")
    typer.echo(f"{counted(found.count, 'difference')}." if found.count else "No difference.")
