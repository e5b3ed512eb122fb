"""Every test of the register runs on both databases."""

from __future__ import annotations

from servers.databases import empty_url, engine, postgres, postgres_template, register_url, sqlite_engine

__all__ = ["empty_url", "engine", "postgres", "postgres_template", "register_url", "sqlite_engine"]
