"""The spool gives every mail to one process at a time, and brings it to its end."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from servers.entries import LEASE, NOW, arrival, claimed, count_rows, inbound_row, kinds_of_mail, spooled
from servers.register_workers import Dropped, claim_everything, in_processes
from sqlalchemy import Engine, text

from mailgate.register import audit, spool
from mailgate.register.database import reading, unit_of_work
from mailgate.register.spool import claims
from mailgate.register.tables import InboundRow


def test_the_oldest_received_is_claimed_first(engine: Engine) -> None:
    """Whatever the order in which mails were fetched."""
    with unit_of_work(engine) as session:
        late, early = spool.put(session, [arrival("l", received_at=NOW), arrival("e", received_at=NOW - LEASE)], NOW)
    assert [mail.id for mail in claimed(engine, limit=1)] == [early.id]
    assert [mail.id for mail in claimed(engine, limit=1)] == [late.id]
    assert claimed(engine) == []


def test_a_mail_that_failed_before_is_claimed_alone(engine: Engine) -> None:
    """It must not take others down with it."""
    first, second, third = spooled(engine, "a", "b", "c")
    assert len(claimed(engine)) == 3
    with unit_of_work(engine) as session:
        assert not spool.release(session, second, "The reader died.", NOW, NOW)
        spool.unclaim(session, first)
        spool.unclaim(session, third)
    assert [[mail.id for mail in claimed(engine)] for _ in range(4)] == [[first], [second], [third], []]


def test_a_claim_holds_no_more_bytes_than_fit_into_memory_but_one_mail_at_least(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty of the largest mails at once would be 1.8 GB."""
    monkeypatch.setattr(claims, "MAX_CLAIMED_BYTES", 100)
    with unit_of_work(engine) as session:
        sizes = (150, 60, 40, 1)
        spool.put(session, [arrival(str(size), raw=b"x" * size) for size in sizes], NOW)
    assert [[len(mail.raw) for mail in claimed(engine)] for _ in range(3)] == [[150], [60, 40], [1]]


def test_a_clock_that_is_set_back_keeps_no_mail_waiting(engine: Engine) -> None:
    """It was to rest for seconds, and these would have become a day."""
    [mail_id] = spooled(engine, "f")
    claimed(engine)
    with unit_of_work(engine) as session:
        spool.release(session, mail_id, "why", NOW + timedelta(seconds=10), NOW)
    assert claimed(engine, later=-timedelta(seconds=30)) == []
    assert [mail.id for mail in claimed(engine, later=-timedelta(days=1))] == [mail_id]


@pytest.mark.only_on("postgresql", "on SQLite locks die with their process")
def test_a_start_waits_for_what_a_dead_process_holds_still(engine: Engine) -> None:
    """The server notices the death of its client only when it wants to tell it something."""
    [mail_id] = spooled(engine, "f")
    claimed(engine)
    with ThreadPoolExecutor(1) as starting:
        with contextlib.suppress(Dropped), unit_of_work(engine) as dead:
            spool.finish(dead, mail_id, "question", NOW, owner="a")
            recovered = starting.submit(_recover, engine)
            while not _waits_for_a_lock(engine):
                assert not recovered.done()
            raise Dropped
        assert recovered.result(30) == spool.Recovered(1)


def _recover(engine: Engine) -> spool.Recovered:
    with unit_of_work(engine) as session:
        return spool.recover(session, "a", NOW)


def _waits_for_a_lock(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar())


def test_a_released_mail_waits_until_its_moment(engine: Engine) -> None:
    """And keeps the reason of its failure meanwhile."""
    [inbound_id] = spooled(engine, "a")
    claimed(engine)
    with unit_of_work(engine) as session:
        spool.release(session, inbound_id, "The reader died.", NOW + timedelta(seconds=10), NOW)
    assert inbound_row(engine, inbound_id).reason == "The reader died."
    assert claimed(engine, later=timedelta(seconds=9)) == []
    assert [mail.attempts for mail in claimed(engine, later=timedelta(seconds=10))] == [2]


