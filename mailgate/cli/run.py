"""``mailgate run``: the daemon in the foreground, as systemd wants it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time


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
        handler.setFormatter(_Journald("%(name)s %(message)s"))
    else:
        formatter = logging.Formatter("%(asctime)sZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # These speak of each tick, or of statements with personal data, at level INFO.
    for name in ("apscheduler", "sqlalchemy", "alembic", "imapclient", "mail.log"):
        logging.getLogger(name).setLevel(logging.WARNING)


_PRIORITIES = {logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6}


class _Journald(logging.Formatter):
    """Puts the priority of sd-daemon(3) before each line."""

    def format(self, record: logging.LogRecord) -> str:
        prefix = f"<{_PRIORITIES.get(record.levelno, 7 if record.levelno < logging.INFO else 2)}>"
        return "\n".join(prefix + line for line in super().format(record).splitlines())
