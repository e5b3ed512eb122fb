"""The composition root: builds every part from the settings, and runs them (``parts``) until it is told to stop.

Nothing decides here.  Parts know each other only through the plain callables that are handed to them.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from apscheduler.schedulers.background import BackgroundScheduler
from sqlmodel import Session

from mailgate import __version__, maillog, metrics
from mailgate.backup import memory
from mailgate.clock import utc_now
from mailgate.config import Settings
from mailgate.dailyproof import COMPARED_AT, TRIED_AGAIN_AT, DailyProof
from mailgate.delivery.composer import Composer
from mailgate.delivery.courier import Courier
from mailgate.delivery.dispatcher import Dispatcher
from mailgate.domain.correspondence.post import Office, Post
from mailgate.domain.letters import Notice, Thread
from mailgate.domain.telling import Report
from mailgate.domain.threads import proven
from mailgate.domain.tokens import TokenKey
from mailgate.equipment import courier_to, imap_account, smtp_access, token_source
from mailgate.errors import MailgateError
from mailgate.heartbeat import Heart
from mailgate.intake.committer import Committer
from mailgate.intake.doorkeeper import Limits
from mailgate.intake.poller import Poller, PollerStatus
from mailgate.intake.receiver import Receiver
from mailgate.intake.reread import Reread
from mailgate.intake.transactions import Transactions
from mailgate.intake.turn import LEASE
from mailgate.lostregister import require_no_loss
from mailgate.parts import Parts
from mailgate.pipeline import Pipeline
from mailgate.recording.recorder import Recorder
from mailgate.register import sentletters, spool
from mailgate.register.database import migrate, open_database, unit_of_work
from mailgate.register.migrations import HEAD
from mailgate.register.schema import present_revision
from mailgate.register.spool import Arrival, Spooled
from mailgate.sandboxpool import RESTED_SECONDS, SandboxPool
from mailgate.storagelock import only_one
from mailgate.vitals import Vitals
from mailgate.watchman import Senses, Watchman, since_boot
from mailgate.worker import Worker

_log = logging.getLogger("mailgate.daemon")
LOOK_SECONDS = 2
"""How often to look for mail that another process (``ingest``, ``quarantine replay``) brought."""

BATCH_DUE = 960.0
"""Seconds for one mail that takes the sandbox's whole time twice, and for the transaction of a batch."""
COMMIT_DUE = 300.0
"""For one transaction of the receiver's, after the pause in which no mail comes."""
COURIER_DUE = 900.0
"""For a letter to a smarthost that answers after the content as late as RFC 5321 section 4.5.3.2.6 lets it."""
POLL_DUE = 300.0
"""For a look at the mailbox, after the pause between two looks."""
WATCH_SECONDS = 60
"""How often to look at what needs a person."""


