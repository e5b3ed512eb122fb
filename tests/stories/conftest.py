"""The whole program in each story."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.deployment import Deployment


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Deployment]:
    """A running daemon whose letters go to a Maildir."""
    with Deployment(tmp_path).running() as deployment:
        yield deployment
