"""How ``status`` looks: one screen, a line a part, with a mark that says whether it is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from mailgate.cli.alarms import in_words
from mailgate.cli.output import minute_in_warsaw, one_line, size_in_words, visible
from mailgate.domain.counting import counted

if TYPE_CHECKING:
    from rich.console import RenderableType

    from mailgate.cli.glance import Glance
    from mailgate.heartbeat import MailboxSeen
    from mailgate.register.overview import Overview

Level = Literal["well", "waits", "wrong"]
_MARKS: dict[Level, str] = {"well": "ok", "waits": "..", "wrong": "!!"}
_DOTS: dict[Level, str] = {"well": "green", "waits": "yellow", "wrong": "bold red"}
_GIB, _MIB = 1 << 30, 1 << 20
_NOT_TO_SEND = ("refused", "uncertain")


@dataclass(frozen=True, slots=True)
class Line:
    """One part: its name, what is to be said of it, and whether it is well."""

    name: str
    text: str
    level: Level = "well"


def lines(seen: Glance) -> Iterator[Line]:
    """The parts in the order of a mail's way."""
    yield _daemon(seen)
    yield _mailbox(seen)
    if seen.stands is None:
        yield Line("register", seen.trouble or "cannot be read", "wrong")
    else:
        yield from _register(seen.stands, seen.at)
    backup = _backup(seen)
    if backup:
        yield backup
    short = {alarm.kind for alarm in seen.alarms}
    for disk in seen.disks:
        room = _room(disk.free, disk.total, disk.folder) + ("" if disk.is_writable else "; NOTHING CAN BE WRITTEN")
        yield Line("disk", room, "wrong" if "disk" in short else "well")
    if not seen.has_consultants:
        level: Level = "wrong" if seen.stands and seen.stands.pending else "waits"
        yield Line("people", "nobody answers questions: set MAILGATE_CONSULTANTS", level)
    if seen.expiry:
        yield Line("log-in", seen.expiry, "wrong")
    yield Line("versions", ", ".join(f"{name} {number}" for name, number in seen.versions.items() if number))


def plain(seen: Glance) -> Iterator[str]:
    """For files, mails and programs: no colours, every word."""
    yield _title(seen)
    shown = tuple(lines(seen))
    for line in shown:
        yield f"{_MARKS[line.level]}  {line.name:<11}{visible(line.text)}"
    yield from in_words(seen.alarms)
    if seen.is_well:
        yield f"\n{_nobody(shown)}"


def drawn(seen: Glance) -> RenderableType:
    """For a terminal."""
    # Imported here: most commands draw nothing.
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(overflow="fold")
    shown = tuple(lines(seen))
    for line in shown:
        text = Text(visible(line.text), style="red" if line.level == "wrong" else "")
        grid.add_row(Text("●", style=_DOTS[line.level]), line.name, text)
    told = [Text(line, style="bold red" if line.startswith("!") else "") for line in in_words(seen.alarms)]
    end = [Text(f"\n{_nobody(shown)}", style="green")] if seen.is_well else []
    return Group(Text(f"{_title(seen)}\n", style="bold"), grid, *told, *end)


def _nobody(shown: Sequence[Line]) -> str:
    """A server out of reach becomes an alarm after a while only: most come back by themselves."""
    passing = [line.name for line in shown if line.level == "wrong"]
    return f"nobody is needed yet: {', '.join(passing)} may recover by itself" if passing else "nobody is needed"


def _title(seen: Glance) -> str:
    return f"mailgate {seen.versions['mailgate']} for {visible(seen.hotline)}, {minute_in_warsaw(seen.at)} (Warsaw)"


def _daemon(seen: Glance) -> Line:
    daemon = seen.daemon
    since = f" since {minute_in_warsaw(daemon.since)}" if daemon.since else ""
    if daemon.state == "hangs":
        told = (
            f"hangs: no round of {daemon.stage} is completed any more; last sign of life{since.replace(' since', '')}"
        )
        return Line("daemon", f"{told} (journalctl -u mailgate)", "wrong")
    if daemon.state == "stopped":
        how = f"ended without a word{since.replace('since', 'after')}" if daemon.abruptly else f"stopped{since}"
        return Line("daemon", f"does not run, {how}: start it (systemctl start mailgate, or mailgate run)", "wrong")
    if daemon.since is None:
        return Line("daemon", "runs, and has given no sign of life yet", "waits")
    old = f"; it is still {daemon.version}, restart it" if daemon.version != seen.versions["mailgate"] else ""
    return Line("daemon", f"runs{since} ({_span(seen.at - daemon.since)}){old}", "waits" if old else "well")


