"""Machines to back up and to restore on."""

from __future__ import annotations

from servers.machines import machine, shelf

__all__ = ["machine", "shelf"]
