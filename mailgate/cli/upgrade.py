"""``mailgate upgrade``: the register's schema brought up to this program, or tried out."""

from __future__ import annotations

from typing import Annotated

import typer


def upgrade(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Try it on a copy (PostgreSQL: in a transaction that is undone).")
    ] = False,
) -> None:
    """Bring the register up to this program's revision; `run` does the same when it starts.

    A SQLite file is copied to FILE.before-REVISION first.  With --dry-run nothing changes, and the daemon may run.
    """
    from mailgate.backup.rehearsal import rehearse
    from mailgate.config import load_settings
    from mailgate.lostregister import require_no_loss
    from mailgate.register.database import migrate, open_database
    from mailgate.register.schema import pending
    from mailgate.storagelock import only_one

    settings = load_settings()
    engine = open_database(settings.database_url)
    try:
        require_no_loss(engine, settings.storage)
        present, steps = pending(engine)
        if not steps:
            typer.echo(f"The register is at revision {present}; there is nothing to do.")
            return
        if present is None:
            typer.echo("There is no register yet: the first `mailgate run` makes it.")
            return
        typer.echo(f"The register is at revision {present}; to do:")
        for step in steps:
            typer.echo(f"  {step.revision}  {step.what.partition('. ')[0]}")
        if dry_run:
            rehearse(engine)
            typer.echo("Tried: it would succeed. Nothing was changed.")
            return
        with only_one(settings.storage):
            migrate(engine)
        typer.echo(f"The register is at revision {steps[-1].revision} now.")
    finally:
        engine.dispose()
