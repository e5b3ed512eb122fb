"""A register that was here and is gone.

Nothing begins an empty one in its place: numbers that clerks and consultants have would be given a second time.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from mailgate import heartbeat
from mailgate.errors import RegisterError
from mailgate.register.schema import present_revision, sqlite_path


class RegisterLost(RegisterError):
    """There is no register where a daemon has worked with one."""


def require_no_loss(engine: Engine, storage: Path) -> None:
    """Raise RegisterLost, with what to do, where the database holds no register although a daemon has served ``storage``.

    A daemon gives its first sign of life (``heartbeat``) when its register has served.  Raises RegisterError where the
    database does not answer.
    """
    sign = heartbeat.sign_in(storage)
    if present_revision(engine) is not None or sign is None:
        return
    place = sqlite_path(engine) or engine.url.render_as_string()
    raise RegisterLost(
        f"The register is gone: there is none at {place}, and a daemon has worked with one here. Name its place in "
        "MAILGATE_DATABASE_URL, or give back the last backup with `mailgate restore FILE`; only to begin a new register, "
        f"from the first number, remove {sign}."
    )
