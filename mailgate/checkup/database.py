"""The register's database: it answers, can be written, and fits this program."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, text
from sqlmodel import Session

from mailgate import __version__
from mailgate.checkup.finding import Finding, or_well
from mailgate.config import Settings
from mailgate.errors import RegisterBusy, RegisterError
from mailgate.register.database import open_database, reading, unit_of_work
from mailgate.register.migrations import HEAD
from mailgate.register.schema import present_revision
from mailgate.register.sql import run

_PATIENCE_SECONDS = 3
_MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")
"""Without these PostgreSQL says that something is on disk when it is not, and so do we with our 250."""


def database(settings: Settings) -> Iterator[Finding]:
    """Whether the register can be kept."""
    if settings.database_file and not settings.database_file.exists():
        where = settings.database_file
        yield Finding("database", "warning", f"{where} is not there yet; the first start makes it.")
        return
    engine = open_database(settings.database_url, _PATIENCE_SECONDS)
    well = f"The register answers ({engine.dialect.name}) and fits this program."
    try:
        yield from or_well(_faults(engine), "database", well)
    except RegisterBusy as fault:
        yield Finding("database", "fault", f"{str(fault).rstrip('.')}: {_cure(engine)}")
    finally:
        engine.dispose()


def _faults(engine: Engine) -> Iterator[Finding]:
    present = present_revision(engine)
    if present is None:
        yield Finding("database", "warning", "There is no register in the database yet; the first start makes it.")
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
        cure = "give the user of the service the right to write the file and its folder."
        yield Finding("database", "fault", f"{str(fault).rstrip('.')}: {cure}")
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


def _cure(engine: Engine) -> str:
    if engine.dialect.name == "postgresql":
        return "start PostgreSQL, or correct host, user and password in MAILGATE_DATABASE_URL."
    return (
        "end the program that holds the file (`fuser` names it), and see that the disk is neither full nor read-only."
    )