@dataclass
class Daemon:
    """One mailgate: its parts, wired by its settings.

    ``readers`` is the number of sandbox processes, ``couriers`` that of connections to the smarthost.
    """

    settings: Settings
    readers: int = 2
    couriers: int = 2
    clock: Callable[[], datetime] = utc_now
    seconds: Callable[[], float] = since_boot
    """Run on whatever becomes of the clock."""
    listeners: Sequence[socket.socket] = ()
    """Sockets that the service manager has opened for the SMTP receiver; MAILGATE_SMTP_LISTEN is then not used."""
    lease: timedelta = LEASE
    """Of the daemons on one register, after how long a holder of the mailbox that has died is succeeded."""
    alive: Callable[[], None] = lambda: None
    """Called in the event loop when a stage has completed a round and none is overdue (``vitals``)."""
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
        self._tokens = token_source(settings)
        self._engine = open_database(settings.database_url)
        self._recorder = Recorder(
            Office(settings.hotline, settings.consultants, settings.admins),
            self._composer,
            self._key,
            settings.reply_addresses,
        )

    async def serve(self, stop: asyncio.Event, ready: Callable[[Daemon], None] = lambda daemon: None) -> None:
        """Run until ``stop`` is set; ``ready`` is called when mail is taken.

        Raises a MailgateError with a sentence where it cannot start: settings, database, address in use.
        """
        with only_one(self.settings.storage):
            await asyncio.to_thread(self._prepare)
            await self._run(stop, ready)

    def _prepare(self) -> None:
        """Bring the database up to date and settle what a former run left open."""
        require_no_loss(self._engine, self.settings.storage)
        before = present_revision(self._engine)
        migrate(self._engine)
        if before not in (None, HEAD):
            _log.info("the register was at revision %s, and is at revision %s now", before, HEAD)
        with unit_of_work(self._engine) as session:
            recovered = spool.recover(session, self._owner, self.clock())
            newest = sentletters.newest(session)
        if newest and not proven([newest.token], {newest.token: newest}, self._key):
            _log.error(
                "the newest letter of this register was signed with another secret key, and replies to such letters will "
                "be held: all daemons of one register, and a restored one, need the same MAILGATE_SECRET_KEY"
            )
        if recovered.freed:
            _log.warning("%d mails were being read when the former run ended; they are read again", recovered.freed)
        for spool_id in recovered.quarantined:
            maillog.quarantined(spool_id=spool_id, reason=spool.CUT_SHORT)

    async def _run(self, stop: asyncio.Event, ready: Callable[[Daemon], None]) -> None:
        parts = self._parts()
        try:
            parts.exporter = self._exporter(parts)
            if parts.receiver:
                self.addresses += await self._listen(parts.receiver)
            await parts.start()
            self._greet()
            ready(self)
            await stop.wait()
        finally:
            _log.info("stopping")
            await parts.stop()
            self._engine.dispose()
            _log.info("stopped")

    def _parts(self) -> Parts:
        """Everything, wired, and nothing started yet; called in the event loop."""
        settings, vitals = self.settings, self._vitals()
        dispatcher = self._dispatcher(vitals)
        readers = SandboxPool(self.readers, read=lambda: vitals.pulse("pipeline"))
        pipeline = self._pipeline(readers, dispatcher.wake)
        worker = Worker("pipeline", pipeline.run_batch, lambda: vitals.pulse("pipeline"))
        register = Transactions(self._engine, self._owner, self.clock, stored=worker.wake, lease=self.lease)
        committer = Committer(register.put, rounded=lambda: vitals.pulse("receiver"))
        receiver = self._receiver(committer)
        poller = self._poller(register, lambda: vitals.pulse("mailbox"))
        look = poller.status if poller else _no_mailbox
        watchman = self._watchman(dispatcher, look)
        heart = Heart(
            settings.storage,
            self.clock,
            vitals.rounds,
            look,
            opened=self._opened,
            database_since=lambda: watchman.database_since,
        )
        vitals.feed(self._feeding(asyncio.get_running_loop(), heart))
        proof = DailyProof(self._engine, imap_account(settings, self._tokens), look, watchman, self.clock)
        # Renewed also while nobody logs in, so that the end of a right is told while the token in hand still serves.
        renewals = Worker("log-in", self._tokens.tend) if self._tokens else None
        watch = Worker("watchman", watchman.look)
        clockwork = _clockwork([worker.wake, *([renewals.wake] if renewals else [])], watch, readers, proof)
        return Parts(
            readers=readers, dispatcher=dispatcher, pipeline=pipeline, worker=worker, committer=committer,
            receiver=receiver, poller=poller, renewals=renewals, watch=watch, proof=proof, heart=heart,
            clockwork=clockwork, vitals=vitals, look=look,
        )  # fmt: skip

    def _opened(self) -> list[tuple[str, int]]:
        """Where mail is taken by sockets of the service manager."""
        return self.addresses if self.listeners else []

    def _vitals(self) -> Vitals:
        due = {"pipeline": BATCH_DUE, "receiver": COMMIT_DUE} | {
            f"courier-{number}": COURIER_DUE for number in range(self.couriers)
        }
        if self.settings.mailbox:
            due["mailbox"] = self.settings.imap_poll_seconds + POLL_DUE
        return Vitals(due, monotonic)

    def _feeding(self, loop: asyncio.AbstractEventLoop, heart: Heart) -> Callable[[], None]:
        """The watchdog is fed in the event loop: where that hangs it goes hungry as well."""

        def well() -> None:
            heart.beat()
            # The loop may have ended while a stage came to the end of its last round.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self.alive)

        return well

    def _exporter(self, parts: Parts) -> metrics.Exporter | None:
        settings = self.settings
        if settings.metrics_listen is None:
            return None
        return metrics.serve(
            settings.metrics_listen,
            settings.database_url,
            self.clock,
            monotonic,
            folders=settings.folders,
            stages=parts.vitals.rounds,
            mailbox=parts.look,
            backup=lambda: memory.read(settings.storage),
        )

    def _pipeline(self, readers: SandboxPool, queued: Callable[[], None]) -> Pipeline:
        settings = self.settings
        return Pipeline(
            engine=self._engine,
            readers=readers,
            recorder=self._recorder,
            calendar=settings.calendar,
            trusted_authserv_id=settings.trusted_authserv_id,
            owner=self._owner,
            clock=self.clock,
            queued=queued,
        )

    def _receiver(self, committer: Committer) -> Receiver | None:
        settings = self.settings
        if settings.smtp_listen is None and not self.listeners:
            return None
        return Receiver(
            settings.hotline.address,
            committer,
            [settings.smtp_listen] if settings.smtp_listen else [],
            limits=Limits(
                message_bytes=settings.max_message_bytes,
                connections_per_client=settings.smtp.client_connections,
                client_mails_per_minute=settings.smtp.client_mails_per_minute,
            ),
            access=smtp_access(settings.smtp),
            now=self.clock,
        )

    async def _listen(self, receiver: Receiver) -> list[tuple[str, int]]:
        try:
            return await receiver.start([one.dup() for one in self.listeners])
        except OSError as fault:
            host, port = self.settings.smtp_listen or ("", 0)
            raise MailgateError(
                f"MAILGATE_SMTP_LISTEN: cannot listen on {host}:{port} ({fault.strerror or fault}); "
                "stop the program that uses it, or name another port"
            ) from fault

    def _poller(self, register: Transactions, rounded: Callable[[], None]) -> Poller | None:
        account = imap_account(self.settings, self._tokens)
        if account is None:
            return None

        def stored(arrivals: Sequence[Arrival]) -> list[Spooled]:
            # A look may last as long as there is mail: each batch shows that it goes on.
            spooled = register.put(arrivals)
            rounded()
            return spooled

        reread = Reread(account, stored, register.taken_at, register.to_read_again, register.read_again)
        return Poller(
            account,
            stored,
            register.taken_at,
            self.clock,
            polled=lambda now: rounded(),
            rounded=rounded,
            reread=reread,
            turn=register.turn(account.key),
        )

    def _dispatcher(self, vitals: Vitals) -> Dispatcher:
        return Dispatcher(
            self._engine,
            self._courier,
            self._owner,
            couriers=self.couriers,
            clock=self.clock,
            rounded=lambda number: vitals.pulse(f"courier-{number}"),
        )

    def _courier(self) -> Courier:
        """One connection to wherever letters go."""
        settings = self.settings
        return courier_to(settings.smarthost, settings.hotline.domain, settings.tls_ca_file, self._tokens)

    def _watchman(self, dispatcher: Dispatcher, look: Callable[[], PollerStatus | None]) -> Watchman:
        settings, tokens = self.settings, self._tokens
        senses = Senses(
            poller=look,
            smarthost=lambda: dispatcher.smarthost_reachable,
            login=tokens.alarm if tokens else lambda: None,
            folders=settings.folders,
            poll_seconds=settings.imap_poll_seconds,
            backup=lambda: memory.read(settings.storage),
        )
        tell = self._tell if settings.admins else None
        return Watchman(self._engine, senses, tell, self.clock, told=dispatcher.wake, seconds=self.seconds)

    def _tell(self, session: Session, report: Report, now: datetime) -> int:
        """Queue a notice to each administrator; returns how many there are."""
        notices = [Notice(admin, Thread(), report, socket.gethostname()) for admin in self.settings.admins]
        self._recorder.post(session, [Post(one, "administrator", "none", (), "") for one in notices], now)
        return len(notices)

    def greeting(self) -> str:
        """What this daemon does, in a sentence, once it is ready."""
        ways = [f"by SMTP on {host}:{port}" if port else f"by SMTP on {host}" for host, port in self.addresses]
        ways += [f"from the mailbox {self.settings.mailbox.folder}"] if self.settings.mailbox else []
        return f"mailgate {__version__} takes mail for {self.settings.hotline.address} {' and '.join(ways)}"

    def _greet(self) -> None:
        _log.info("%s", self.greeting())
        if not self.settings.consultants:
            _log.warning("MAILGATE_CONSULTANTS is empty: questions are registered, and nobody is asked to answer them")
        if not self.settings.admins:
            _log.warning(
                "MAILGATE_ADMINS is empty: what needs a person stands in the journal and in `mailgate status` only"
            )


def _no_mailbox() -> None:
    """How the mailbox does where none is read."""


def _clockwork(
    ticks: Sequence[Callable[[], None]], watch: Worker, readers: SandboxPool, proof: DailyProof
) -> BackgroundScheduler:
    """Only a clock: what is due stands in the database, so a missed tick loses nothing."""
    clockwork = BackgroundScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    for tick in ticks:
        clockwork.add_job(tick, "interval", seconds=LOOK_SECONDS)
    clockwork.add_job(watch.wake, "interval", seconds=WATCH_SECONDS)
    clockwork.add_job(readers.rest, "interval", seconds=RESTED_SECONDS)
    clockwork.add_job(proof.begin, "cron", **COMPARED_AT)
    clockwork.add_job(proof.begin_if_overdue, "cron", **TRIED_AGAIN_AT)
    return clockwork
