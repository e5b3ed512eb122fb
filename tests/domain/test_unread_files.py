"""A consultant is told which files nobody has read yet."""

from __future__ import annotations

from dataclasses import replace

from mailgate.domain.correspondence import unread_files
from mailgate.domain.mail import read_mail

MAIL = read_mail(b"From: jan@ug.example\r\n\r\n-")


def test_files_with_unread_pages_are_named_once_each() -> None:
    notes = (
        "attachment:skan.png: a picture of a page, not read",
        "attachment:a.pdf: page 1: a picture of a page, not read",
        "attachment:a.pdf: page 2: a picture of a page, not read",
        "attachment:b.docx: a text box was left out",
    )
    (sentence,) = unread_files(replace(MAIL, notes=notes))
    assert sentence.endswith("prosimy je przejrzeć: skan.png, a.pdf.")


def test_of_many_unread_files_the_first_are_named() -> None:
    notes = tuple(f"attachment:{n}.png: not read: enough pictures were" for n in range(9))
    (sentence,) = unread_files(replace(MAIL, notes=notes))
    assert sentence.endswith("0.png, 1.png, 2.png, 3.png, 4.png, ….")


def test_a_mail_that_was_read_whole_has_no_such_sentence() -> None:
    assert list(unread_files(MAIL)) == []
