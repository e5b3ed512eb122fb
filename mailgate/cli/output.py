"""What the listing commands share: opening the register, tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from mailgate.cli.drawing import Column, draw
from mailgate.domain.workcalendar import WARSAW

if TYPE_CHECKING:
    from sqlalchemy import Engine

_WARSAW = ZoneInfo(WARSAW)


@contextmanager
def open_register() -> Iterator[Engine]:
    """The database of the settings, made sure to hold a register of this program's revision.

    Raises ConfigurationError and RegisterError, which the program's entry turns into a sentence and exit status 1.
    """
    # A command that only parses or shows help does not wait for the database's libraries.
    from mailgate.config import load_settings
    from mailgate.register.database import ensure_current, open_database

    engine = open_database(load_settings().database_url)
    try:
        ensure_current(engine)
        yield engine
    finally:
        engine.dispose()


def in_warsaw(instant: datetime | None) -> str:
    """An instant for people: ``2026-11-23 14:05:09``, Warsaw time; "" for None."""
    return "" if instant is None else instant.astimezone(_WARSAW).strftime("%Y-%m-%d %H:%M:%S")


def minute_in_warsaw(instant: datetime | None) -> str:
    """An instant in a list: ``2026-11-23 14:05``, Warsaw time, its seconds left out; "" for None."""
    return in_warsaw(instant)[: len("2026-11-23 14:05")]


def iso_in_warsaw(instant: datetime | None) -> str | None:
    """An instant for programs: ISO 8601 with Warsaw's offset."""
    return None if instant is None else instant.astimezone(_WARSAW).isoformat()


def size_in_words(count: int) -> str:
    """So many bytes, as people say it: ``20 KiB``, ``3.2 MiB``."""
    if count < 1 << 20:
        return f"{-(-count // 1024)} KiB"
    return f"{count / (1 << 30):.1f} GiB" if count >= 1 << 30 else f"{count / (1 << 20):.1f} MiB"


def visible(text: str) -> str:
    """A text from outside, safe to print: no character in it can move the cursor or turn the direction of writing."""
    return "".join(character if _is_harmless(character) else _escaped(character) for character in text)


def one_line(text: str | None, width: int = 60) -> str:
    """A text from outside in one line, cut to a width."""
    line = visible(" ".join((text or "").split()))
    return line if len(line) <= width else f"{line[: width - 1]}…"


def envelope_sender(sender: str | None) -> str:
    """The envelope's sender as the field writes it: ``<>`` is the null sender, ``?`` one that is not known."""
    return "?" if sender is None else one_line(sender) or "<>"


def facts_in(detail: Mapping[str, Any], but: Collection[str]) -> list[str]:
    """The plain values of an event's detail, each with its name: a telephone number, a reason, a recipient."""
    told = {name: value for name, value in detail.items() if name not in but and isinstance(value, str | int | float)}
    return [f"{name}: {value}" for name, value in told.items() if value != ""]


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """A table: drawn in a terminal as far as it fits, whole and in plain columns anywhere else."""
    cells = [tuple(row) for row in rows]
    if sys.stdout.isatty():
        draw(columns, cells)
        return
    headings = [column.heading for column in columns]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    for row in (headings, *cells):
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_json(values: Iterable[Any]) -> None:
    """A JSON array with one value a line, written as the values come."""
    separator = "["
    for value in values:
        typer.echo(f"{separator}\n{as_json(value)}", nl=False)
        separator = ","
    typer.echo("[]" if separator == "[" else "\n]")


def as_json(value: Any, indent: int | None = None) -> str:
    """JSON with Polish letters as they are; dataclasses are objects, instants stand in Warsaw time.

    What could steer a terminal stands as an escape, which a program reads as the same character.
    """
    return visible_json(json.dumps(value, ensure_ascii=False, default=_plain, indent=indent))


def visible_json(text: str) -> str:
    """JSON that is safe to print, and says the same: no character in it can steer a terminal."""
    return "".join(sign if _is_harmless(sign) else json.dumps(sign)[1:-1] for sign in text)


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return iso_in_warsaw(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"not for JSON: {type(value).__name__}")


def _is_harmless(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
