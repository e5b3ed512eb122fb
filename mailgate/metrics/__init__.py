"""Figures for Prometheus: transitions counted as they happen, and the state as it is read when somebody asks.

Nothing personal is among them: labels hold kinds, states and codes of ours alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector

from mailgate import maillog
from mailgate.domain.lastbackup import LastBackup
from mailgate.heartbeat import LooksAtMailbox
from mailgate.metrics.server import Served, page_of
from mailgate.metrics.state import Sources, State
from mailgate.metrics.transitions import Transitions

__all__ = ["Exporter", "Sources", "serve"]


class Exporter:
    """The figures of one daemon, served until ``close``; ``address`` is where (host and true port)."""

    def __init__(self, listen: tuple[str, int], sources: Sources, seconds: Callable[[], float]) -> None:
        registry = CollectorRegistry(auto_describe=True)
        transitions, state = Transitions(registry), State(sources, seconds)
        registry.register(state)
        ProcessCollector(registry=registry)
        with ExitStack() as open_so_far:
            open_so_far.callback(state.close)
            open_so_far.enter_context(maillog.heard_by(transitions.happened))
            served = open_so_far.enter_context(Served(listen, page_of(registry)))
            self.address = served.address
            self._open = open_so_far.pop_all()

    def close(self) -> None:
        """Serve no more, within a second."""
        self._open.close()


def serve(
    listen: tuple[str, int],
    database_url: str,
    clock: Callable[[], datetime],
    seconds: Callable[[], float],
    *,
    folders: Sequence[Path | None] = (),
    stages: Callable[[], Mapping[str, tuple[float, float]]] = dict,
    mailbox: Callable[[], LooksAtMailbox | None] = lambda: None,
    backup: Callable[[], LastBackup | None] = lambda: None,
) -> Exporter:
    """Count and serve from now on, in threads of its own, at ``http://HOST:PORT/metrics``.

    ``clock`` gives aware UTC and ``seconds`` never run backwards; ``stages`` and ``mailbox`` are ``Vitals.rounds`` and
    ``Poller.status``; ``folders`` are those whose room is told; ``backup`` is what is remembered of the last one.  The
    register is read by connections of its own, so that a scrape never waits for a mail, nor a mail for a scrape.  Raises
    ConfigurationError where the address cannot be had.
    """
    return Exporter(listen, Sources(database_url, clock, tuple(folders), stages, mailbox, backup), seconds)
