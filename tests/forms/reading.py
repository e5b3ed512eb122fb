"""What the program makes of a file that is mailed to it."""

from __future__ import annotations

from packing.mails import with_file

from mailgate.reader import read


def what_is_read(name: str, content: bytes) -> dict[str, object]:
    """The values of the one form in a mail with this file, which was read as text and not recognised from a picture."""
    (form,) = read(with_file(name, content)).forms.forms
    assert (form.source, form.by_ocr) == (f"attachment:{name}", False)
    return {
        "date": form.date.isoformat() if form.date else None,
        "reference": form.reference,
        "user_name": form.user_name,
        "office": form.office,
        "phone": form.phone,
        "email": form.email,
        "question": form.question,
    }
