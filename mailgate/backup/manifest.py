"""What a backup says about itself: ``manifest.json``, the first member of the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from mailgate.backup.fault import BackupFault
from mailgate.backup.stock import Stock

FILE_NAME = "manifest.json"
FORMAT = 1
"""Changed when an older program could no longer read the file."""

Kind = Literal["sqlite", "postgresql"]


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
            told: dict[str, Any] = json.loads(raw)
            newer = told["format"] > FORMAT
            program = str(told["program"])
            if not newer:
                return cls._read(told)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BackupFault("its manifest cannot be read") from None
        raise BackupFault(f"it was made by mailgate {program}, whose backups this program does not know yet")

    @classmethod
    def _read(cls, told: dict[str, Any]) -> Manifest:
        made_at = datetime.fromisoformat(told["made_at"])
        if told["kind"] not in ("sqlite", "postgresql") or made_at.tzinfo is None:
            raise ValueError
        return cls(
            program=str(told["program"]),
            kind=told["kind"],
            made_at=made_at,
            stock=Stock(**told["stock"]),
            unpacked=int(told["unpacked"]),
            members={name: Member(int(one["bytes"]), str(one["sha256"])) for name, one in told["members"].items()},
        )
