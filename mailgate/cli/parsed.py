"""What ``mailgate parse`` prints: JSON as its contract has it, or words for an administrator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mailgate.cli import output
from mailgate.domain.classify import kind_of
from mailgate.domain.hot01 import Difference, Finding, Hot01, Problem
from mailgate.domain.reading import Reading

_FIELDS: Final = ("date", "reference", "user_name", "office", "phone", "email", "question")
_CONTACT: Final = frozenset({"phone", "email"})
_WITH_FORMS: Final = frozenset({"question", "blank_form"})
_UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class Parsed:
    """One file: its name as given, and its reading, or the reason why the sandbox has none."""

    file: str
    reading: Reading | str


def as_json(parsed: Parsed) -> str:
    """One line: the object of the contract, with ``reason`` beside it where the message is unreadable."""
    reading = parsed.reading
    if isinstance(reading, str):
        row = _row(parsed.file, None, _UNREADABLE)
        return _line({**row, "reason": reading})
    kind = kind_of(reading)
    row = _row(parsed.file, reading.mail.message_id, kind)
    if kind in _WITH_FORMS:
        row["forms"] = [_form(form) for form in reading.forms.forms]
        row["problems"] = [_problem(problem) for problem in reading.forms.problems]
    if reading.unreadable:
        row["reason"] = reading.unreadable
    return _line(row)


def _row(file: str, message_id: str | None, kind: str) -> dict[str, Any]:
    return {"file": file, "message_id": message_id, "kind": kind, "forms": [], "problems": []}


def _line(row: dict[str, Any]) -> str:
    return output.as_json(row)


def _form(form: Hot01) -> dict[str, str | None]:
    return {**{field: _value(form, field) for field in _FIELDS}, "source": form.source}


def _value(form: Hot01, field: str) -> str | None:
    if field == "date":
        return form.date.isoformat() if form.date else None
    value = getattr(form, field)
    return value if value is None else str(value)


def _problem(problem: Problem) -> dict[str, int | str]:
    return {"form": problem.form, "field": problem.field, "code": problem.code}


def reply_as_json(parsed: Parsed) -> str:
    """One line: what would be passed on.  What could not be read is in doubt, and nothing of it goes out."""
    reading = parsed.reading
    reply = None if isinstance(reading, str) else reading.reply
    return _line(
        {
            "file": parsed.file,
            "new_text": reply.new_text if reply else None,
            "in_doubt": reply.in_doubt if reply else True,
            "attachments": list(reply.attachments) if reply else [],
            "commands": [list(command) for command in reply.commands] if reply else [],
        }
    )


def in_words(parsed: Parsed) -> str:
    """A few lines: the kind and why, each form with where each value was found, problems, differences, remarks.

    Safe to print, whatever the message says.
    """
    return output.visible("\n".join((parsed.file, *(f"  {line}" for line in _words(parsed.reading)), "")))


def _words(reading: Reading | str) -> Iterator[str]:
    if isinstance(reading, str):
        yield f"kind        {_UNREADABLE}: {reading}"
        return
    kind = kind_of(reading)
    yield f"kind        {kind}: {because(kind, reading)}"
    yield f"message-id  {reading.mail.message_id or 'none'}"
    yield f"from        {_sender(reading)}"
    yield f"subject     {reading.mail.subject or 'none'}"
    if kind in _WITH_FORMS:
        for number, form in enumerate(reading.forms.forms):
            yield from _form_in_words(number, form)
        yield from (_problem_in_words(problem) for problem in reading.forms.problems)
        yield from (_difference_in_words(difference) for difference in reading.forms.differences)
    yield from (f"remark      {note}" for note in reading.mail.notes)


def because(kind: str, reading: Reading) -> str:
    """Why a message is of its kind, as far as its own bytes tell."""
    match kind:
        case "question":
            return "it holds a HOT-01 form with a question"
        case "blank_form":
            return "it holds a HOT-01 form whose question is empty"
        case "bounce" if reading.bounce:
            return "; ".join(reading.bounce.traits) or "it is a delivery status notification"
        case "auto_reply" | "bulk" if reading.automation:
            return "; ".join(reading.automation.traits) or "a machine wrote it"
        case "unreadable":
            return reading.unreadable or "nothing in it can be read"
        case _:
            return "it holds no HOT-01 form, and nothing shows that a machine wrote it"


def _sender(reading: Reading) -> str:
    sender = reading.mail.sender
    return f"{sender.name} <{sender.address}>".strip() if sender else "none"


def _form_in_words(number: int, form: Hot01) -> Iterator[str]:
    yield f"form {number + 1}      {form.source}{', recognised in a picture' if form.by_ocr else ''}"
    findings = {finding.field: finding for finding in form.findings}
    for field in _FIELDS:
        value = _value(form, field)
        first, *more = (value or "-").split("\n")
        yield f"  {field:<11} {first}"
        yield from (f"  {'':<11} {line}" for line in more)
        finding = findings.get("contact" if field in _CONTACT else field)
        yield f"  {'':<11}   ({_why(finding, form, value) if finding else 'no such label'})"


def _why(finding: Finding, form: Hot01, value: str | None) -> str:
    """Where a value was found and what was made of it: ``label 'data:', on the label's line, written '20.11.26'``."""
    parts = [f"label {finding.label!r}" if finding.label else "without a label", finding.reason]
    if finding.source not in ("", form.source):
        parts.append(f"in {finding.source}")
    if finding.value and finding.value != value and finding.field != "question":
        parts.append(f"written {finding.value!r}")
    return ", ".join(parts)


def _problem_in_words(problem: Problem) -> str:
    return f"problem     form {problem.form + 1}: {problem.field} is {problem.code}"


def _difference_in_words(difference: Difference) -> str:
    return (
        f"difference  form {difference.form + 1}: {difference.field} is taken as {difference.taken!r},"
        f" but {difference.other_source} says {difference.other!r}"
    )


def reply_in_words(parsed: Parsed) -> str:
    """What would be passed on of a reply, for the eye, and safe to print."""
    return output.visible("\n".join((parsed.file, *_reply_words(parsed.reading), "")))


def _reply_words(reading: Reading | str) -> Iterator[str]:
    if isinstance(reading, str) or reading.reply is None:
        why = reading if isinstance(reading, str) else reading.unreadable or "it holds no reply"
        yield f"  nothing would be passed on: {why}"
        return
    reply = reading.reply
    if reply.in_doubt:
        yield "  in doubt: it cannot be told for sure what of it is new"
    yield from (f"  command     #{name} {argument}".rstrip() for name, argument in reply.commands)
    yield from (f"  attachment  {name}" for name in reply.attachments)
    if reply.new_text:
        yield "  new text:"
        yield from (f"    {line}" for line in reply.new_text.split("\n"))
    else:
        yield "  no new text"
