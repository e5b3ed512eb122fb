"""An upgrade of the schema tried out, so that nothing of the register changes."""

from __future__ import annotations

from sqlalchemy import Engine

from mailgate.backup import shelf, sqlitecopy
from mailgate.register import schema
from mailgate.register.database import migrate, open_database


def rehearse(engine: Engine) -> None:
    """Upgrade a copy of a SQLite file, which is thrown away, or a PostgreSQL database in a transaction that is undone.

    PostgreSQL's tables are locked meanwhile.  Raises what the upgrade itself would raise, and BackupFault where there is
    no room for the copy.
    """
    path = schema.sqlite_path(engine)
    if path is None:
        schema.rehearse(engine)
        return
    with shelf.workspace(path.parent) as workspace:
        # The upgrade makes a copy of its own before it begins, and rewrites tables.
        shelf.require_room(workspace, 3 * sqlitecopy.size_of(path))
        copy = workspace / path.name
        sqlitecopy.copy(path, copy)
        tried = open_database(f"sqlite:///{copy}")
        try:
            migrate(tried)
        finally:
            tried.dispose()
