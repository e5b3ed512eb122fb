"""Which mails are read receipts, and whether the letter was truly opened."""

from __future__ import annotations

import pytest
from domain.factories import mail

from mailgate.domain.machines.receipts import receipt_of
from mailgate.domain.mail import Attachment


@pytest.mark.parametrize(
    ("disposition", "said"),
    [
        ("manual-action/MDN-sent-manually; displayed", "seen"),
        ("automatic-action/MDN-sent-automatically; Displayed/error", "seen"),
        ("manual-action/MDN-sent-automatically; deleted", "not seen"),
        ("automatic-action/MDN-sent-automatically; processed", "not seen"),
        ("nonsense", "not seen"),
    ],
)
def test_e78_the_report_of_a_receipt_decides(disposition: str, said: str) -> None:
    report = f"Reporting-UA: x\nDisposition: {disposition}\n".encode()
    part = Attachment("report", "message/disposition-notification", report)
    assert receipt_of(mail(attachments=(part,), subject="Przeczytano: x")) == said


@pytest.mark.parametrize(
    ("subject", "text", "said"),
    [
        ("Przeczytano: Potwierdzenie", "", "seen"),
        ("Nie przeczytano: Potwierdzenie", "", "not seen"),
        ("Read: acknowledgement", "Your message was read on Monday.", "seen"),
        ("Read: acknowledgement", "I have a question.", None),
        ("Re: Przeczytano: x", "", None),
        ("Pytanie", "Czy ktoś to przeczytał?", None),
    ],
)
def test_e78_without_a_report_subject_and_text_decide(subject: str, text: str, said: str | None) -> None:
    assert receipt_of(mail(subject=subject, plain=(text,))) == said
