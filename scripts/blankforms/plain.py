"""The form as plain text, to be copied into the body of a mail."""

from __future__ import annotations

from blankforms.content import DETAILS, HEAD, QUESTION, SYSTEM, TITLE


def text_form() -> bytes:
    """The form in UTF-8 with CRLF, which every editor of an office reads."""
    head = [entry.label for entry in HEAD]
    details = [entry.label for entry in DETAILS]
    lines = [f"{SYSTEM}    {TITLE}", "", *head, "", *details, "", f"{QUESTION.label}:", "", ""]
    return "\r\n".join(lines).encode("utf-8")
