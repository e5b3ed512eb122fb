"""Which files nobody has read, and why: consultants are told of all, clerks of those that they can send better."""

from __future__ import annotations

from dataclasses import replace

import pytest
from domain.factories import form

from mailgate.domain.correspondence.remarks import unread_files
from mailgate.domain.hot01 import FormsFound
from mailgate.domain.mail import Attachment, InboundMail, read_mail
from mailgate.domain.reading import Reading
from mailgate.domain.unreadfiles import UnreadFile, told_to_clerk, unread_in

MAIL = read_mail(b"From: jan@ug.example\r\n\r\n-")
PICTURE = "attachment:skan.png: a picture of a page, not read"


def noted(*notes: str, **changes: object) -> InboundMail:
    return replace(MAIL, notes=notes, **changes)


def read(mail: InboundMail, *sources: str) -> Reading:
    forms = tuple(form(source=source) for source in sources)
    return Reading(mail, "", FormsFound(forms), None, None, None)


def test_files_with_unread_pages_are_named_once_each() -> None:
    notes = (
        PICTURE,
        "attachment:a.pdf: page 1: a picture of a page, not read",
        "attachment:a.pdf: page 2: a picture of a page, not read",
        "attachment:b.docx: a text box was left out",
    )
    (sentence,) = unread_files(noted(*notes))
    assert sentence.endswith("prosimy je przejrzeć: skan.png, a.pdf.")


def test_of_many_unread_files_the_first_are_named() -> None:
    (sentence,) = unread_files(noted(*(f"attachment:{n}.png: not read: enough pictures were" for n in range(9))))
    assert sentence.endswith("0.png, 1.png, 2.png, 3.png, 4.png, ….")


def test_a_mail_that_was_read_whole_has_no_such_sentence() -> None:
    assert list(unread_files(MAIL)) == []


def test_consultants_are_told_why_a_file_cannot_be_read() -> None:
    notes = ("attachment:a.pdf: pdf not read: protected by a password", "attachment:b.docx: docx not read: damaged (X)")
    (sentence,) = unread_files(noted(*notes))
    assert sentence.endswith(
        "prosimy je przejrzeć: a.pdf (zabezpieczony hasłem lub zaszyfrowany), b.docx (uszkodzony)."
    )


@pytest.mark.parametrize(
    ("note", "why"),
    [
        ("pdf not read: protected by a password", "locked"),
        ("office file not read: encrypted", "locked"),
        ("docx not read: encrypted", "locked"),
        ("umowa.docx: protected by a password: a person must open it", "locked"),
        ("docx not read: damaged member 'word/document.xml': Error -3", "damaged"),
        ("docx not read: no readable ZIP: File is not a zip file", "damaged"),
        ("not read: a document that is damaged or none at all, which a person must open", "damaged"),
        ("not opened: no readable ZIP (BadZipFile)", "damaged"),
        ("pdf not read: damaged (PdfReadError)", "damaged"),
        ("not read: hardly legible, 413 x 585 pixels", "illegible"),
        ("page 2: not read: hardly legible, 413 x 585 pixels", "illegible"),
        ("not read: a document of Apple Pages, which a person must open", "foreign"),
        ("not opened: an archive of the kind RAR, which a person must open", "foreign"),
        ("a picture of a page, not read", "picture"),
        ("OCR is not installed", "left"),
        ("not read: too many files in one message", "left"),
        ("page 3 not read: too much is drawn on it", "left"),
    ],
)
def test_the_reason_is_told_by_the_remark(note: str, why: str) -> None:
    (found,) = unread_in((f"attachment:plik.xyz: {note}",))
    assert (found.name.partition("/")[0], found.why) == ("plik.xyz", why)


@pytest.mark.parametrize("note", ["charset guessed: windows-1250", "3 of 9 pages only skimmed: no form is on them"])
def test_other_remarks_name_no_unread_file(note: str) -> None:
    assert unread_in((f"attachment:a.txt: {note}", note)) == ()


def test_a_locked_file_in_an_archive_is_named_itself() -> None:
    (found,) = unread_in(("attachment:a.zip: umowa.docx: protected by a password: a person must open it",))
    assert found == UnreadFile("a.zip/umowa.docx", "locked")


def test_a_clerk_is_not_told_of_pictures_that_stand_in_the_text() -> None:
    shown = Attachment("image001.png", "image/png", b"", inline=True, content_id="one@x")
    sent = Attachment("skan.png", "image/png", b"", inline=True, content_id="two@x")
    notes = (PICTURE, "attachment:image001.png: a picture of a page, not read")
    mail = noted(*notes, attachments=(shown, sent), html=('<img src="cid:one@x">',))
    assert told_to_clerk(read(mail, "body")) == (UnreadFile("skan.png", "picture"),)


def test_of_a_mail_that_is_encrypted_as_a_whole_no_part_is_named() -> None:
    mail = noted("attachment:smime.p7m: encrypted: only who has the key can read it")
    assert told_to_clerk(replace(read(mail), unreadable="it is encrypted")) == ()


def test_a_clerk_is_not_told_of_the_file_whose_form_was_read() -> None:
    mail = noted("attachment:skan.jpg: not read: hardly legible, 413 x 585 pixels")
    assert told_to_clerk(read(mail)) == (UnreadFile("skan.jpg", "illegible"),)
    assert told_to_clerk(read(mail, "attachment:skan.jpg")) == ()
