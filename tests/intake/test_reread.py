"""After a restoration the mailbox is read again: from the folder of accepted mail, and by our keyword; once, and in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.dovecot import Dovecot
from servers.pollerdesk import Desk, account_of, mail, until

from mailgate.intake import suspects
from mailgate.intake.connection import SessionLost
from mailgate.intake.filing import KEYWORD
from mailgate.intake.mailbox import Mailbox
from mailgate.intake.poller import Poller
from mailgate.intake.reread import Reread
from mailgate.register.restores import Restore

pytestmark = pytest.mark.usefixtures("databases")

BACKUP = datetime(2026, 11, 20, 20, 15, tzinfo=UTC)
ACCEPTED = "Przyjęte"


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with Dovecot() as running:
        yield running


class RestoredDesk(Desk):
    """A poller on a register that was restored from the backup of BACKUP; ``read`` holds the numbers of mails told."""

    def __init__(self, server: Dovecot, folder: Path, **account: Any) -> None:
        self.restore: Restore | None = Restore(1, BACKUP, datetime.now(UTC))
        self.read: list[int] = []
        super().__init__(account_of(server, **account), folder)

    def _new_poller(self) -> Poller:
        reread = Reread(self.account, self._store, self._known, lambda: self.restore, self._done)
        return Poller(
            self.account, self._store, self._known, lambda: datetime.now(UTC), polled=self._polled, reread=reread
        )

    def _done(self, _restore: Restore, mails: int) -> None:
        self.restore = None
        self.read.append(mails)

    def subjects(self) -> list[tuple[str, bool]]:
        """What was handed over, in order, and whether as taken again."""
        return [(one.raw.partition(b"Subject: ")[2].split(b"\r\n")[0].decode(), one.retaken) for one in self.arrivals]


def accepted(server: Dovecot) -> None:
    with server.client() as client:
        client.create_folder(ACCEPTED)


def test_what_was_taken_since_the_backup_comes_before_what_is_new_and_in_order_of_receipt(
    server: Dovecot, tmp_path: Path
) -> None:
    accepted(server)
    for subject, hours, flags in (("q3", 5, ()), ("q2", 2, ("\\Deleted", "\\Seen")), ("q1", -23, ()), ("old", -25, ())):
        server.append(mail(subject), BACKUP + timedelta(hours=hours), ACCEPTED, flags)
    server.append(mail("new"), BACKUP + timedelta(hours=1))
    with RestoredDesk(server, tmp_path) as desk:
        until(lambda: len(desk.subjects()) == 4)
        desk.await_look()
    assert desk.subjects() == [("q1", True), ("q2", True), ("q3", True), ("new", False)]
    assert [one.envelope.received_at for one in desk.arrivals[:3]] == [BACKUP + timedelta(hours=n) for n in (-23, 2, 5)]
    assert desk.read == [3]
    # Nothing was moved or marked where it lay.
    assert len(server.messages(ACCEPTED)) == 5


def test_what_the_register_knows_adds_nothing(server: Dovecot, tmp_path: Path) -> None:
    raw = mail("q1")
    server.append(raw, BACKUP)
    with Desk(account_of(server), tmp_path) as before:
        before.await_registered(1)
        until(lambda: bool(server.messages(ACCEPTED)))
    with RestoredDesk(server, tmp_path) as desk:
        until(lambda: desk.read == [0])
        assert desk.registered() == [raw]


def test_taken_mail_that_could_not_be_moved_is_known_by_its_keyword(server: Dovecot, tmp_path: Path) -> None:
    server.append(mail("taken"), BACKUP, flags=(KEYWORD.decode(),))
    server.append(mail("new"), BACKUP)
    with RestoredDesk(server, tmp_path) as desk:
        until(lambda: len(desk.subjects()) == 2)
        desk.await_look()
    assert desk.subjects() == [("taken", True), ("new", False)]


def test_a_message_that_kills_the_session_keeps_no_new_mail_waiting(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading is then not complete, and each later session goes on with it."""
    monkeypatch.setattr(suspects, "_FIRST_SECONDS", 3600)
    accepted(server)
    for subject in ("good", "bad"):
        server.append(mail(subject), BACKUP, ACCEPTED)
    server.append(mail("new"), BACKUP)
    contents = Mailbox.contents

    def deadly(mailbox: Mailbox, uids: Sequence[int]) -> dict[int, bytes]:
        if 2 in uids:
            raise SessionLost("FETCH: the server is gone")
        return contents(mailbox, uids)

    monkeypatch.setattr(Mailbox, "contents", deadly)
    with RestoredDesk(server, tmp_path) as desk:
        until(lambda: ("new", False) in desk.subjects())
        assert desk.subjects() == [("good", True), ("new", False)]
        assert desk.read == []


def test_a_folder_that_is_not_there_is_no_trouble(server: Dovecot, tmp_path: Path) -> None:
    with RestoredDesk(server, tmp_path) as desk:
        until(lambda: desk.read == [0])
        server.append(mail("new"))
        desk.await_registered(1)
