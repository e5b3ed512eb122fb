"""``mailgate backup``: a verified copy of the register and its keys, made while the daemon runs."""

from __future__ import annotations

import os
import pwd
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailgate.cli.output import as_json, in_warsaw, size_in_words, visible
from mailgate.domain.lastbackup import DAILY, MOST_DAYS, LastBackup
from mailgate.errors import MailgateError

if TYPE_CHECKING:
    from mailgate.backup.installation import Installation
    from mailgate.backup.maker import Made
    from mailgate.backup.manifest import Manifest
    from mailgate.config import Settings


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of backups; made if it is missing.")],
    keep: Annotated[int, typer.Option(min=1, help="How many backups to keep, the newest.")] = 14,
    every: Annotated[
        int, typer.Option(min=0, max=MOST_DAYS, help="Days until the next one is expected; 0: it is not.")
    ] = DAILY,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Back up the register and its keys into one file, verify it, and remove the oldest backups.

    The daemon may run, and is not held up.  The file holds personal data and secrets: its mode is 0600.  It does not
    hold the settings: keep a copy of them elsewhere.

    `mailgate status` tells when the last one was made.  Two days after the next one was expected and has not been made,
    the administrators are told.
    """
    from mailgate.config import load_settings

    began = time.monotonic()
    made = _remembered(load_settings(), folder, keep=keep, every=every)
    seconds = time.monotonic() - began
    if json:
        removed = [path.name for path in made.removed]
        typer.echo(as_json(summary(made.path, made.manifest) | {"seconds": round(seconds, 1), "removed": removed}))
        return
    typer.echo(f"{visible(str(made.path))}: {size_in_words(made.path.stat().st_size)}, verified, {seconds:.1f} s")
    print_contents(made.manifest)
    if made.removed:
        typer.echo(f"Older backups removed: {len(made.removed)}")


def readable(path: Path) -> Path:
    """An argument that names a backup.

    The installed command runs as the user of the service, who can neither enter root's home nor read root's files.
    """
    # pathlib's is_file raises PermissionError where a folder on the way may not be entered.
    if os.path.isfile(path) and os.access(path, os.R_OK):  # noqa: PTH113
        return path
    try:
        user = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        user = str(os.geteuid())
    raise typer.BadParameter(
        f"{visible(str(path))} is not there, or the user {visible(user)} cannot read it: copy it to where that user can, "
        "for instance into the storage folder, and make it that user's."
    )


BackupFile = Annotated[Path, typer.Argument(metavar="FILE", callback=readable, help="A backup.")]


def _remembered(settings: Settings, folder: Path, *, keep: int, every: int) -> Made:
    """Make a backup, and remember it or that it failed."""
    from mailgate.backup import memory
    from mailgate.backup.maker import make
    from mailgate.clock import utc_now

    now = utc_now()
    try:
        made = make(installation_of(settings), folder, keep=keep, now=now)
    except MailgateError as fault:
        before = memory.read(settings.storage) or LastBackup()
        _remember(settings.storage, before.failed(now, every, str(fault)))
        raise
    last = LastBackup(now, str(made.path.absolute()), made.path.stat().st_size, every)
    _remember(settings.storage, last)
    return made


def _remember(storage: Path, last: LastBackup) -> None:
    """The backup is as good as it is, whether `status` will know of it or not."""
    from mailgate.backup import memory

    try:
        memory.write(storage, last)
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        typer.echo(
            f"{visible(str(storage))} cannot be written ({reason}): `mailgate status` will not know of it", err=True
        )


def installation_of(settings: Settings) -> Installation:
    """What there is to back up and to restore."""
    from mailgate.backup.installation import Installation
    from mailgate.config import environment_without_settings
    from mailgate.login.keptgrant import FILE_NAME
    from mailgate.settings.signingkey import KEY_NAME

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
