"""``mailgate backup``: a verified copy of the register and its keys, made while the daemon runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailgate.cli.output import as_json, in_warsaw, visible

if TYPE_CHECKING:
    from mailgate.backup.installation import Installation
    from mailgate.backup.manifest import Manifest
    from mailgate.config import Settings


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of backups; made if it is missing.")],
    keep: Annotated[int, typer.Option(min=1, help="How many backups to keep, the newest.")] = 14,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Back up the register and its keys into one file, verify it, and remove the oldest backups.

    The daemon may run, and is not held up.  The file holds personal data and secrets: its mode is 0600.  It does not
    hold the settings: keep a copy of them elsewhere.
    """
    from mailgate.backup.maker import make
    from mailgate.clock import utc_now
    from mailgate.config import load_settings

    began = time.monotonic()
    made = make(installation_of(load_settings()), folder, keep=keep, now=utc_now())
    seconds = time.monotonic() - began
    if json:
        removed = [path.name for path in made.removed]
        typer.echo(as_json(summary(made.path, made.manifest) | {"seconds": round(seconds, 1), "removed": removed}))
        return
    typer.echo(f"{visible(str(made.path))}: {made.path.stat().st_size / (1 << 20):.1f} MiB, verified, {seconds:.1f} s")
    print_contents(made.manifest)
    if made.removed:
        typer.echo(f"Older backups removed: {len(made.removed)}")


def installation_of(settings: Settings) -> Installation:
    """What there is to back up and to restore."""
    from mailgate.backup.installation import Installation
    from mailgate.config import KEY_NAME, environment_without_settings
    from mailgate.login.keptgrant import FILE_NAME

    return Installation(
        database_url=settings.database_url,
        storage=settings.storage,
        keys=(KEY_NAME, FILE_NAME),
        # A refresh token may be void once it was renewed: the one that stands there is the newest.
        lasting=frozenset({FILE_NAME}),
        environment=environment_without_settings(),
    )


def summary(path: Path, manifest: Manifest) -> dict[str, Any]:
    """A backup for programs."""
    return {
        "file": str(path),
        "bytes": path.stat().st_size,
        "made_at": manifest.made_at,
        "program": manifest.program,
        "database": manifest.kind,
        "revision": manifest.stock.revision,
        **manifest.stock.counts,
        "last_number": manifest.stock.last_number,
        "members": sorted(manifest.members),
    }


def print_contents(manifest: Manifest) -> None:
    """A backup for people, on a few lines."""
    from mailgate.backup.stock import COUNTED

    stock = manifest.stock
    counts = ", ".join(f"{stock.counts.get(name, 0)} {name}" for name in COUNTED)
    kept = [name for name in sorted(manifest.members) if not name.startswith("mailgate.")]
    typer.echo(f"  state of   {in_warsaw(manifest.made_at)} (Warsaw)")
    typer.echo(
        f"  made by    mailgate {visible(manifest.program)}, {manifest.kind}, revision {visible(stock.revision)}"
    )
    typer.echo(f"  register   {counts}")
    typer.echo(f"  numbers    up to {stock.last_number or 'none yet'}, no gap")
    typer.echo(f"  keys       {visible(', '.join(kept)) or 'none: they stand in the settings'}")
