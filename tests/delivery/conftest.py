"""What the tests of delivery share."""

from __future__ import annotations

from servers.databases import sqlite_engine

__all__ = ["sqlite_engine"]
