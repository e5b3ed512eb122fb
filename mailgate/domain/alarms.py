"""What needs a person now, from plain ``facts``; when the administrators are told of it is for ``telling``.

Pure.  Facts of one kind are one alarm, however many there are of them.  What is told holds numbers and ids alone:
never a name, an address or a word of a mail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from mailgate.domain.counting import counted
from mailgate.domain.facts import Disk, InRegister, Outside, Pile
from mailgate.domain.lastbackup import LastBackup

Kind = Literal[
    "database", "disk", "clock", "mailbox", "backlog", "smarthost", "spool", "login", "acknowledgement", "brake",
    "quarantine", "bounce", "held", "uncertain", "refused", "returned", "difference", "comparison", "backup",
    "notice",
]  # fmt: skip

PATIENCE = timedelta(minutes=10)
"""How long a server may be out of reach, or a mail may wait, before a person is needed."""
DATABASE_PATIENCE = timedelta(minutes=1)
"""A backup or an upgrade may hold the database for a moment."""
WARNED_BEFORE = timedelta(hours=2)
"""An acknowledgement goes out at once; one that is missing so long before its deadline will not go by itself."""
COMPARED_WITHIN = timedelta(hours=50)
"""Two nights and a little: one night's reconciliation may fail, and the next one may take long."""
CLOCK_JUMP = timedelta(minutes=2)
MOST_NAMED = 20
_MIB = 1 << 20
_ENOUGH, _ENOUGH_SHARE = 1024 * _MIB, 0.05
_LAST, _LAST_SHARE = 128 * _MIB, 0.01


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that needs a person: what, since when, how many, the command that shows it, and the cure."""

    kind: Kind
    what: str
    show: str
    cure: str
    since: datetime | None = None
    """None only until ``telling`` has seen it for the first time."""
    count: int = 1
    newest: datetime | None = None
    named: tuple[str, ...] = ()
    urgent: bool = False


def alarms(register: InRegister | None, outside: Outside, now: datetime) -> tuple[Alarm, ...]:
    """What needs a person now, the most urgent first; ``register`` is None where the database does not answer."""
    found = [*_outside(outside, now)]
    if register is not None:
        found += _in_register(register, outside, now)
    return tuple(sorted(found, key=lambda one: not one.urgent))


def _outside(facts: Outside, now: datetime) -> Iterator[Alarm]:
    if _lasts(facts.database_since, now, DATABASE_PATIENCE):
        yield Alarm(
            "database",
            "The database cannot be used: no mail is taken, and nothing is sent.",
            "mailgate doctor",
            "See the journal for the reason: a full or read-only disk, a lock that another program holds, or a "
            "PostgreSQL server that is down. Mail waits with its senders and in the mailbox meanwhile.",
            facts.database_since,
            urgent=True,
        )
    yield from _disk(facts.disks)
    if facts.clock_since is not None:
        yield _moved_clock(facts)
    yield from _servers(facts, now)
    if facts.login is not None:
        yield Alarm("login", f"Log-in: {facts.login}.", "mailgate doctor", "See the step that is named there.")
    if facts.differences:
        yield _differences(facts)
    if facts.clock_since is None and _lasts(facts.uncompared_since, now, COMPARED_WITHIN):
        yield _missed_comparison(facts, now)
    if facts.backup is not None and facts.backup.is_missed(now):
        yield _missed_backup(facts.backup, now)


def _moved_clock(facts: Outside) -> Alarm:
    return Alarm(
        "clock",
        f"The system's clock was moved by {facts.clock_jump:+d} seconds: until it has been checked, no deadline is judged.",
        "timedatectl",
        "Compare the clock with another one. Where it is right now, restart mailgate; where it is wrong, set it: "
        "this alarm then ends by itself.",
        facts.clock_since,
        urgent=True,
    )


def _differences(facts: Outside) -> Alarm:
    return Alarm(
        "difference",
        f"Mailbox, spool, register and outbox differ in {counted(facts.differences, 'thing')}.",
        "mailgate reconcile",
        "Each difference is listed there with its cure.",
        facts.differences_at,
        facts.differences,
        urgent=True,
    )


def _missed_comparison(facts: Outside, now: datetime) -> Alarm:
    if facts.differences_at is None:
        told, since = "have not been compared yet", facts.uncompared_since
    else:
        told, since = f"were last compared {(now - facts.differences_at).days} days ago", facts.differences_at
    return Alarm(
        "comparison",
        f"Mailbox, spool, register and outbox {told}.",
        "mailgate reconcile",
        "The daemon compares at 04:30 UTC, and after a failure every six hours: `journalctl -u mailgate -g compared` "
        "tells why it fails. `mailgate reconcile` compares at once; this ends with the daemon's own next comparison.",
        since,
    )


def _missed_backup(last: LastBackup, now: datetime) -> Alarm:
    if last.made_at is None:
        what, since = "No backup has succeeded yet.", last.failing_since
    else:
        what, since = f"The last verified backup is {(now - last.made_at).days} days old.", last.made_at
    return Alarm(
        "backup",
        what,
        "mailgate status",
        "`journalctl -u mailgate-backup` tells why there is none; once that is mended, `systemctl start mailgate-backup` "
        "makes one. Where backups are made otherwise from now on, `mailgate backup DIR --every 0` makes a last one.",
        since,
    )


def _disk(disks: Sequence[Disk]) -> Iterator[Alarm]:
    """Below 1 GiB or a twentieth, whichever is less; urgent below an eighth of a GiB or a hundredth.

    Where nothing can be written, how much room there is does not matter.
    """
    dead = [one.folder for one in disks if not one.is_writable]
    if dead:
        yield Alarm(
            "disk",
            f"Nothing can be written to {', '.join(dead)}: the file system is read-only, or its disk fails.",
            "dmesg",
            "No mail is taken meanwhile (the SMTP receiver answers 451, mail stays in the mailbox). Mend the file system, "
            "mount it again, and start mailgate again where it does not go on by itself.",
            count=len(dead),
            urgent=True,
        )
        return
    short = [one for one in disks if one.free < min(_ENOUGH, one.total * _ENOUGH_SHARE)]
    if short:
        left = ", ".join(f"{one.folder}: {one.free // _MIB} MiB" for one in short)
        yield Alarm(
            "disk",
            f"The disk is nearly full ({left} left).",
            "df -h",
            "Make room before mail is refused (the SMTP receiver answers 452, mail stays in the mailbox).",
            count=len(short),
            urgent=any(one.free < min(_LAST, one.total * _LAST_SHARE) for one in short),
        )


def _servers(facts: Outside, now: datetime) -> Iterator[Alarm]:
    if _lasts(facts.mailbox_silent_since, now, PATIENCE):
        yield Alarm(
            "mailbox",
            "The mailbox cannot be reached: no mail comes in from there.",
            "mailgate doctor",
            "Check the mail server, the network and the password; the journal has the server's words.",
            facts.mailbox_silent_since,
            urgent=True,
        )
    elif facts.mailbox_oldest is not None and _lasts(
        max(facts.mailbox_oldest, facts.running_since or facts.mailbox_oldest), now, PATIENCE
    ):
        waiting = counted(facts.mailbox_waiting, "message")
        yield Alarm(
            "backlog",
            f"{waiting} of the mailbox {_verb(facts.mailbox_waiting, 'is', 'are')} not taken.",
            "mailgate reconcile",
            "The journal tells why a message cannot be fetched or stored (mailbox-message-skipped, intake-failed).",
            facts.mailbox_oldest,
            facts.mailbox_waiting,
        )
    if _lasts(facts.smarthost_since, now, PATIENCE):
        yield Alarm(
            "smarthost",
            "The smarthost cannot be reached: letters wait in the outbox, and go out by themselves once it is back.",
            "mailgate outbox list",
            "Check the smarthost, the network and the log-in; `mailgate doctor` tries them.",
            facts.smarthost_since,
            urgent=True,
        )


def _in_register(facts: InRegister, outside: Outside, now: datetime) -> Iterator[Alarm]:
    if facts.waiting.count and _lasts(facts.waiting.oldest, now, PATIENCE):
        yield _of_pile(
            "spool",
            facts.waiting,
            "{} of the spool {} not handled",
            "mail",
            "mailgate status",
            "The journal tells what keeps them (pipeline-failed, read-failed). They are handled once that is gone.",
        )
    if facts.unacknowledged.count and outside.clock_since is None:
        yield _acknowledgements(facts.unacknowledged, now)
    yield from _set_aside(facts)
    yield from _letters(facts)


def _acknowledgements(pile: Pile, now: datetime) -> Alarm:
    overdue = pile.oldest is not None and pile.oldest < now
    alarm = _of_pile(
        "acknowledgement",
        pile,
        "{} {} not acknowledged, and the deadline is " + ("past" if overdue else "near"),
        "question",
        "mailgate register list",
        "See the letters of each (`mailgate trace NUMBER`); where there is only a telephone, consultants must "
        "call and report it by #telefon, or you record it: `mailgate register acknowledged NUMBER --at INSTANT`.",
    )
    return replace(alarm, urgent=True)


def _set_aside(facts: InRegister) -> Iterator[Alarm]:
    see = "mailgate quarantine list"
    if facts.quarantined.count:
        cure = "Look at each (`mailgate quarantine show ID`), then `quarantine replay` or `quarantine dismiss`."
        yield _of_pile("quarantine", facts.quarantined, "{} {} in quarantine", "mail", see, cure)
    if facts.bounces.count:
        cure = "Look whom they mean (`mailgate quarantine show ID`), then `quarantine dismiss`."
        yield _of_pile("bounce", facts.bounces, "{} about no known letter {} set aside", "delivery notice", see, cure)
    if facts.held.count:
        cure = "Look at each (`mailgate quarantine show ID`), see to it, then `quarantine dismiss`."
        yield _of_pile("held", facts.held, "{} {} held", "reply", see, cure)
    if facts.braked.count:
        cure = (
            "Perhaps two machines answer each other. See who writes (`mailgate quarantine show ID`), stop it there, "
            "then `quarantine dismiss`."
        )
        yield _of_pile("brake", facts.braked, "Letters to {} are stopped", "correspondent", see, cure)


def _letters(facts: InRegister) -> Iterator[Alarm]:
    if facts.uncertain.count:
        cure = (
            "Look for each Message-ID in the smarthost's log, then `mailgate outbox settle --accepted ID` or "
            "`--lost ID`; nothing is sent twice by itself."
        )
        yield _of_pile(
            "uncertain", facts.uncertain, "{} {} uncertain", "letter", "mailgate outbox list --state uncertain", cure
        )
    if facts.refused.count:
        cure = "The smarthost's reply tells why; once that is mended, `mailgate outbox retry ID`."
        yield _of_pile(
            "refused", facts.refused, "{} {} refused", "letter", "mailgate outbox list --state refused", cure
        )
    if facts.returned.count:
        cure = (
            "The clerk must be reached otherwise: see each question (`mailgate trace NUMBER`). Once the address works "
            "again, `mailgate outbox retry ID` sends the letter anew."
        )
        what = "{} came back, and the clerk has not been reached otherwise"
        yield _of_pile("returned", facts.returned, what, "letter", "mailgate outbox list --state accepted", cure)
    if facts.notices.count:
        cure = "Check the addresses in MAILGATE_ADMINS, then `mailgate outbox retry ID` or wait for the next notice."
        yield _of_pile(
            "notice", facts.notices, "{} to administrators {} not delivered", "notice", "mailgate outbox list", cure
        )


def _of_pile(kind: Kind, pile: Pile, what: str, noun: str, show: str, cure: str) -> Alarm:
    sentence = what.format(counted(pile.count, noun), _verb(pile.count, "is", "are"))
    named = pile.named[:MOST_NAMED]
    return Alarm(kind, f"{sentence}.", show, cure, pile.oldest, pile.count, pile.newest, named)


def _verb(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _lasts(since: datetime | None, now: datetime, patience: timedelta) -> bool:
    return since is not None and now - since > patience
