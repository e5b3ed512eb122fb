"""Which mails are delivery notifications, and of which letter; whole mails are in ``test_machines``."""

from __future__ import annotations

import time

import pytest

from mailgate.domain.bounce import Bounce, FailedRecipient, bounce_of
from mailgate.domain.mail import read_mail

DAEMON = "From: MAILER-DAEMON@mx.example\nTo: hotline@csizs.example\nSubject: failure notice\n"


def notified(*lines: str, sender: str | None = "") -> Bounce | None:
    """The notification that a text mail with these lines is."""
    return bounce_of(read_mail("\n".join(lines).encode()), sender)


def bounce(*actions: str) -> Bounce:
    """A notification with a recipient for each action."""
    return Bounce(tuple(FailedRecipient("a@b.example", action, None, None) for action in actions), (), ())  # type: ignore[arg-type]


def test_a_notification_has_failed_unless_all_it_tells_is_a_delay_or_a_delivery() -> None:
    assert bounce().failed
    assert bounce("delayed", "failed").failed
    assert not bounce("delayed").failed
    assert not bounce("delivered", "relayed", "expanded").failed


def test_words_alone_make_no_notification() -> None:
    lines = (
        "From: ewa@gops.example",
        "Subject: Undelivered Mail Returned to Sender",
        "",
        "Your mail could not be delivered.",
    )

    assert notified(*lines, sender="ewa@gops.example") is None


def test_the_same_words_with_the_null_sender_are_one() -> None:
    assert notified(
        "From: poczta@gops.example",
        "Subject: Undelivered Mail Returned to Sender",
        "",
        "Not delivered to a@b.example: it could not be delivered.",
    )


def test_a_persons_question_after_a_redirect_is_none() -> None:
    assert notified("From: ewa@gops.example", "Subject: Pytanie", "", "Nie mogę wysłać wniosku. Co robić?") is None


def test_a_read_receipt_is_no_notification() -> None:
    head = DAEMON + "Content-Type: multipart/report; report-type=disposition-notification; boundary=x"

    assert notified(head, "", "--x", "", "Read.", "--x--") is None


def test_a_mailer_daemon_without_any_known_word_is_still_one() -> None:
    found = notified(DAEMON.replace("failure notice", "?"), "x")

    assert found is not None
    assert (found.recipients, found.told, found.failed) == ((), "unknown", False)


def test_the_letter_is_told_by_the_returned_headers_in_the_text() -> None:
    found = notified(
        DAEMON,
        "<a@b.example>:",
        "no",
        "",
        "--- Below this line is a copy of the message.",
        "",
        "Message-ID:",
        " <hot01.1.a@x>",
    )

    assert found is not None
    assert found.message_ids == ("<hot01.1.a@x>",)


def test_the_letter_is_told_by_what_the_notification_answers() -> None:
    found = notified(DAEMON + "In-Reply-To: <hot01.1.a@x>\nReferences: <hot01.0.b@x> <hot01.1.a@x>", "", "no")

    assert found is not None
    assert found.message_ids == ("<hot01.1.a@x>",)


def test_the_last_reference_is_taken_where_nothing_else_is_told() -> None:
    found = notified(DAEMON + "References: <hot01.0.b@x> <hot01.1.a@x>", "", "no")

    assert found is not None
    assert found.message_ids == ("<hot01.1.a@x>",)


def test_an_identity_of_our_own_is_found_anywhere_in_the_text() -> None:
    ours = f"hot01.7.{'a' * 24}@csizs.example"
    found = notified(DAEMON, f"Not delivered (id={ours}, queue 4711).")

    assert found is not None
    assert found.message_ids == (f"<{ours}>",)


def test_the_letter_is_told_by_a_caption_in_html() -> None:
    page = "<p>Your message to a@b.example couldn't be delivered.</p><p>Message ID: &lt;hot01.1.a@x&gt;</p>"
    found = notified(DAEMON + "Content-Type: text/html", "", page)

    assert found is not None
    assert found.message_ids == ("<hot01.1.a@x>",)
    assert [recipient.address for recipient in found.recipients] == ["a@b.example"]


def test_the_reason_is_read_in_the_notice_where_no_recipient_has_one() -> None:
    found = notified(DAEMON, "Unknown user: a@b.example")

    assert found is not None
    assert found.recipients[0].reason == "other"
    assert found.reason == "unknown_user"


def test_what_was_delivered_has_no_reason() -> None:
    lines = (
        DAEMON + "Content-Type: multipart/report; report-type=delivery-status; boundary=x", "", "--x",
        "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx", "",
        "Final-Recipient: rfc822; a@b.example", "Action: relayed", "Status: 2.0.0", "--x--",
    )  # fmt: skip
    found = notified(*lines)

    assert found is not None
    assert not found.failed
    assert found.reason is None


