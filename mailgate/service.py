"""The daemon as a service: ready, alive, reloading and stopping are told to the service manager; SIGHUP reads settings anew.

New settings, certificates and templates are tried before anything stops, and taken over as a whole or not at all.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Sequence

from mailgate.config import Settings
from mailgate.daemon import Daemon
from mailgate.delivery.specimen import render_all
from mailgate.equipment import smtp_access
from mailgate.errors import MailgateError
from mailgate.faultplaces import place_of
from mailgate.servicemanager import ServiceManager

_log = logging.getLogger("mailgate.service")


def require_usable(settings: Settings) -> None:
    """Raise a MailgateError where templates, certificates or users that the settings name cannot be used.

    Nothing is written.
    """
    render_all(settings.hotline, [settings.templates] if settings.templates else [])
    smtp_access(settings.smtp)


class Service:
    """One daemon after another, each with the settings of its time.

    ``load`` reads the settings, and raises ConfigurationError; ``listeners`` are the sockets that the service manager
    has opened for the SMTP receiver, which stay open from one daemon to the next.
    """

    def __init__(
        self, load: Callable[[], Settings], manager: ServiceManager, listeners: Sequence[socket.socket] = ()
    ) -> None:
        self._load = load
        self._manager = manager
        self._listeners = tuple(listeners)
        self._ending = False
        self._next: Settings | None = None
        self._reloading = self._reload_again = False
        self._turn = asyncio.Event()
        self._reloads: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT.

        Raises a MailgateError with a sentence where the daemon cannot start with the first settings.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        loop.add_signal_handler(signal.SIGHUP, self._begin_reload)
        former: Settings | None = None
        current = self._load()
        while not self._ending:
            try:
                await self._serve(current)
            except MailgateError as fault:
                if former is None:
                    raise
                _log.error("the daemon does not start with the new settings, and takes the former ones: %s", fault)
                current, former = former, None
                continue
            former, current = current, self._next or current

    async def _serve(self, settings: Settings) -> None:
        self._next = None
        self._turn.clear()
        daemon = Daemon(settings, listeners=self._listeners, alive=self._manager.alive)
        await daemon.serve(self._turn, lambda running: self._reloaded(running.greeting()))

    def _end(self) -> None:
        self._ending = True
        self._manager.stopping()
        self._turn.set()

    def _begin_reload(self) -> None:
        task = asyncio.get_running_loop().create_task(self._reload())
        # The loop itself holds a task by a weak reference only.
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def _reload(self) -> None:
        if self._ending or self._reloading:
            # What was written since then is read once the daemon serves that is starting now.
            self._reload_again = True
            return
        self._reloading = True
        _log.info("reading the settings anew; credentials of systemd are those of the start, until a restart")
        self._manager.reloading()
        try:
            self._next = await asyncio.to_thread(self._tried)
        except MailgateError as fault:
            self._refused(str(fault))
        except Exception as fault:  # noqa: BLE001
            # Whatever an administrator wrote there: the daemon that runs has nothing to do with it.
            self._refused(f"they cannot be used: {place_of(fault)}")
        else:
            self._turn.set()

    def _refused(self, reason: str) -> None:
        _log.error("the new settings are refused, and the former ones stay: %s", reason)
        self._reloaded("the new settings were refused; see the journal")

    def _reloaded(self, text: str) -> None:
        """Mail is taken, with whatever settings; ``text`` is the state that ``systemctl status`` shows."""
        self._manager.ready(text)
        again, self._reload_again, self._reloading = self._reload_again, False, False
        if again:
            self._begin_reload()

    def _tried(self) -> Settings:
        """The settings of now, once all that they name has shown itself usable."""
        settings = self._load()
        require_usable(settings)
        settings.signing_key()
        return settings