def test_the_third_failure_quarantines_with_its_reason(engine: Engine) -> None:
    """And an event tells when and why."""
    [inbound_id] = spooled(engine, "a")
    quarantined = []
    for _ in range(3):
        claimed(engine)
        with unit_of_work(engine) as session:
            quarantined.append(spool.release(session, inbound_id, "The reader died.", NOW, NOW))
    row = inbound_row(engine, inbound_id)
    assert quarantined == [False, False, True]
    assert (row.state, row.reason, row.claimed_by) == ("quarantined", "The reader died.", None)
    assert (claimed(engine), kinds_of_mail(engine, inbound_id)) == ([], ["quarantined"])


def test_an_unclaimed_mail_has_its_attempt_back(engine: Engine) -> None:
    """The trouble was ours."""
    [inbound_id] = spooled(engine, "a")
    for _ in range(5):
        assert [mail.attempts for mail in claimed(engine)] == [1]
        with unit_of_work(engine) as session:
            spool.unclaim(session, inbound_id)


def test_claims_of_which_their_owner_never_learned_are_given_back_uncounted(engine: Engine) -> None:
    """But neither what it has in hand nor what another daemon has."""
    lost, in_hand, theirs = spooled(engine, "a", "b", "c")
    claimed(engine, "me", limit=2)
    claimed(engine, "other")
    with unit_of_work(engine) as session:
        assert spool.unclaim_all(session, "me", but=[in_hand]) == 1
    assert [inbound_row(engine, one).state for one in (lost, in_hand, theirs)] == ["waiting", "claimed", "claimed"]
    assert [(mail.id, mail.attempts) for mail in claimed(engine, "other")] == [(lost, 1)]


def test_a_lease_that_ran_out_is_claimed_again_and_counted(engine: Engine) -> None:
    """Until then nobody else gets the mail."""
    spooled(engine, "a")
    assert len(claimed(engine, "dead")) == 1
    assert claimed(engine, "b", later=LEASE - timedelta(seconds=1)) == []
    assert [mail.attempts for mail in claimed(engine, "b", later=LEASE)] == [2]


def test_a_mail_that_is_cut_short_again_and_again_is_quarantined(engine: Engine) -> None:
    """A mail that kills the process would kill it for ever."""
    [inbound_id] = spooled(engine, "a")
    for attempt in range(spool.MAX_CUT_SHORT):
        assert [mail.attempts for mail in claimed(engine, later=LEASE * attempt)] == [attempt + 1]
    last = claimed(engine, later=LEASE * spool.MAX_CUT_SHORT)
    assert (last, last.quarantined) == ([], (inbound_id,))
    row = inbound_row(engine, inbound_id)
    assert (row.state, row.attempts) == ("quarantined", spool.MAX_CUT_SHORT)
    assert row.reason == spool.CUT_SHORT
    assert "cut short 10 times" in spool.CUT_SHORT


def test_recovery_tells_what_it_freed_and_what_it_set_aside(engine: Engine) -> None:
    """So that the journal can tell it too, once it is committed."""
    bad, good = spooled(engine, "bad", "good")
    for attempt in range(spool.MAX_CUT_SHORT):
        claimed(engine, limit=1, later=LEASE * attempt)
    assert [mail.id for mail in claimed(engine, later=LEASE * (spool.MAX_CUT_SHORT - 1))] == [good]
    with unit_of_work(engine) as session:
        assert spool.recover(session, "a", NOW) == spool.Recovered(1, (bad,))
    assert (inbound_row(engine, bad).state, inbound_row(engine, good).state) == ("quarantined", "waiting")


def test_a_claim_takes_others_beside_what_it_sets_aside(engine: Engine) -> None:
    """And tells of it once."""
    bad, good = spooled(engine, "bad", "good")
    for attempt in range(spool.MAX_CUT_SHORT):
        claimed(engine, limit=1, later=LEASE * attempt)
    taken = claimed(engine, later=LEASE * spool.MAX_CUT_SHORT)
    assert ([mail.id for mail in taken], taken.quarantined) == ([good], (bad,))
    assert claimed(engine, later=LEASE * spool.MAX_CUT_SHORT).quarantined == ()


