"""The whole program in each story, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.databases import Databases
from servers.deployment import Deployment
from servers.smtp_sink import SmtpSink


@pytest.fixture(autouse=True)
def register_of_the_story(databases: Databases) -> Databases:
    """Every story has a register."""
    return databases


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Deployment]:
    """A running daemon whose letters go to a Maildir."""
    with Deployment(tmp_path).running() as deployment:
        yield deployment


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A smarthost that takes everything and remembers it."""
    with SmtpSink() as server:
        yield server
