"""The register's database: it answers, can be written, and fits this program."""

from __future__ import annotations

import os
from collections.abc import Iterator

from sqlalchemy import Engine, text
from sqlmodel import Session

from mailgate import __version__
from mailgate.checkup.finding import Finding, or_well
from mailgate.config import Settings
from mailgate.errors import RegisterBusy, RegisterError
from mailgate.lostregister import RegisterLost, require_no_loss
from mailgate.register.database import open_database, reading, unit_of_work
from mailgate.register.migrations import HEAD
from mailgate.register.schema import present_revision, sqlite_path
from mailgate.register.sql import run

_PATIENCE_SECONDS = 3
_RIGHT = "give the user of the service the right to write the file and its folder."
_MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")
"""Without these PostgreSQL says that something is on disk when it is not, and so do we with our 250."""


def database(settings: Settings) -> Iterator[Finding]:
    """Whether the register can be kept."""
    engine = open_database(settings.database_url, _PATIENCE_SECONDS)
    well = f"The register answers ({engine.dialect.name}) and fits this program."
    try:
        require_no_loss(engine, settings.storage)
        yield from or_well(_faults(engine), "database", well)
    except RegisterLost as fault:
        yield Finding("database", "fault", str(fault))
    except RegisterBusy as fault:
        yield Finding("database", "fault", f"{str(fault).rstrip('.')}: {_cure(engine)}")
    except RegisterError as fault:
        yield Finding("database", "fault", f"{str(fault).rstrip('.')}: {_cure_of_refusal(engine, str(fault))}")
    finally:
        engine.dispose()


def _faults(engine: Engine) -> Iterator[Finding]:
    present = present_revision(engine)
    if present is None:
        where = sqlite_path(engine) or "the database"
        yield Finding("database", "warning", f"There is no register in {where} yet; the first start makes it.")
        return
    if present > HEAD:
        cure = "install the newer mailgate again, or give back the copy made before its upgrade."
        told = f"The database (revision {present}) is newer than this mailgate {__version__} (revision {HEAD})"
        yield Finding("database", "fault", f"{told}: {cure}")
        return
    if present < HEAD:
        cure = "start mailgate, which brings it up to date (and keeps a copy of a SQLite file)."
        told = f"The database (revision {present}) is older than this mailgate {__version__} (revision {HEAD})"
        yield Finding("database", "warning", f"{told}: {cure}")
    yield from _writing(engine)
    if engine.dialect.name == "postgresql":
        with reading(engine) as session:
            yield from _careless(session)


def _writing(engine: Engine) -> Iterator[Finding]:
    """A transaction that would write is begun, and ended without writing."""
    try:
        with unit_of_work(engine) as session:
            read_only = engine.dialect.name == "postgresql" and _shown(session, "transaction_read_only") == "on"
            run(session, text("SELECT 1"))
    except RegisterBusy:
        raise
    except RegisterError as fault:
        yield Finding("database", "fault", f"{str(fault).rstrip('.')}: {_RIGHT}")
        return
    if read_only:
        cure = "name the primary server in MAILGATE_DATABASE_URL, or let the role write."
        yield Finding("database", "fault", f"PostgreSQL lets us only read (a standby, perhaps): {cure}")


def _careless(session: Session) -> Iterator[Finding]:
    off = [name for name in _MUST_BE_ON if _shown(session, name) == "off"]
    if off:
        cure = f"set {' and '.join(off)} to on in postgresql.conf, for mail is lost with a loss of power otherwise."
        yield Finding("database", "warning", f"PostgreSQL does not wait for the disk: {cure}")


def _shown(session: Session, name: str) -> str:
    return str(run(session, text(f"SHOW {name}")).scalar_one())


def _cure_of_refusal(engine: Engine, told: str) -> str:
    """Waiting does not help: the file is damaged or is none of a database, or we may not write it."""
    if engine.dialect.name == "postgresql":
        return "give the role of MAILGATE_DATABASE_URL its rights; PostgreSQL's log tells more."
    if "readonly" in told or "read-only" in told:
        return _RIGHT
    return "stop mailgate, and give back the last backup (`mailgate restore FILE --replace`)."


def _cure(engine: Engine) -> str:
    if engine.dialect.name == "postgresql":
        return "start PostgreSQL, or correct host, user and password in MAILGATE_DATABASE_URL."
    path = sqlite_path(engine)
    if path is not None and path.exists() and not os.access(path, os.R_OK | os.W_OK):
        return _RIGHT
    return (
        "end the program that holds the file (`fuser` names it), and see that the disk is neither full nor read-only."
    )
