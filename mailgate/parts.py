"""Everything that one run of the daemon consists of: started in order, stopped in the order in which mail moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic

from apscheduler.schedulers.background import BackgroundScheduler

from mailgate.dailyproof import DailyProof
from mailgate.delivery.dispatcher import Dispatcher
from mailgate.heartbeat import Heart
from mailgate.intake.committer import Committer
from mailgate.intake.poller import Poller, PollerStatus
from mailgate.intake.receiver import Receiver
from mailgate.metrics import Exporter
from mailgate.pipeline import Pipeline
from mailgate.sandboxpool import SandboxPool
from mailgate.vitals import Vitals
from mailgate.worker import Worker

GRACE_SECONDS = 9.0
"""For all that is in hand at the end: the daemon is out within 10 seconds."""


@dataclass(slots=True)
class Parts:
    """The parts, wired; None is a part that the settings do not ask for."""

    readers: SandboxPool
    dispatcher: Dispatcher
    pipeline: Pipeline
    worker: Worker
    """Runs the pipeline."""
    committer: Committer
    receiver: Receiver | None
    poller: Poller | None
    renewals: Worker | None
    """Of OAuth2 tokens."""
    watch: Worker
    """Has the watchman look."""
    proof: DailyProof
    heart: Heart
    clockwork: BackgroundScheduler
    vitals: Vitals
    look: Callable[[], PollerStatus | None]
    """How the mailbox does."""
    exporter: Exporter | None = None
    """Serves figures from the moment in which it is made."""

    async def start(self) -> None:
        """From here on mail moves; whoever brings it by SMTP may have begun before."""
        await asyncio.to_thread(self.dispatcher.start)
        await asyncio.to_thread(self.readers.warm)
        self.worker.start()
        if self.renewals:
            self.renewals.start()
        self.clockwork.start()
        if self.poller:
            self.poller.start()
        self.watch.start()
        self.heart.beat()

    async def stop(self) -> None:
        """Stop whatever was started, within GRACE_SECONDS: what is cut short is taken up again."""
        deadline = monotonic() + GRACE_SECONDS
        if self.renewals:
            # Not waited for: it holds nothing that a restart would miss.
            self.renewals.stop(0)
        if self.receiver:
            await self.receiver.stop(GRACE_SECONDS / 2)
        await asyncio.to_thread(self._stop_moving, deadline)
        await asyncio.to_thread(self.watch.stop, _left(deadline))
        if self.exporter:
            await asyncio.to_thread(self.exporter.close)
        self.heart.stop()

    def _stop_moving(self, deadline: float) -> None:
        """In the order in which mail moves, until one deadline (monotonic seconds)."""
        with ExitStack() as last:
            last.callback(self.readers.close)
            # First, and hardly waited for: whatever it is at, it only reads.
            self.proof.stop(_left(deadline) / 10)
            if self.poller:
                self.poller.stop(_left(deadline) / 3)
            self.committer.close(_left(deadline) / 3)
            if self.clockwork.running:
                self.clockwork.shutdown(wait=False)
            if not self.worker.stop(_left(deadline) / 2):
                # A mail that takes long to read: its reader ends, and the mail goes back uncounted.
                self.readers.close()
                self.worker.stop(_left(deadline) / 2)
            self.pipeline.close()
            self.dispatcher.stop(_left(deadline))


def _left(deadline: float) -> float:
    return max(0.1, deadline - monotonic())
