"""What a backup says about itself: ``manifest.json``, the first member of the file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from mailgate import keptjson
from mailgate.backup.fault import BackupFault
from mailgate.backup.stock import Stock

FILE_NAME = "manifest.json"
FORMAT = 1
"""Changed when an older program could no longer read the file."""

Kind = Literal["sqlite", "postgresql"]

_MOST = 1 << 60
"""Of bytes and of what is counted."""
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the backup as it lies there: its length in bytes and its SHA-256, hexadecimal."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """``made_at`` is the moment whose state the backup holds (UTC); ``unpacked`` the database's size in bytes."""

    program: str
    kind: Kind
    made_at: datetime
    stock: Stock
    unpacked: int
    members: Mapping[str, Member]

    def to_json(self) -> bytes:
        """As it stands in the file, for people as well."""
        told = asdict(self) | {"format": FORMAT, "made_at": self.made_at.isoformat()}
        return json.dumps(told, indent=1, sort_keys=True).encode() + b"\n"

    @classmethod
    def from_json(cls, raw: bytes) -> Manifest:
        """Raises BackupFault where it is none, or of a format that is newer than this program."""
        try:
            told: dict[str, Any] = keptjson.parse(raw)
            newer = told["format"] > FORMAT
            program = str(told["program"])
            if not newer:
                return cls._read(told)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BackupFault("its manifest cannot be read") from None
        raise BackupFault(f"it was made by mailgate {program}, whose backups this program does not know yet")

    @classmethod
    def _read(cls, told: dict[str, Any]) -> Manifest:
        if told["kind"] not in ("sqlite", "postgresql"):
            raise ValueError("of no kind")
        return cls(
            program=keptjson.text(told["program"]),
            kind=told["kind"],
            made_at=keptjson.instant(told["made_at"]),
            stock=_stock(told["stock"]),
            unpacked=keptjson.number(told["unpacked"], _MOST),
            members={name: _member(one) for name, one in told["members"].items()},
        )


def _stock(told: dict[str, Any]) -> Stock:
    if not all(_YEAR.fullmatch(year) for year in told["numbers"]):
        raise ValueError("a year that is none")
    return Stock(keptjson.text(told["revision"]), _counted(told["counts"]), _counted(told["numbers"]))


def _counted(told: dict[str, Any]) -> dict[str, int]:
    return {name: keptjson.number(count, _MOST) for name, count in told.items()}


def _member(told: dict[str, Any]) -> Member:
    return Member(keptjson.number(told["bytes"], _MOST), keptjson.text(told["sha256"]))
