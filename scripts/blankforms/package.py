"""ZIP packages that are the same octet for octet wherever they are made."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO

from blankforms.content import MADE_AT


def packed(members: Mapping[str, str]) -> bytes:
    """The members in their order, in UTF-8, stored: what deflating gives depends on the version of zlib."""
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as archive:
        for name, text in members.items():
            entry = zipfile.ZipInfo(name, MADE_AT.timetuple()[:6])
            # The system that made it, else told by the machine: 3 is Unix.
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode("utf-8"))
    return raw.getvalue()
