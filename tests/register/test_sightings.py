"""What the spool knows of a mail by its traces."""

from __future__ import annotations

from dataclasses import replace

from servers.entries import NOW, arrival
from sqlalchemy import Engine

from mailgate.register import sightings, spool
from mailgate.register.database import unit_of_work


def test_e07_of_mails_with_one_message_id_each_later_one_is_told_apart_from_the_first(engine: Engine) -> None:
    ids = [None, "<a@urzad.example>", "<a@urzad.example>", "<b@urzad.example>", None, "<a@urzad.example>"]
    mails = [replace(arrival(f"f{number}"), message_id=id) for number, id in enumerate(ids)]
    with unit_of_work(engine) as session:
        stored = [one.id for one in spool.put(session, mails, NOW)]
        first = stored[1]
        assert sightings.borne_before(session, stored) == {stored[2]: first, stored[5]: first}
        assert sightings.borne_before(session, [stored[5], stored[0]]) == {stored[5]: first}
        assert sightings.borne_before(session, []) == {}
