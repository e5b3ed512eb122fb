"""What systemd and the daemon tell each other: sd_notify(3) and sd_listen_fds(3), as far as mailgate needs them."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from time import CLOCK_MONOTONIC, clock_gettime_ns

_FIRST_PASSED = 3
"""SD_LISTEN_FDS_START."""
_PATIENCE_SECONDS = 2.0
"""For a service manager that is busy, as when it is started anew itself: mail must not wait for it any longer."""


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """Where to report to; without ``address`` (not started by a service manager) every report is a silent no."""

    address: str | None = None

    @classmethod
    def of_environment(cls, environ: MutableMapping[str, str]) -> ServiceManager:
        """From NOTIFY_SOCKET, which is taken out: no program that we start may speak for us."""
        environ.pop("WATCHDOG_PID", None)
        environ.pop("WATCHDOG_USEC", None)
        return cls(environ.pop("NOTIFY_SOCKET", None))

    def ready(self, text: str) -> None:
        """Mail is taken; ``text`` is the state that ``systemctl status`` shows."""
        self._tell("READY=1", f"STATUS={text}")

    def reloading(self) -> None:
        """The settings are read anew; ``ready`` ends it."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={clock_gettime_ns(CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """The end has begun."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """Feed the watchdog."""
        # One of many, and said in the event loop: the next may get through.
        self._tell("WATCHDOG=1", patience=0.0)

    def _tell(self, *lines: str, patience: float = _PATIENCE_SECONDS) -> None:
        if not self.address:
            return
        # A socket in the abstract namespace is written with an @ for its leading NUL.
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as road:
            road.settimeout(patience)
            try:
                road.sendto("\n".join(lines).encode(), address)
            except OSError:
                # Nobody listens, or not now; mail matters more than the report.
                return


def passed_sockets(environ: MutableMapping[str, str]) -> list[socket.socket]:
    """The listening sockets that systemd opened for us (``mailgate.socket``); their names are taken out of ``environ``."""
    count = _count_of(environ)
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        environ.pop(name, None)
    passed = [socket.socket(fileno=number) for number in range(_FIRST_PASSED, _FIRST_PASSED + count)]
    for listener in passed:
        listener.set_inheritable(False)
        listener.setblocking(False)
    return passed


def _count_of(environ: Mapping[str, str]) -> int:
    """How many were passed to this very process."""
    meant = environ.get("LISTEN_PID", "") == str(os.getpid())
    number = environ.get("LISTEN_FDS", "")
    return int(number) if meant and number.isascii() and number.isdigit() else 0
