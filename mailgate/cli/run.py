"""``mailgate run``: the daemon in the foreground, as systemd wants it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading

from mailgate.journal import Discreet, ForSystemd


def run() -> None:
    """Run the daemon until it is told to stop (SIGTERM, or Ctrl-C); SIGHUP makes it read the settings anew."""
    from mailgate.config import load_settings
    from mailgate.service import Service
    from mailgate.servicemanager import ServiceManager, passed_sockets

    journal()
    manager, listeners = ServiceManager.of_environment(os.environ), passed_sockets(os.environ)
    asyncio.run(Service(load_settings, manager, listeners).run())


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