def test_an_administrator_who_writes_as_postmaster_is_a_person() -> None:
    lines = (
        "From: Jan Wilk <postmaster@gops.example>",
        "Subject: Poczta do gmin",
        "",
        "Mail to a@b.example could not be delivered. I shall add an exception.",
    )

    assert notified(*lines, sender="postmaster@gops.example") is None


def test_the_letters_before_the_returned_one_are_not_named() -> None:
    returned = "References: <hot01.0.b@x>\nMessage-ID: <hot01.1.a@x>\n\nMessage-ID: <quoted@in.text>"
    lines = (
        DAEMON + "Content-Type: multipart/report; report-type=delivery-status; boundary=x", "--x", "", "no",
        "--x", "Content-Type: message/rfc822", "", returned, "--x--",
    )  # fmt: skip
    found = notified(*lines)

    assert found is not None
    assert found.message_ids == ("<hot01.1.a@x>",)


@pytest.mark.parametrize("prefix", ["PD: ", "Fwd: ", "Re: ", "[EXTERNAL] FW: "])
def test_a_forwarded_notification_is_a_persons_mail(prefix: str) -> None:
    head = f"From: ewa@gops.example\nSubject: {prefix}Undelivered Mail Returned to Sender\nContent-Type: multipart/mixed; boundary=x\n"
    parts = (
        "--x",
        "",
        "Co to znaczy?",
        "--x",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx",
        "--x--",
    )

    assert notified(head, *parts) is None
    assert notified(head, *parts, sender="ewa@gops.example") is None


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Zwrot wiadomości z ePUAP", "System zwrócił wiadomość do mieszkańca, nie została dostarczona."),
        ("Zwrot nienależnie pobranego świadczenia", "Jak zarejestrować zwrot?"),
        ("Zwrot wiadomości z ePUAP", "Zwrot wystąpił 3 razy, błąd 550. Nie udało się dostarczyć UPO."),
        ("Błąd dostarczenia pliku XML", "Plik nie został dostarczony do CSIZS."),
        (
            "Niedostarczona wiadomość",
            "Dostałam taki komunikat: 550 5.1.1 a@b.example, wiadomość nie została dostarczona.",
        ),
    ],
)
def test_a_person_who_writes_about_delivery_is_none_even_after_a_redirect(subject: str, text: str) -> None:
    assert (
        notified("From: ewa@gops.example", f"Subject: {subject}", "Content-Type: text/plain; charset=utf-8", "", text)
        is None
    )


def test_a_postmasters_vacation_note_is_none() -> None:
    lines = (
        "From: Jan <postmaster@gops.example>",
        "Subject: Auto: HOT-01",
        "",
        "I am on vacation, ask it@gops.example.",
    )

    assert notified(*lines) is None


def test_a_form_or_a_file_is_a_persons_where_no_server_shows() -> None:
    head = "From: ewa@gops.example\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
    words = "It could not be delivered to a@b.example: 550 5.1.1."
    file = f"--x\n\n{words}\n--x\nContent-Type: application/pdf; name=HOT-01.pdf\n\nx\n--x--"

    assert notified(head, words) is not None
    assert notified(head, f"{words}\n\nTresc pytania: {words}") is None
    assert notified(f"{head}Content-Type: multipart/mixed; boundary=x\n\n{file}") is None


@pytest.mark.parametrize(
    "unit", ["hot01.1.", "message-id: ", "a@b ", "wiadomosc ", "message ", "nie ", "[", "*", "\n<", "550 "]
)
def test_hostile_notices_are_read_in_moments(unit: str) -> None:
    subject = (unit * 500).replace("\n", " ")
    started = time.process_time()
    notified(f"From: MAILER-DAEMON@mx.example\nSubject: {subject}", "", unit * (300_000 // len(unit)))

    assert time.process_time() - started < 2


def test_a_report_of_a_failure_in_a_mixed_mail_from_nobody_is_a_notification() -> None:
    report = ("Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example", "")
    failure = ("Final-Recipient: rfc822; a@b.example", "Action: failed", "Status: 5.1.1", "--B--")
    head = ("Subject: Returned", "Content-Type: multipart/mixed; boundary=B", "", "--B", "", "failed", "--B")

    found = notified("From: <>", *head, *report, *failure, sender=None)

    assert found is not None
    assert found.recipients == (FailedRecipient("a@b.example", "failed", "5.1.1", None),)
    assert notified("From: poczta@gops.example", *head, *report, *failure, sender="") is not None


def test_a_report_that_a_person_passes_on_is_none() -> None:
    report = ("Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example", "")
    failure = ("Final-Recipient: rfc822; a@b.example", "Action: failed", "Status: 5.1.1", "--B--")
    head = ("Content-Type: multipart/mixed; boundary=B", "", "--B", "", "Co mam zrobić?", "--B", *report, *failure)

    for subject in ("Zwrot", "PD: failure notice"):
        assert notified("From: ewa@gops.example", f"Subject: {subject}", *head, sender="ewa@gops.example") is None
