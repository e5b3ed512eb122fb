"""Writes .msg files: storages and streams in an OLE compound file (MS-CFB), as Outlook names them (MS-OXMSG)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from packing.tnef import BINARY, OBJECT, STRING8, UNICODE, Values

Tree = Mapping[str, Any]
"""Names to bytes (streams) or to further trees (storages)."""

_SECTOR = 512
_MINI = 64
_CUTOFF = 4096
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_NONE = 0xFFFFFFFF


def text(value: str) -> tuple[int, bytes]:
    return UNICODE, value.encode("utf-16-le")


def message(values: Values, files: Sequence[Values] = (), messages: Sequence[tuple[str, Tree]] = ()) -> Tree:
    """The tree of a message with its files (by their properties) and the messages attached to it (name, tree)."""
    tree: dict[str, Any] = dict(_storage(values, 32))
    tree["__nameid_version1.0"] = {f"__substg1.0_{number:04X}0102": b"" for number in (2, 3, 4)}
    for number, file in enumerate(files):
        tree[f"__attach_version1.0_#{number:08X}"] = _storage(file, 8)
    for number, (name, inner) in enumerate(messages, start=len(files)):
        held = dict(_storage({0x3001: text(name), 0x3705: (3, struct.pack("<I", 5))}, 8))
        inner = {key: value for key, value in inner.items() if key != "__nameid_version1.0"}
        inner["__properties_version1.0"] = inner["__properties_version1.0"][8:]
        held["__substg1.0_3701000D"] = inner
        tree[f"__attach_version1.0_#{number:08X}"] = held
    return tree


def _storage(values: Values, header: int) -> Tree:
    tree: dict[str, bytes] = {}
    table = bytes(header)
    for name, (kind, raw) in values.items():
        if kind in (BINARY, OBJECT, UNICODE, STRING8):
            tree[f"__substg1.0_{name:04X}{kind:04X}"] = raw
            table += struct.pack("<HHIII", kind, name, 6, len(raw) + (2 if kind == UNICODE else 0), 0)
        else:
            table += struct.pack("<HHI8s", kind, name, 6, raw)
    tree["__properties_version1.0"] = table
    return tree


def compound(tree: Tree) -> bytes:
    """The compound file of a tree, with 512-byte sectors, one FAT, and a mini stream for what is short."""
    entries: list[dict[str, Any]] = [{"name": "Root Entry", "kind": 5, "data": b"", "child": _NONE, "right": _NONE}]
    _add(tree, 0, entries)
    mini = bytearray()
    mini_fat: list[int] = []
    sectors: list[bytes] = []
    fat: list[int] = []

    def chain(data: bytes) -> int:
        if not data:
            return _END
        first = len(sectors)
        pieces = [data[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(data), _SECTOR)]
        sectors.extend(pieces)
        fat.extend([*range(first + 1, first + len(pieces)), _END])
        return first

    for entry in entries[1:]:
        data = entry["data"]
        if entry["kind"] == 1 or not data:
            entry["start"] = 0 if entry["kind"] == 1 else _END
        elif len(data) < _CUTOFF:
            entry["start"] = len(mini_fat)
            count = -(-len(data) // _MINI)
            mini_fat.extend([*range(len(mini_fat) + 1, len(mini_fat) + count), _END])
            mini += data.ljust(count * _MINI, b"\0")
        else:
            entry["start"] = chain(data)
    entries[0]["start"], entries[0]["data"] = chain(bytes(mini)), bytes(mini)
    directory = b"".join(_entry(entry) for entry in entries)
    directory += bytes(-len(directory) % _SECTOR)
    directory_start = chain(directory)
    mini_fat_bytes = struct.pack(f"<{len(mini_fat)}I", *mini_fat)
    mini_fat_start = chain(mini_fat_bytes + b"\xff" * (-len(mini_fat_bytes) % _SECTOR))
    count = 1
    while (len(fat) + count) * 4 > count * _SECTOR:
        count += 1
    places = list(range(len(sectors), len(sectors) + count))
    fat += [_FAT] * count
    fat_bytes = struct.pack(f"<{len(fat)}I", *fat).ljust(count * _SECTOR, b"\xff")
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6,
        0, count, directory_start, 0, _CUTOFF, mini_fat_start, -(-len(mini_fat_bytes) // _SECTOR), _END, 0, *places[:1],
    )  # fmt: skip
    header += struct.pack(f"<{len(places) - 1}I", *places[1:])
    return header.ljust(512, b"\xff") + b"".join(sectors) + fat_bytes


def _add(tree: Tree, parent: int, entries: list[dict[str, Any]]) -> None:
    """A storage's children as a list to the right: an unbalanced tree, in the order that the format asks for."""
    before = None
    for name in sorted(tree, key=lambda one: (len(one), one.upper())):
        value = tree[name]
        entry = {"name": name, "kind": 2, "data": value, "child": _NONE, "right": _NONE}
        if not isinstance(value, bytes):
            entry.update(kind=1, data=b"")
        entries.append(entry)
        place = len(entries) - 1
        if before is None:
            entries[parent]["child"] = place
        else:
            entries[before]["right"] = place
        before = place
        if not isinstance(value, bytes):
            _add(value, place, entries)


def _entry(entry: Mapping[str, Any]) -> bytes:
    name = entry["name"].encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ", name, len(name) + 2, entry["kind"], 1, _NONE, entry["right"], entry["child"], bytes(16), 0,
        0, 0, entry["start"], len(entry["data"]),
    )  # fmt: skip