def test_recovery_frees_the_claims_of_the_same_name_at_once_and_no_others(engine: Engine) -> None:
    """Another daemon on the same database is at work."""
    mine, theirs = spooled(engine, "a", "b")
    claimed(engine, "me", limit=1)
    claimed(engine, "other", limit=1)
    with unit_of_work(engine) as session:
        assert spool.recover(session, "me", NOW) == spool.Recovered(1)
    assert (inbound_row(engine, mine).state, inbound_row(engine, theirs).state) == ("waiting", "claimed")


def test_a_finished_mail_is_done(engine: Engine) -> None:
    """With its verdict, and nobody's claim."""
    first, second = spooled(engine, "a", "b")
    claimed(engine)
    with unit_of_work(engine) as session:
        spool.finish_all(session, {first: "question", second: "bounce"}, NOW)
    row = inbound_row(engine, second)
    assert (row.state, row.verdict, row.finished_at, row.claimed_by) == ("done", "bounce", NOW, None)
    with unit_of_work(engine) as session:
        assert spool.recover(session, "a", NOW + LEASE) == spool.Recovered(0)


@pytest.mark.parametrize(
    "end",
    [
        lambda session, inbound_id: spool.finish(session, inbound_id, "question", NOW),
        lambda session, inbound_id: spool.quarantine(session, inbound_id, "Why.", "odd", NOW),
    ],
    ids=["finish", "quarantine"],
)
def test_an_effect_on_a_mail_that_is_not_claimed_any_more_is_undone(engine: Engine, end: Callable[..., None]) -> None:
    """Its lease ran out and another process finished it: the second effect must not stand beside the first."""
    [inbound_id] = spooled(engine, "a")
    claimed(engine, "slow")
    claimed(engine, "quick", later=LEASE)
    with unit_of_work(engine) as session:
        spool.finish(session, inbound_id, "question", NOW)
    with pytest.raises(spool.ClaimLost), unit_of_work(engine) as session:
        audit.add(session, [audit.Event(NOW, "note", "slow", inbound_id=inbound_id)])
        end(session, inbound_id)
    assert kinds_of_mail(engine, inbound_id) == []
    with unit_of_work(engine) as session:
        assert not spool.release(session, inbound_id, "Late.", NOW, NOW)
        spool.unclaim(session, inbound_id)
    assert inbound_row(engine, inbound_id).state == "done"


@pytest.mark.parametrize(
    "end",
    [
        lambda session, inbound_id, owner: spool.finish(session, inbound_id, "question", NOW, owner=owner),
        lambda session, inbound_id, owner: spool.quarantine(session, inbound_id, "Why.", "odd", NOW, owner=owner),
        lambda session, inbound_id, owner: spool.release(session, inbound_id, "Why.", NOW, NOW, owner=owner),
        lambda session, inbound_id, owner: spool.unclaim(session, inbound_id, owner=owner),
    ],
    ids=["finish", "quarantine", "release", "unclaim"],
)
def test_a_process_that_comes_too_late_does_not_touch_the_claim_of_another(
    engine: Engine, end: Callable[..., object]
) -> None:
    """Its lease ran out, and the mail is in other hands at this moment; those may end the claim."""
    [inbound_id] = spooled(engine, "a")
    claimed(engine, "slow")
    claimed(engine, "quick", later=LEASE)
    before = inbound_row(engine, inbound_id)
    with contextlib.suppress(spool.ClaimLost), unit_of_work(engine) as session:
        end(session, inbound_id, "slow")
    assert inbound_row(engine, inbound_id) == before
    assert (before.state, before.claimed_by, before.attempts) == ("claimed", "quick", 2)
    with unit_of_work(engine) as session:
        end(session, inbound_id, "quick")
    assert inbound_row(engine, inbound_id).claimed_by is None


def test_several_mails_are_finished_together_or_not_at_all(engine: Engine) -> None:
    """One of them was lost to another process: the whole transaction is undone."""
    ids = spooled(engine, "a", "b")
    assert len(claimed(engine, "slow", limit=2)) == 2
    assert len(claimed(engine, "quick", limit=1, later=LEASE)) == 1
    with pytest.raises(spool.ClaimLost), unit_of_work(engine) as session:
        spool.finish_all(session, dict.fromkeys(ids, "question"), NOW, owner="slow")
    assert [inbound_row(engine, inbound_id).state for inbound_id in ids] == ["claimed", "waiting"]


