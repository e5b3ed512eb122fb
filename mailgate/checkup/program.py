"""The daemon itself: whether one runs, still completes its rounds, and is the program that is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

from mailgate import __version__, heartbeat
from mailgate.checkup.finding import Finding, or_well
from mailgate.config import Settings
from mailgate.storagelock import daemon_runs


def program(settings: Settings) -> Iterator[Finding]:
    """How a running daemon does; one that does not run is no fault, for it may be about to be installed."""
    if not daemon_runs(settings.storage):
        beat = heartbeat.read(settings.storage)
        if beat is not None and beat.stopped_at is None:
            told = "The daemon does not run: it ended without a word, killed or with its machine"
            yield Finding("program", "warning", f"{told}: start it, and see the journal for the reason.")
            return
        yield Finding("program", "ok", f"mailgate {__version__} is installed, and does not run now.")
        return
    yield from or_well(_faults(settings.storage), "program", f"mailgate {__version__} runs.")


def _faults(storage: Path) -> Iterator[Finding]:
    beat = heartbeat.read(storage)
    if beat is None or beat.stopped_at is not None:
        return
    hangs = beat.hanging(monotonic())
    if hangs is not None:
        cure = "see the journal for the reason, and restart it (systemd does so by itself)."
        yield Finding("program", "fault", f"The daemon hangs, its stage {hangs} completes no round any more: {cure}")
    if beat.version != __version__:
        cure = "restart it, so that the new one works."
        yield Finding("program", "warning", f"The daemon is still mailgate {beat.version}, not {__version__}: {cure}")
