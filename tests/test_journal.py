"""The journal tells where something went wrong, and never in whose words."""

from __future__ import annotations

import logging
import re

import pytest

from mailgate import maillog
from mailgate.journal import Discreet, ForSystemd


def record_of(level: int = logging.ERROR) -> logging.LogRecord:
    """An exception with a cause, both of which quote a clerk."""
    try:
        try:
            int("Zażółć Gęślą")
        except ValueError as cause:
            raise KeyError("jan.bak@gmina.example") from cause
    except KeyError as fault:
        exc_info = (type(fault), fault, fault.__traceback__)
    return logging.LogRecord("mailgate.x", level, __file__, 1, "it failed", (), exc_info)


def test_of_an_exception_its_kinds_and_places_are_told_and_not_its_words() -> None:
    told = Discreet("%(levelname)s %(message)s").format(record_of())
    assert told.startswith("ERROR it failed\nValueError\n  test_journal.py:")
    assert re.search(r"\nKeyError\n  test_journal\.py:\d+ in record_of$", told)
    assert "Gęślą" not in told and "gmina" not in told


def test_under_systemd_each_line_bears_its_priority() -> None:
    told = ForSystemd("%(message)s").format(record_of(logging.WARNING)).splitlines()
    assert len(told) > 3 and all(line.startswith("<4>") for line in told)


def test_a_line_can_be_taken_apart_whatever_stands_in_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "mailgate.mail"):
        maillog.rejected(client="192.0.2.1", reply='550 5.7.1 "no"\r\nspool=7 \x1b[2J')
        maillog.quarantined(spool_id=3, reason="", verdict=None)
        maillog.registered(spool_id=3, number="HOT-01/2026/000001", kind="question", seconds=0.25)
    assert caplog.messages == [
        'rejected client=192.0.2.1 reply="550 5.7.1 \\"no\\" spool=7 \N{REPLACEMENT CHARACTER}[2J"',
        'quarantined spool=3 reason=""',
        "registered spool=3 number=HOT-01/2026/000001 kind=question after=0.250",
    ]


def test_whoever_listens_hears_also_what_is_not_written(caplog: pytest.LogCaptureFixture) -> None:
    heard = []
    with maillog.heard_by(lambda event, values: heard.append((event, dict(values)))):
        maillog.reading_ended(seconds=0.5, ok=True)
    maillog.reading_ended(seconds=0.7, ok=True)
    assert heard == [("reading-ended", {"took": 0.5, "ok": True})]
    assert caplog.messages == []