def test_a_renewed_claim_is_not_taken_by_another(engine: Engine) -> None:
    """Work on a large batch may take longer than its lease."""
    first, second, other = spooled(engine, "a", "b", "c")
    claimed(engine, "slow", limit=2)
    claimed(engine, "other")
    with unit_of_work(engine) as session:
        assert spool.renew(session, [first, second, other], "slow", NOW + 2 * LEASE) == 2
    assert [mail.id for mail in claimed(engine, "quick", later=LEASE)] == [other]
    assert [mail.id for mail in claimed(engine, "quick", limit=1, later=2 * LEASE)] == [first]


def test_a_lease_that_ran_out_can_be_renewed_until_somebody_takes_the_mail(engine: Engine) -> None:
    """``renew`` tells how many are still held, so that the work on a lost one can end."""
    first, second = spooled(engine, "a", "b")
    claimed(engine, "slow")
    with unit_of_work(engine) as session:
        assert spool.renew(session, [first, second], "slow", NOW - LEASE) == 2
        assert spool.renew(session, [first], "slow", NOW + LEASE) == 1
    assert [mail.id for mail in claimed(engine, "quick")] == [second]
    with unit_of_work(engine) as session:
        assert spool.renew(session, [first, second], "slow", NOW + LEASE) == 1
        assert spool.renew(session, [], "slow", NOW + LEASE) == 0


def test_a_replayed_mail_begins_anew(engine: Engine) -> None:
    """Once: what is not quarantined is not replayed."""
    [inbound_id] = spooled(engine, "a")
    claimed(engine)
    with unit_of_work(engine) as session:
        spool.quarantine(session, inbound_id, "Why.", "odd", NOW)
        assert spool.replay(session, inbound_id, NOW)
        assert not spool.replay(session, inbound_id, NOW)
        assert not spool.replay(session, 999, NOW)
    assert [mail.attempts for mail in claimed(engine)] == [1]
    assert kinds_of_mail(engine, inbound_id) == ["quarantined", "replayed"]


def test_each_mail_is_claimed_by_one_process(engine: Engine, register_url: str) -> None:
    """Several daemons share one spool."""
    ids = spooled(engine, *(f"mail {index}" for index in range(60)))
    results = in_processes(claim_everything, [(register_url, name) for name in "abc"])
    assert sorted(mail_id for mails, _ in results for mail_id in mails) == sorted(ids)


def test_threads_of_one_daemon_take_turns(engine: Engine) -> None:
    """No thread sees a busy database, and no mail is lost or doubled."""
    stored: list[bool] = []

    def put_some(name: str) -> None:
        for index in range(25):
            with unit_of_work(engine) as session:
                stored.extend(
                    one.duplicate for one in spool.put(session, [arrival(f"{name}{index}"), arrival("x")], NOW)
                )

    threads = [threading.Thread(target=put_some, args=(name,)) for name in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stored.count(False) == 6 * 25 + 1
    assert count_rows(engine, InboundRow) == 6 * 25 + 1


@pytest.mark.only_on("sqlite", "PostgreSQL chooses its plans by statistics")
def test_claiming_reads_no_finished_mail(engine: Engine) -> None:
    """Whatever has been done over the years: the plan is a look into the index, without a sort."""
    with reading(engine) as session:
        statement = str(claims._WAITING.compile(engine))
        values = {"state_1": "waiting", "now": str(NOW), "limit": 5, "param_1": 5}
        plan = session.connection().execute(text(f"EXPLAIN QUERY PLAN {_named(statement)}"), values).all()
    details = [row.detail for row in plan]
    assert details == ["SEARCH inbound USING INDEX ix_inbound_state_received_at (state=?)"]


def _named(statement: str) -> str:
    for name in (":state_1", ":now", ":limit"):
        statement = statement.replace("?", name, 1)
    return statement.replace("?", "0")
