"""``mailgate restore``: a backup becomes the register again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.backup import BackupFile, installation_of, print_contents
from mailgate.cli.output import in_warsaw, visible

if TYPE_CHECKING:
    from mailgate.backup.restorer import Restored
    from mailgate.config import Settings


def restore(
    file: BackupFile,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move the register that stands there aside; it is not deleted.")
    ] = False,
) -> None:
    """Check a backup and put its register and keys into place, while no daemon runs.

    At its next start the daemon reads again what was taken from the mailbox since the backup.  Letters that may have
    been sent since become uncertain: see `outbox list --state uncertain` and `outbox settle`.
    """
    from mailgate.backup.restorer import restore as put_into_place
    from mailgate.clock import utc_now
    from mailgate.config import load_settings
    from mailgate.storagelock import only_one

    settings = load_settings()
    with only_one(settings.storage):
        restored = put_into_place(installation_of(settings), file, replace=replace, now=utc_now())
    typer.echo(f"{visible(str(file))} is the register now.")
    print_contents(restored.manifest)
    for path in restored.aside:
        typer.echo(f"  aside      {visible(str(path))}")
    for line in _advice(restored, settings):
        typer.echo(line)


def _advice(restored: Restored, settings: Settings) -> list[str]:
    moment = in_warsaw(restored.manifest.made_at)
    lines = []
    if restored.letters:
        lines.append(
            f"{restored.letters} letters may have been sent after the backup and are uncertain: look for them in the "
            "smarthost's log, then `mailgate outbox settle`."
        )
    if settings.mailbox:
        lines.append(
            f"The next `mailgate run` reads again what was taken from the mailbox since {moment}; letters that follow "
            "from it are uncertain too, for they were most likely sent: `mailgate outbox settle --all-restored`."
        )
    if settings.smtp_listen:
        lines.append(f"Mail that came by SMTP after {moment} was only in the lost register: it is not in this one.")
    return lines
