"""Recipients of delivery notifications, as fields (RFC 3464) and as prose."""

from __future__ import annotations

import time

import pytest

from mailgate.domain.machines.deliverystatus import (
    MOST_RECIPIENTS,
    FailedRecipient,
    recipients_named,
    recipients_of_report,
    recipients_of_text,
)

NOBODY: frozenset[str] = frozenset()


def reported(*fields: str) -> FailedRecipient:
    """The one recipient of a report with these fields."""
    report = "\n".join(("Reporting-MTA: dns; mx", "", "Final-Recipient: rfc822; a@b.example", *fields))
    (recipient,) = recipients_of_report(report)
    return recipient


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("failed", "5.1.1", "failed"),
        ("delayed", "5.1.1", "failed"),
        ("failed", "4.4.7", "failed"),
        ("delayed", "4.4.1", "delayed"),
        ("DELAYED (still trying)", "4.4.1", "delayed"),
        ("", "4.4.1", "failed"),
        ("", "2.0.0", "delivered"),
        ("", "", "failed"),
        ("nonsense", "4.4.1", "failed"),
        ("delivered", "2.1.5", "delivered"),
        ("relayed", "2.0.0", "relayed"),
        ("expanded", "", "expanded"),
    ],
)
def test_the_class_of_the_status_decides_then_the_action_then_failure(action: str, status: str, expected: str) -> None:
    assert reported(f"Action: {action}", f"Status: {status}").action == expected


def test_a_status_that_is_not_written_is_read_in_the_diagnostic_or_is_none() -> None:
    assert reported("Diagnostic-Code: smtp; 550 5.7.26 no").status == "5.7.26"
    assert reported("Diagnostic-Code: smtp; 550 no").status is None
    assert reported("Status: 9.1.1").status is None
    assert reported("Status: 5.1.1 (bad mailbox)").status == "5.1.1"


def test_an_ip_address_is_no_status() -> None:
    assert reported("Diagnostic-Code: smtp; 5.1.2.3 refused to talk").status is None


def test_a_folded_diagnostic_is_joined_and_loses_its_type() -> None:
    assert (
        reported("Diagnostic-Code: X-Postfix; lost\n    connection\n\twith mx").diagnostic == "lost connection with mx"
    )


def test_the_address_that_was_written_to_comes_before_what_it_became() -> None:
    assert reported("Original-Recipient: rfc822;x+2By@b.example").address == "x+y@b.example"
    assert reported("Original-Recipient: rfc822;").address == "a@b.example"


def test_fields_are_read_with_crlf_and_in_any_case() -> None:
    report = (
        "REPORTING-MTA: dns; mx\r\n\r\nFINAL-RECIPIENT: RFC822;<a@b.example>\r\nACTION: DELAYED\r\nSTATUS: 4.2.2\r\n"
    )

    assert recipients_of_report(report) == (FailedRecipient("a@b.example", "delayed", "4.2.2", None),)


def test_a_report_without_a_recipient_names_nobody() -> None:
    assert recipients_of_report("Reporting-MTA: dns; mx\n\nFinal-Recipient: unknown\nAction: failed\n") == ()
    assert recipients_of_report("") == ()


def test_prose_names_each_address_with_the_words_that_follow_it() -> None:
    text = "Not delivered:\n\n<a@b.example>: mailbox full (5.2.2)\n\n<c@d.example>\n   no such user\n"

    assert recipients_of_text(text, NOBODY, told="failed") == (
        FailedRecipient("a@b.example", "failed", "5.2.2", "mailbox full (5.2.2)"),
        FailedRecipient("c@d.example", "failed", None, "no such user"),
    )


def test_our_own_address_the_postmaster_and_message_ids_are_not_meant() -> None:
    text = "From hotline@csizs.example to a@b.example.\nAsk postmaster@b.example.\nMessage-ID: <x@y.example>\n"

    found = recipients_of_text(text, frozenset({"hotline@csizs.example"}), told="failed")

    assert [recipient.address for recipient in found] == ["a@b.example"]


@pytest.mark.parametrize(
    "copy",
    [
        "--- Below this line is a copy of the message.",
        "------ This is a copy of your message ------",
        "Return-Path: <x@y>",
        "Received: from x",
    ],
)
def test_nothing_is_read_below_the_returned_copy(copy: str) -> None:
    text = f"<a@b.example>: no\n\n{copy}\nTo: other@b.example\n"

    assert [found.address for found in recipients_of_text(text, NOBODY, told="failed")] == ["a@b.example"]


@pytest.mark.parametrize(
    ("words", "action"), [("5.1.1 no", "failed"), ("550 no", "failed"), ("4.4.1 wait", "delayed"), ("wait", "delayed")]
)
def test_in_a_notice_of_delay_only_a_permanent_code_is_a_failure(words: str, action: str) -> None:
    (found,) = recipients_of_text(f"<a@b.example>: {words}", NOBODY, told="delayed")

    assert found.action == action


def test_the_header_of_exim_names_several() -> None:
    found = recipients_named("a@b.example,\n c@d.example", "  a@b.example\n    550 no\n", told="failed")

    assert [(recipient.address, recipient.diagnostic) for recipient in found] == [
        ("a@b.example", "550 no"),
        ("c@d.example", None),
    ]


def test_the_same_address_is_named_once_and_the_number_is_bounded() -> None:
    assert len(recipients_of_text("a@b.example A@B.example", NOBODY, told="failed")) == 1
    many = " ".join(f"a{n}@b.example" for n in range(1_000))
    assert len(recipients_of_text(many, NOBODY, told="failed")) == MOST_RECIPIENTS


@pytest.mark.parametrize(
    "unit", ["a@", "a@b.c ", "\n\n", "Final-Recipient: a@b\n\n", "550 ", "5.1.", "- ", "message-id:", "+2B", "("]
)
def test_a_hostile_notice_is_read_in_moments(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    recipients_of_text(text, NOBODY, told="failed")
    recipients_of_report(text)
    recipients_named(text[:10_000], text, told="failed")

    assert time.process_time() - started < 4
