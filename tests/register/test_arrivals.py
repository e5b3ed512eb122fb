"""The spool keeps every mail once, whichever ways and however often it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from servers.entries import LEASE, NOW, arrival, claimed, count_rows, inbound_row, kinds_of_mail, placed
from servers.register_workers import in_processes, put_same
from sqlalchemy import Engine
from sqlmodel import select

from mailgate.domain.mail import Envelope
from mailgate.register import audit, spool
from mailgate.register.database import reading, unit_of_work
from mailgate.register.tables import DeliveryRow, InboundContentRow, InboundRow


def test_a_mail_comes_out_of_the_spool_as_it_went_in(engine: Engine) -> None:
    """Envelope with place and null sender, bytes of every value, receipt to the microsecond."""
    envelope = Envelope(
        source="imap",
        sender="",
        recipients=("hotline@csizs.example", "łąka@csizs.example"),
        received_at=NOW.replace(microsecond=123456),
        client="imaps://mail.example/INBOX",
        folder="Zgłoszenia",
        uidvalidity=2**32 - 1,
        uid=2**32 - 1,
    )
    raw = bytes(range(256)) * 5
    with unit_of_work(engine) as session:
        [stored] = spool.put(session, [spool.Arrival(envelope, raw, "f", "<a@b>", archive=True)], NOW)
    assert claimed(engine) == [spool.ClaimedMail(stored.id, envelope, raw, attempts=1, archive=True)]


def test_a_known_fingerprint_adds_only_a_delivery(engine: Engine) -> None:
    """The same mail by another way is the same mail, "also came to"."""
    with unit_of_work(engine) as session:
        [first] = spool.put(session, [arrival("f")], NOW)
    with unit_of_work(engine) as session:
        [again] = spool.put(session, [placed("f", 7)], NOW)
    assert (first.duplicate, again.duplicate, again.id) == (False, True, first.id)
    assert (count_rows(engine, InboundRow), count_rows(engine, InboundContentRow), count_rows(engine, DeliveryRow)) == (
        1,
        1,
        2,
    )


def test_a_mail_at_its_known_place_in_a_mailbox_adds_nothing_even_with_another_fingerprint(engine: Engine) -> None:
    """A newer program may compute another fingerprint of the mail that it sees again."""
    with unit_of_work(engine) as session:
        [first] = spool.put(session, [placed("old", 7)], NOW)
        [again] = spool.put(session, [placed("new", 7)], NOW)
    assert again == spool.Spooled(first.id, duplicate=True)
    assert (count_rows(engine, InboundRow), count_rows(engine, DeliveryRow)) == (1, 1)


@pytest.mark.parametrize(
    ("received_at", "message_id", "raw"),
    [
        pytest.param(NOW + timedelta(seconds=1), "<a@b>", b"Subject: x\r\n\r\nx", id="of another moment"),
        pytest.param(NOW, "<c@d>", b"Subject: x\r\n\r\nx", id="with another Message-ID"),
        pytest.param(NOW, None, b"Subject: x\r\n\r\nanother", id="of other octets, without a Message-ID"),
    ],
)
def test_another_mail_at_a_known_place_is_a_mail_of_its_own_and_has_the_place(
    engine: Engine, received_at: datetime, message_id: str | None, raw: bytes
) -> None:
    """A server that was restored from a snapshot gives its UIDs once more, under the same UIDVALIDITY."""
    newcomer = replace(
        placed("new", 7),
        envelope=replace(placed("new", 7).envelope, received_at=received_at),
        message_id=message_id,
        raw=raw,
    )
    with unit_of_work(engine) as session:
        [first] = spool.put(session, [replace(placed("old", 7), message_id="<a@b>")], NOW)
        [other] = spool.put(session, [newcomer], NOW)
        [again] = spool.put(session, [newcomer], NOW)
        assert spool.taken_at(session, "INBOX", 1, [7])[7].inbound_id == other.id
    assert not other.duplicate
    assert again == spool.Spooled(other.id, duplicate=True)
    with reading(engine) as session:
        places = [(row.inbound_id, row.mailbox, row.uid) for row in session.exec(select(DeliveryRow))]
        [event] = audit.history_of_mail(session, first.id)
    assert places == [(first.id, "INBOX", None), (other.id, "INBOX", 7)]
    assert (event.kind, event.detail) == ("uid_reused", {"mailbox": "INBOX", "uidvalidity": 1, "uid": 7})
    assert kinds_of_mail(engine, other.id) == []


def test_a_mail_whose_date_the_server_tells_anew_is_recorded_so_once(engine: Engine) -> None:
    """A mailbox that was copied back without its dates: the mail has come once more, and its place is known again."""
    dated = replace(placed("f", 7), envelope=replace(placed("f", 7).envelope, received_at=NOW + LEASE))
    with unit_of_work(engine) as session:
        [first] = spool.put(session, [placed("f", 7)], NOW)
        assert spool.put(session, [dated], NOW) == spool.put(session, [dated], NOW) == [spool.Spooled(first.id, True)]
        assert spool.taken_at(session, "INBOX", 1, [7])[7].received_at == NOW + LEASE
    assert (count_rows(engine, InboundRow), count_rows(engine, DeliveryRow)) == (1, 2)
    assert inbound_row(engine, first.id).received_at == NOW
    assert kinds_of_mail(engine, first.id) == []


def test_two_equal_arrivals_in_one_call_are_one_mail(engine: Engine) -> None:
    """The answers stand in the order of the arrivals, and the first of the equals is the new one."""
    same = arrival("f")
    with unit_of_work(engine) as session:
        spool.put(session, [placed("known", 3)], NOW)
        stored = spool.put(session, [arrival("g"), same, placed("known", 3), same, placed("f", 9)], NOW)
    assert [one.duplicate for one in stored] == [False, False, True, True, True]
    assert stored[1].id == stored[3].id == stored[4].id
    assert (count_rows(engine, InboundRow), count_rows(engine, DeliveryRow)) == (3, 5)


def test_the_same_uid_in_another_mailbox_or_after_a_new_uidvalidity_is_another_place(engine: Engine) -> None:
    """UIDs restart when UIDVALIDITY changes (RFC 3501 section 2.3.1.1)."""
    mails = [placed("a", 1), placed("b", 1, mailbox="Archive"), placed("c", 1, uidvalidity=2)]
    with unit_of_work(engine) as session:
        assert not any(one.duplicate for one in spool.put(session, mails, NOW))
        assert spool.taken_at(session, "INBOX", 1, [1, 2]).keys() == {1}
        assert spool.taken_at(session, "INBOX", 3, [1]) == {}


def test_more_places_are_looked_up_than_a_statement_may_hold(engine: Engine) -> None:
    """A mailbox of 70,000 mails is looked up whole."""
    with unit_of_work(engine) as session:
        spool.put(session, [placed("a", 5), placed("b", 69_999)], NOW)
        assert spool.taken_at(session, "INBOX", 1, range(70_000)).keys() == {5, 69_999}


def test_many_writers_of_the_same_mails_store_each_once(engine: Engine, register_url: str) -> None:
    """Two daemons that see the same mailbox at the same moment."""
    fingerprints = [f"mail {index}" for index in range(40)]
    new = in_processes(
        put_same, [(register_url, fingerprints), (register_url, fingerprints), (register_url, fingerprints)]
    )
    assert sum(new) == 40
    assert (count_rows(engine, InboundRow), count_rows(engine, InboundContentRow)) == (40, 40)


def test_nul_and_lone_surrogates_in_an_envelope_are_stored(engine: Engine) -> None:
    """Neither database takes them as they are; the mail is kept all the same."""
    odd = arrival("f", sender="a\0b\udce9@x.example", recipients=("c\ud800",), client="\0")
    with unit_of_work(engine) as session:
        spool.put(session, [odd], NOW)
    [mail] = claimed(engine)
    assert (mail.envelope.sender, mail.envelope.recipients) == ("ab\ufffd@x.example", ("c\ufffd",))


def test_a_message_id_of_any_length_is_stored(engine: Engine) -> None:
    """An index of PostgreSQL refuses values beyond 2704 bytes."""
    with unit_of_work(engine) as session:
        long = spool.Arrival(arrival("f").envelope, b"", "f", "<" + "ł" * 100_000 + ">")
        assert not spool.put(session, [long], NOW)[0].duplicate
