"""``mailgate parse``: what the daemon would make of a message, without a register, a mailbox or a setting."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from mailgate.cli.parsed import Parsed
    from mailgate.sandbox import Sandbox

MAX_BYTES: Final = 256 * 1024 * 1024
_STANDARD_INPUT: Final = "-"


def parse(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Raw messages; - is standard input.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a message, one a line.")] = False,
    as_reply: Annotated[bool, typer.Option("--as-reply", help="Show what of a reply would be passed on.")] = False,
) -> None:
    """Show what would be made of messages: kind, forms, problems, and why.

    Touches no database, sends nothing, needs no settings.  Exits with 1 if a file could not be opened.
    """
    from mailgate.cli import parsed
    from mailgate.sandbox import Sandbox

    show: Callable[[Parsed], str]
    if as_reply:
        show = parsed.reply_as_json if json else parsed.reply_in_words
    else:
        show = parsed.as_json if json else parsed.in_words
    missed = False
    with closing(Sandbox()) as sandbox:
        for result in _read_all(sandbox, files, as_reply=as_reply):
            if result is None:
                missed = True
            elif not _print(show(result)):
                break
    if missed:
        raise typer.Exit(1)


def _read_all(sandbox: Sandbox, files: list[str], *, as_reply: bool) -> Iterator[Parsed | None]:
    """Every file in order, read; None for one that cannot be opened, which is told on standard error."""
    from mailgate.cli.output import visible
    from mailgate.cli.parsed import Parsed
    from mailgate.errors import ReadingFailed

    for file in files:
        try:
            raw = _bytes_of(file)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            print(f"{visible(file)}: cannot be opened: {reason or 'no such name'}.", file=sys.stderr)
            yield None
            continue
        if len(raw) > MAX_BYTES:
            yield Parsed(file, f"it is larger than {MAX_BYTES} bytes")
            continue
        try:
            yield Parsed(file, sandbox.read(raw, as_reply=as_reply))
        except ReadingFailed as failure:
            yield Parsed(file, str(failure))


def _bytes_of(file: str) -> bytes:
    if file == _STANDARD_INPUT:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(file).open("rb") as message:
        return message.read(MAX_BYTES + 1)


def _print(text: str) -> bool:
    """Writes UTF-8 whatever the locale says; False where nobody reads any more (``| head``)."""
    try:
        sys.stdout.buffer.write(text.encode() + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The interpreter flushes standard output once more at its end, and must not complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True