def _mailbox(seen: Glance) -> Line:
    if not seen.reads_mailbox:
        return Line("mailbox", "none is read; mail comes by SMTP")
    look = seen.mailbox
    if look is not None and look.state == "standby" and seen.daemon.state != "stopped":
        return Line("mailbox", _standing_by(look, seen.at))
    if look is None or look.completed_at is None:
        trouble = f": {look.trouble}" if look and look.trouble else ""
        return Line("mailbox", f"not looked at yet{trouble}", "wrong" if trouble else "waits")
    last = f"last completed poll {_span(seen.at - look.completed_at)} ago"
    if seen.daemon.state == "stopped":
        return Line("mailbox", f"{last}; nobody looks now", "wrong")
    if look.trouble:
        return Line("mailbox", f"{last}; {look.trouble}", "wrong")
    waiting = _waiting(look.waiting, look.oldest, seen.at)
    doubtful = f", {look.doubtful} could not be fetched" if look.doubtful else ""
    return Line("mailbox", f"{last}; {waiting}{doubtful}", "waits" if look.waiting or doubtful else "well")


def _standing_by(look: MailboxSeen, now: datetime) -> str:
    """Where the holder does not complete its polls either, an alarm says so."""
    last = f"; its last completed poll {_span(now - look.completed_at)} ago" if look.completed_at else ""
    return f"standby: {look.holder} reads the mailbox{last}"


def _register(stands: Overview, now: datetime) -> Iterator[Line]:
    yield Line("spool", _waiting(stands.waiting, stands.oldest_waiting, now), "waits" if stands.waiting else "well")
    yield _outbox(stands, now)
    aside = stands.quarantined or stands.held
    text = f"{counted(stands.quarantined, 'mail')} in quarantine, {counted(stands.held, 'held reply')}"
    yield Line("set aside", text, "wrong" if aside else "well")
    yield _questions(stands, now)


def _outbox(stands: Overview, now: datetime) -> Line:
    states = ", ".join(f"{count} {state}" for state, count in stands.letters.items() if count)
    if not states:
        return Line("outbox", "empty")
    more = f", the oldest {_span(now - stands.oldest_letter)} old" if stands.oldest_letter else ""
    if stands.next_try:
        more += f", next try {_when(stands.next_try - now)}"
    stuck = any(stands.letters.get(state) for state in _NOT_TO_SEND)
    return Line("outbox", f"{states}{more}", "wrong" if stuck else "waits")


def _questions(stands: Overview, now: datetime) -> Line:
    text = f"{stands.today} today; {stands.pending} wait for an answer, {stands.unacknowledged} for an acknowledgement"
    if stands.overdue:
        text += f", {stands.overdue} overdue"
    if stands.nearest_deadline:
        deadline = stands.nearest_deadline
        text += f"; nearest deadline {minute_in_warsaw(deadline)} ({_when(deadline - now)})"
    return Line("questions", text, "wrong" if stands.overdue else "waits" if stands.unacknowledged else "well")


def _backup(seen: Glance) -> Line | None:
    """Nothing is said of it before a daemon has worked here."""
    last = seen.backup
    if last is None:
        in_use = seen.daemon.state != "stopped" or seen.daemon.since is not None
        text = "never made; unless something else copies the register: systemctl start mailgate-backup"
        return Line("backup", text, "waits") if in_use else None
    text = "none has succeeded yet"
    if last.made_at:
        folder = PurePath(last.file or "").parent
        age = _span(seen.at - last.made_at)
        text = f"verified {age} ago ({minute_in_warsaw(last.made_at)}), {size_in_words(last.bytes)} in {folder}"
    if last.trouble:
        text += f"; tries fail since {minute_in_warsaw(last.failing_since)}: {one_line(last.trouble, 200)}"
    level: Level = "wrong" if last.is_missed(seen.at) else "waits" if last.trouble else "well"
    return Line("backup", text, level)


def _room(free: int, total: int, folder: str) -> str:
    left = f"{free / _GIB:.1f} GiB" if free >= _GIB else f"{free // _MIB} MiB"
    share = f" ({free * 100 // total} %)" if total else ""
    return f"{left} free{share} in {folder}"


def _waiting(count: int, oldest: datetime | None, now: datetime) -> str:
    if not count:
        return "nothing waits"
    age = f", the oldest for {_span(now - oldest)}" if oldest else ""
    return f"{counted(count, 'mail')} waiting{age}"


def _when(left: timedelta) -> str:
    return f"in {_span(left)}" if left > timedelta(0) else f"{_span(-left)} ago"


def _span(time: timedelta) -> str:
    """A length of time in its largest unit, as people say it."""
    seconds = max(0, round(time.total_seconds()))
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
