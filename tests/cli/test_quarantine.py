"""``mailgate quarantine`` shows what waits for a person, and has it handled again."""

from __future__ import annotations

from servers.entries import LEASE, NOW, arrival, registered
from servers.registerdesk import Desk, database_url, desk

from mailgate.cli.quarantine import app
from mailgate.register import held, spool
from mailgate.register.database import unit_of_work

__all__ = ["database_url", "desk"]

RAW = (
    "From: Jan <jan@urzad.example>\r\nSubject: Pytanie \x1b[2J ąć\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nZażółć\x9b gęślą\r\nI tyle.\r\n"
    "--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=pytanie.txt\r\n\r\nabc\r\n--b--\r\n"
).encode()


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
        (f"m{bad}", "mail", None),
        ("r1", "held reply", "HOT-01/2026/000001"),
    ]
    assert [entry["mail_id"] for entry in entries] == [bad, reply]
    assert entries[0]["received_at"] == "2026-11-23T11:00:00+01:00"
    lines = desk.run(app, "list").stdout.splitlines()
    assert "<>" in lines[1]
    assert lines[1].endswith("The message is no message.")


def test_an_empty_quarantine_is_an_empty_list(desk: Desk) -> None:
    """And no error."""
    assert desk.json(app, "list") == []
    assert len(desk.run(app, "list").stdout.splitlines()) == 1


def test_a_mail_is_shown_with_its_headers_and_its_text(desk: Desk) -> None:
    """Decoded, and nothing in it can steer the terminal; under its number, with or without the letter."""
    bad, _ = _fill(desk)
    shown = desk.run(app, "show", f"m{bad}").stdout
    assert "Subject: Pytanie \\x1b[2J ąć" in shown
    assert "--- text\nZażółć\\x9b gęślą\nI tyle.\n" in shown
    assert "--- file: pytanie.txt (3 bytes)" in shown
    assert "The message is no message." in shown
    assert desk.run(app, "show", str(bad)).stdout == shown
    found = desk.json(app, "show", str(bad))
    assert (found["state"], [event["kind"] for event in found["events"]]) == ("quarantined", ["quarantined"])
    assert (found["text"].strip(), found["attachments"]) == ("Zażółć\x9b gęślą\nI tyle.", ["pytanie.txt"])


def test_a_held_reply_is_shown_with_the_mail_in_which_it_came(desk: Desk) -> None:
    """Its id is not that of the mail."""
    _, reply = _fill(desk)
    shown = desk.run(app, "show", "r1").stdout
    assert shown.startswith(f"mail         m{reply}  (done")
    assert "Not that consultant." in shown
    assert "There is no held reply with the id r2." in desk.run(app, "show", "r2", status=1).stderr


def test_a_long_text_is_cut_and_what_cannot_be_read_is_said(desk: Desk) -> None:
    """A screen is no place for ten thousand lines."""
    with unit_of_work(desk.engine) as session:
        long = b"Subject: x\r\n\r\n" + b"".join(b"line %d\r\n" % number for number in range(1, 1001))
        mails = spool.put(session, [arrival("a", raw=long), arrival("b", raw=bytes(range(256)) * 40)], NOW)
    shown = desk.run(app, "show", str(mails[0].id)).stdout
    assert ("line 200\n" in shown, "line 201\n" in shown, "and 800 lines more" in shown) == (True, False, True)
    assert "--- text cannot be shown" in desk.run(app, "show", str(mails[1].id)).stdout


def test_what_a_person_has_seen_to_is_dismissed_and_stays_on_record(desk: Desk) -> None:
    """Mails and held replies alike; nothing comes twice."""
    bad, reply = _fill(desk)
    assert desk.run(app, "dismiss", f"m{bad}", "r1").stdout == "Dismissed: 2\n"
    assert desk.json(app, "list") == []
    mail = desk.json(app, "show", str(bad))
    assert (mail["state"], mail["verdict"], mail["reason"]) == ("done", "dismissed", "The message is no message.")
    [dismissed] = [event for event in mail["events"] if event["kind"] == "dismissed"]
    assert dismissed["actor"] == "administrator"
    assert dismissed["detail"] == {"reason": "The message is no message.", "verdict": "unreadable"}
    of_reply = desk.json(app, "show", "r1")
    assert [one["state"] for one in of_reply["held_replies"]] == ["dropped"]
    assert "reply_dismissed" in [event["kind"] for event in of_reply["events"]]
    result = desk.run(app, "dismiss", str(bad), "r1", "r9", str(reply), status=1)
    assert result.stderr.splitlines() == [
        f"Mail m{bad} is not quarantined: nothing to dismiss.",
        "Reply r1 is not held: nothing to dismiss.",
        "Reply r9 is not held: nothing to dismiss.",
        f"Mail m{reply} is not quarantined: nothing to dismiss.",
    ]


def test_a_mails_own_bytes_can_be_had(desk: Desk) -> None:
    """Every one of them and nothing else."""
    bad, _ = _fill(desk)
    assert desk.run(app, "show", str(bad), "--raw").stdout_bytes == RAW


def test_a_replayed_mail_is_waiting_again(desk: Desk) -> None:
    """Others in the same command too; what is not quarantined is told, with exit status 1."""
    bad, reply = _fill(desk)
    result = desk.run(app, "replay", str(reply), str(bad), status=1)
    assert f"Mail m{reply} is not quarantined" in result.stderr
    assert "To be handled again: 1" in result.stdout
    assert "Reply r1 is a held reply" in desk.run(app, "replay", "r1", status=1).stderr
    with unit_of_work(desk.engine) as session:
        assert [mail.id for mail in spool.claim(session, "a", 5, NOW, LEASE)] == [bad]


def test_a_mail_that_is_not_there_has_exit_status_1(desk: Desk) -> None:
    """And an id that is no number 2."""
    assert "There is no mail with the id m7." in desk.run(app, "show", "7", status=1).stderr
    for wrong in ("x", "mr1", "r", "-1", "1" * 30, "١"):
        desk.run(app, "show", wrong, status=2)
    desk.run(app, "replay", status=2)
