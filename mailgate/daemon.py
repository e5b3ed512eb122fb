"""The composition root: builds every part from the settings, starts them in order, stops them in reverse.

Nothing decides here.  Parts know each other only through the plain callables that are handed to them.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic

from apscheduler.schedulers.background import BackgroundScheduler

from mailgate import __version__, maillog
from mailgate.clock import utc_now
from mailgate.config import Settings
from mailgate.delivery.composer import Composer
from mailgate.delivery.courier import Courier, MaildirCourier, SmtpCourier
from mailgate.delivery.dispatcher import Dispatcher
from mailgate.domain.correspondence import Office
from mailgate.domain.tokens import TokenKey
from mailgate.endpoints import Mailbox, Smarthost
from mailgate.errors import MailgateError
from mailgate.intake.account import ImapAccount
from mailgate.intake.committer import Committer
from mailgate.intake.doorkeeper import Limits
from mailgate.intake.poller import Poller
from mailgate.intake.receiver import Receiver
from mailgate.pipeline import Pipeline
from mailgate.recorder import Recorder
from mailgate.register import spool
from mailgate.register.database import migrate, open_database, reading, unit_of_work
from mailgate.register.spool import Arrival, Spooled
from mailgate.sandbox import SandboxPool
from mailgate.worker import Worker

_log = logging.getLogger("mailgate.daemon")
GRACE_SECONDS = 9.0
"""For all that is in hand at the end: the daemon is out within 10 seconds."""
LOCK_NAME = "daemon.lock"
"""In the storage folder; held while a daemon runs."""
LOOK_SECONDS = 2
"""How often to look for mail that another process (``ingest``, ``quarantine replay``) brought."""


class AlreadyRunning(MailgateError):
    """Another daemon works in this storage folder."""


@dataclass
class Daemon:
    """All parts of one running mailgate.

    ``readers`` is the number of sandbox processes, ``couriers`` that of connections to the smarthost.
    """

    settings: Settings
    readers: int = 2
    couriers: int = 2
    clock: Callable[[], datetime] = utc_now
    addresses: list[tuple[str, int]] = field(default_factory=list)
    """Where the SMTP receiver listens, once it does."""

    def __post_init__(self) -> None:
        settings = self.settings
        self._owner = f"{socket.gethostname()}:{settings.storage.resolve()}"
        self._composer = Composer(
            settings.hotline,
            templates=[settings.templates] if settings.templates else [],
            timezone=settings.calendar.timezone,
        )
        self._key = TokenKey(settings.signing_key())
        self._engine = open_database(settings.database_url)

    async def serve(self, stop: asyncio.Event, ready: Callable[[Daemon], None] = lambda daemon: None) -> None:
        """Run until ``stop`` is set; ``ready`` is called when mail is taken.

        Raises a MailgateError with a sentence where it cannot start: settings, database, address in use.
        """
        with _only_one(self.settings.storage):
            await asyncio.to_thread(self._prepare)
            await self._run(stop, ready)

    def _prepare(self) -> None:
        """Bring the database up to date and settle what a former run left open."""
        migrate(self._engine)
        with unit_of_work(self._engine) as session:
            recovered = spool.recover(session, self._owner, self.clock())
        if recovered.freed:
            _log.warning("%d mails were being read when the former run ended; they are read again", recovered.freed)
        for spool_id in recovered.quarantined:
            maillog.quarantined(spool_id=spool_id, reason=spool.CUT_SHORT)

    async def _run(self, stop: asyncio.Event, ready: Callable[[Daemon], None]) -> None:
        settings = self.settings
        dispatcher = Dispatcher(self._engine, self._courier, self._owner, couriers=self.couriers, clock=self.clock)
        readers = SandboxPool(self.readers)
        pipeline = self._pipeline(readers, dispatcher.wake)
        worker = Worker("pipeline", pipeline.run_batch)
        committer = Committer(lambda arrivals: self._store(arrivals, worker.wake))
        receiver = self._receiver(committer)
        poller = self._poller(lambda arrivals: self._store(arrivals, worker.wake))
        clockwork = self._clockwork(worker.wake)
        try:
            if receiver:
                self.addresses += await _listening(receiver, settings)
            await asyncio.to_thread(_begin_sending, dispatcher)
            await asyncio.to_thread(readers.warm)
            worker.start()
            clockwork.start()
            if poller:
                poller.start()
            self._greet()
            ready(self)
            await stop.wait()
        finally:
            _log.info("stopping")
            deadline = monotonic() + GRACE_SECONDS
            if receiver:
                await receiver.stop(GRACE_SECONDS / 2)
            await asyncio.to_thread(
                _stop_all, deadline, poller, committer, clockwork, worker, pipeline, dispatcher, readers
            )
            self._engine.dispose()
            _log.info("stopped")

    def _pipeline(self, readers: SandboxPool, queued: Callable[[], None]) -> Pipeline:
        settings = self.settings
        recorder = Recorder(
            Office(settings.hotline, settings.consultants), self._composer, self._key, settings.reply_addresses
        )
        return Pipeline(
            engine=self._engine,
            readers=readers,
            recorder=recorder,
            calendar=settings.calendar,
            trusted_authserv_id=settings.trusted_authserv_id,
            owner=self._owner,
            clock=self.clock,
            queued=queued,
        )

    def _store(self, arrivals: Sequence[Arrival], stored: Callable[[], None]) -> list[Spooled]:
        """One transaction for all that arrived together; the pipeline is woken after it."""
        with unit_of_work(self._engine) as session:
            spooled = spool.put(session, arrivals, self.clock())
        stored()
        return spooled

    def _receiver(self, committer: Committer) -> Receiver | None:
        settings = self.settings
        if settings.smtp_listen is None:
            return None
        limits = Limits(message_bytes=settings.max_message_bytes)
        return Receiver(settings.hotline.address, committer, [settings.smtp_listen], limits=limits, now=self.clock)

    def _poller(self, store: Callable[[Sequence[Arrival]], list[Spooled]]) -> Poller | None:
        mailbox = self.settings.mailbox
        return Poller(imap_account(self.settings, mailbox), store, self._known_uids, self.clock) if mailbox else None

    def _known_uids(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> set[int]:
        with reading(self._engine) as session:
            return spool.known_uids(session, mailbox, uidvalidity, uids)

    def _courier(self) -> Courier:
        """One connection to wherever letters go."""
        return courier_to(self.settings.smarthost, self.settings.hotline.domain, self.settings.tls_ca_file)

    def _clockwork(self, *ticks: Callable[[], None]) -> BackgroundScheduler:
        """Only a clock: what is due stands in the database, so a missed tick loses nothing."""
        clockwork = BackgroundScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        for tick in ticks:
            clockwork.add_job(tick, "interval", seconds=LOOK_SECONDS)
        return clockwork

    def _greet(self) -> None:
        settings = self.settings
        for host, port in self.addresses:
            _log.info(
                "mailgate %s takes mail for %s by SMTP on %s:%d", __version__, settings.hotline.address, host, port
            )
        if settings.mailbox:
            _log.info("mailgate %s takes mail from the mailbox %s", __version__, settings.mailbox.folder)
        if not settings.consultants:
            _log.warning("MAILGATE_CONSULTANTS is empty: questions are registered, and nobody is asked to answer them")


def courier_to(smarthost: Smarthost | Path, our_domain: str, ca_file: Path | None) -> Courier:
    """A courier for the configured smarthost or Maildir."""
    if isinstance(smarthost, Path):
        return MaildirCourier(smarthost)
    return SmtpCourier(
        smarthost.host,
        smarthost.port,
        smarthost.tls,
        smarthost.user,
        smarthost.password,
        cafile=ca_file,
        local_name=our_domain,
    )


def imap_account(settings: Settings, mailbox: Mailbox) -> ImapAccount:
    """The mailbox as the poller wants it."""
    return ImapAccount(
        host=mailbox.host,
        port=mailbox.port,
        user=mailbox.user,
        password=mailbox.password,
        folder=mailbox.folder,
        tls=mailbox.tls,
        accepted_folder=settings.mailbox_accepted_folder,
        poll_seconds=settings.imap_poll_seconds,
        max_message_bytes=settings.max_message_bytes,
        cafile=settings.tls_ca_file,
    )


async def run_until_told(daemon: Daemon, ready: Callable[[Daemon], None] = lambda daemon: None) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await daemon.serve(stop, ready)


async def _listening(receiver: Receiver, settings: Settings) -> list[tuple[str, int]]:
    try:
        return await receiver.start()
    except OSError as fault:
        host, port = settings.smtp_listen or ("", 0)
        raise MailgateError(
            f"MAILGATE_SMTP_LISTEN: cannot listen on {host}:{port} ({fault.strerror or fault}); "
            "stop the program that uses it, or name another port"
        ) from fault


def _begin_sending(dispatcher: Dispatcher) -> None:
    uncertain = dispatcher.start()
    if uncertain:
        _log.error("%d letters were being sent when the former run ended: see `mailgate outbox list`", uncertain)


def _stop_all(
    deadline: float,
    poller: Poller | None,
    committer: Committer,
    clockwork: BackgroundScheduler,
    worker: Worker,
    pipeline: Pipeline,
    dispatcher: Dispatcher,
    readers: SandboxPool,
) -> None:
    """In the order in which mail moves, until one deadline (monotonic seconds): what is cut short is taken up again."""

    def left() -> float:
        return max(0.1, deadline - monotonic())

    with ExitStack() as last:
        last.callback(readers.close)
        if poller:
            poller.stop(left() / 3)
        committer.close()
        if clockwork.running:
            clockwork.shutdown(wait=False)
        if not worker.stop(left() / 2):
            # A mail that takes long to read: its reader ends, and the mail goes back uncounted.
            readers.close()
            worker.stop(left() / 2)
        pipeline.close()
        dispatcher.stop(left())


@contextmanager
def _only_one(storage: Path) -> Iterator[None]:
    """Hold the storage folder; the kernel lets go of it when the process ends, however it ends."""
    try:
        storage.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(storage / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise MailgateError(
            f"MAILGATE_STORAGE: {storage} cannot be used ({fault.strerror}); name a folder that mailgate may write"
        ) from fault
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise AlreadyRunning(
            f"another mailgate works in {storage} already; stop it, or set MAILGATE_STORAGE to another folder"
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)
