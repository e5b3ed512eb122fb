"""``mailgate run``: the daemon in the foreground, as systemd wants it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.errors import MailgateError
from mailgate.faultplaces import place_of
from mailgate.journal import Discreet, ForSystemd

if TYPE_CHECKING:
    from mailgate.config import Settings


def run(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only try the settings, templates and certificates, as a reload does.")
    ] = False,
) -> None:
    """Run the daemon until it is told to stop (SIGTERM, or Ctrl-C); SIGHUP makes it read the settings anew.

    With --dry-run the exit status tells whether what stands in the settings can be used; a daemon that runs is not
    touched.
    """
    from mailgate.config import load_settings
    from mailgate.service import Service
    from mailgate.servicemanager import ServiceManager, passed_sockets

    if dry_run:
        _try(load_settings)
        return
    journal()
    manager, listeners = ServiceManager.of_environment(os.environ), passed_sockets(os.environ)
    asyncio.run(Service(load_settings, manager, listeners).run())


def _try(load: Callable[[], Settings]) -> None:
    """Raises a MailgateError with a sentence where the settings cannot be used; writes nothing, not even a first key."""
    from mailgate.service import require_usable
    from mailgate.settings.signingkey import KEY_NAME

    settings = load()
    try:
        require_usable(settings)
        if (settings.storage / KEY_NAME).exists():
            settings.signing_key()
    except MailgateError:
        raise
    except Exception as fault:  # noqa: BLE001
        # Whatever an administrator's template does is a fault of it, and no traceback.
        raise MailgateError(f"the settings cannot be used: {place_of(fault)}") from None


def journal() -> None:
    """Log to standard error; under systemd with its priorities and without a time, which it adds itself."""
    handler = logging.StreamHandler(sys.stderr)
    if "JOURNAL_STREAM" in os.environ:
        handler.setFormatter(ForSystemd("%(name)s %(message)s"))
    else:
        handler.setFormatter(Discreet("%(asctime)sZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # These speak of each tick, or of statements with personal data, at level INFO.
    for name in ("apscheduler", "sqlalchemy", "alembic", "imapclient", "mail.log"):
        logging.getLogger(name).setLevel(logging.WARNING)
    threading.excepthook = _tell_of_thread


def _tell_of_thread(end: threading.ExceptHookArgs) -> None:
    """By itself Python would print the words of the exception, too."""
    if end.exc_value is not None:
        name = end.thread.name if end.thread else "?"
        fault = (end.exc_type, end.exc_value, end.exc_traceback)
        logging.getLogger("mailgate.daemon").error("the thread %s ended with a mistake", name, exc_info=fault)
