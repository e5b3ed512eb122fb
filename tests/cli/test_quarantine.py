"""``mailgate quarantine`` shows what waits for a person, and has it handled again."""

from __future__ import annotations

from servers.entries import LEASE, NOW, arrival, registered
from servers.registerdesk import Desk, database_url, desk

from mailgate.cli.quarantine import app
from mailgate.register import held, spool
from mailgate.register.database import unit_of_work

__all__ = ["database_url", "desk"]

RAW = "From: Jan\r\nSubject: Pytanie \x1b[2J ąć\r\n\r\nSecret body\r\n".encode()


def _fill(desk: Desk) -> tuple[int, int]:
    """The ids of a quarantined mail and of the mail of a held reply."""
    with unit_of_work(desk.engine) as session:
        bad, reply = spool.put(session, [arrival("a", raw=RAW, sender=""), arrival("b")], NOW)
        spool.claim(session, "a", 5, NOW, LEASE)
        spool.quarantine(session, bad.id, "The message is no message.", "unreadable", NOW)
        [question_id] = registered(session)
        held.hold(session, reply.id, question_id, "Not that consultant.", NOW)
        spool.finish(session, reply.id, "held_reply", NOW)
    return bad.id, reply.id


def test_mails_and_held_replies_are_listed(desk: Desk) -> None:
    """With the reason, and <> for the null sender."""
    bad, reply = _fill(desk)
    entries = desk.json(app, "list")
    assert [(entry["id"], entry["kind"], entry["number"]) for entry in entries] == [
        (bad, "mail", None),
        (reply, "held reply", "HOT-01/2026/000001"),
    ]
    assert entries[0]["received_at"] == "2026-11-23T11:00:00+01:00"
    lines = desk.run(app, "list").stdout.splitlines()
    assert "<>" in lines[1]
    assert lines[1].endswith("The message is no message.")


def test_an_empty_quarantine_is_an_empty_list(desk: Desk) -> None:
    """And no error."""
    assert desk.json(app, "list") == []
    assert len(desk.run(app, "list").stdout.splitlines()) == 1


def test_a_mail_is_shown_with_its_headers_but_not_its_body(desk: Desk) -> None:
    """Nothing in it can steer the terminal."""
    bad, reply = _fill(desk)
    shown = desk.run(app, "show", str(bad)).stdout
    assert "Subject: Pytanie \\x1b[2J ąć" in shown
    assert "Secret body" not in shown
    assert "The message is no message." in shown
    assert "Not that consultant." in desk.run(app, "show", str(reply)).stdout
    found = desk.json(app, "show", str(bad))
    assert (found["state"], [event["kind"] for event in found["events"]]) == ("quarantined", ["quarantined"])


def test_a_mails_own_bytes_can_be_had(desk: Desk) -> None:
    """Every one of them and nothing else."""
    bad, _ = _fill(desk)
    assert desk.run(app, "show", str(bad), "--raw").stdout_bytes == RAW


def test_a_replayed_mail_is_waiting_again(desk: Desk) -> None:
    """Others in the same command too; what is not quarantined is told, with exit status 1."""
    bad, reply = _fill(desk)
    result = desk.run(app, "replay", str(reply), str(bad), status=1)
    assert f"Mail {reply} is not quarantined" in result.stderr
    assert "To be handled again: 1" in result.stdout
    with unit_of_work(desk.engine) as session:
        assert [mail.id for mail in spool.claim(session, "a", 5, NOW, LEASE)] == [bad]


def test_a_mail_that_is_not_there_has_exit_status_1(desk: Desk) -> None:
    """And an id that is no number 2."""
    assert "There is no mail with the id 7." in desk.run(app, "show", "7", status=1).stderr
    desk.run(app, "show", "x", status=2)
    desk.run(app, "replay", status=2)
