"""The mails of an address are found by envelope, form and headers, the newest first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servers.entries import NOW, arrival
from sqlalchemy import Engine

from mailgate.register import spool, traces
from mailgate.register.database import reading, unit_of_work

JAN, OLA = "jan@urzad.example", "ola@urzad.example"


@pytest.fixture
def mails(engine: Engine) -> list[int]:
    """One of Jan's by its envelope, then six of Ola's by their headers alone, then one of Jan's by its headers."""
    raws = [f"From: {OLA}\r\n\r\n{number}".encode() for number in range(6)] + [f"From: J <{JAN}>\r\n\r\n".encode()]
    arrivals = [arrival("a", sender=JAN)]
    arrivals += [
        arrival(f"b{index}", raw=raw, source="imap", sender=None, received_at=NOW + timedelta(minutes=index))
        for index, raw in enumerate(raws)
    ]
    with unit_of_work(engine) as session:
        return [one.id for one in spool.put(session, arrivals, NOW)]


def test_mails_are_found_by_envelope_and_by_header_newest_first(engine: Engine, mails: list[int]) -> None:
    with reading(engine) as session:
        assert traces.by_address(session, JAN.upper(), 10) == [mails[-1], mails[0]]
        assert traces.by_address(session, JAN, 1) == [mails[-1]]
        assert traces.looked_back_to(session) is None


def test_headers_are_searched_of_the_newest_mails_and_what_is_known_of_older_ones_is_found_all_the_same(
    engine: Engine, mails: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "LOOK_BACK", 4)
    monkeypatch.setattr(traces, "_PORTION", 2)
    with reading(engine) as session:
        assert traces.by_address(session, JAN, 10) == [mails[-1], mails[0]]
        assert traces.by_address(session, OLA, 10) == mails[-2:-5:-1]
        assert traces.looked_back_to(session) == NOW
