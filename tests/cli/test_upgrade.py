"""``mailgate upgrade`` tells what it would do, tries it out, and does it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic import command
from servers.machines import Machine, machine

from mailgate.register import schema
from mailgate.register.migrations import HEAD
from mailgate.storagelock import only_one

__all__ = ["machine"]


def test_an_older_register_is_shown_tried_and_upgraded(machine: Callable[[str], Machine]) -> None:
    old = machine("old")
    assert "There is no register yet" in old.shell.run("upgrade").output
    with old.engine.begin() as connection:
        command.upgrade(schema.alembic_config(connection), "0001")
    with only_one(old.storage):
        # The daemon may run while it is tried, and not while it is done.
        assert "would succeed. Nothing was changed." in old.shell.run("upgrade", "--dry-run").output
        with pytest.raises(AssertionError, match="another mailgate works"):
            old.shell.run("upgrade")
    said = old.shell.run("upgrade").output
    assert "0002  Letters that came back" in said
    assert f"is at revision {HEAD} now" in said
    assert "there is nothing to do" in old.shell.run("upgrade", "--dry-run").output
