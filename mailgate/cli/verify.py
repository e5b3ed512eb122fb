"""``mailgate verify``: is a backup whole, and what does it hold?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailgate.cli.backup import BackupFile, print_contents, summary
from mailgate.cli.output import as_json, visible


def verify(
    file: BackupFile,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Check a backup from its first byte to its last: checksums, the database itself, counts and numbers.

    The exit status is 1 when anything is wrong.  No setting and no database is needed.
    """
    from mailgate.backup.inspector import inspect
    from mailgate.backup.shelf import workspace
    from mailgate.config import environment_without_settings

    with workspace(_room_for(file)) as beside:
        inspection = inspect(file, beside, environment_without_settings())
    manifest, faults = inspection.manifest, inspection.faults
    if json:
        told = summary(file, manifest) if manifest else {"file": str(file)}
        typer.echo(as_json(told | {"good": not faults, "faults": list(faults)}))
    else:
        typer.echo(f"{visible(str(file))}: {'not good' if faults else 'good'}")
        if manifest and not faults:
            print_contents(manifest)
        for fault in faults:
            typer.echo(f"  wrong      {visible(fault)}")
    if faults:
        raise typer.Exit(1)


def _room_for(file: Path) -> Path:
    """Beside the backup, where there is room for it; else where temporary files go."""
    import os
    import tempfile

    return file.parent if os.access(file.parent, os.W_OK) else Path(tempfile.gettempdir())
