"""Where Prometheus may ask: an address that can be had, and that only those see who should."""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.checkup.finding import Finding, or_well
from mailgate.checkup.receiver import cannot_listen, why_not
from mailgate.config import Settings
from mailgate.endpoints import is_this_machine
from mailgate.storagelock import daemon_runs


def metrics(settings: Settings) -> Iterator[Finding]:
    """Nothing where they are switched off."""
    if settings.metrics_listen is None:
        return
    host, port = settings.metrics_listen
    yield from or_well(_faults(settings, host, port), "metrics", f"Figures are told at http://{host}:{port}/metrics.")


def _faults(settings: Settings, host: str, port: int) -> Iterator[Finding]:
    if not daemon_runs(settings.storage) and (fault := cannot_listen(host, port)) is not None:
        yield Finding("metrics", "fault", f"MAILGATE_METRICS_LISTEN: {why_not(host, port, fault, by_systemd=False)}")
    if not is_this_machine(host):
        cure = "see that a firewall lets only your Prometheus in, or write 127.0.0.1."
        yield Finding("metrics", "warning", f"Everybody who reaches {host}:{port} can read the figures: {cure}")
