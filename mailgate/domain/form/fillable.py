"""What the named fields of a fillable file say of its form, beside what its pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailgate.domain.document import Field
from mailgate.domain.form.endings import ending
from mailgate.domain.form.fieldnames import label_of_name
from mailgate.domain.form.labels import label_at_start
from mailgate.domain.form.placeholders import is_placeholder
from mailgate.domain.form.values import FormReading, Value
from mailgate.domain.form.vocabulary import LabelField
from mailgate.domain.polish.words import squeeze

_AS_ON_THE_FORM = 3


def _reading_of_fields(fields: Sequence[Field]) -> FormReading | None:
    """The form that a file's named fields make, or None where they do not name those of HOT-01."""
    values: dict[LabelField, Value] = {}
    for each in fields:
        found = label_of_name(each.name)
        if found is None:
            continue
        text = _without_label(found, each.value.strip() if found == "question" else squeeze(each.value))
        text = _to_its_ending(text) if found == "question" else text
        empty = is_placeholder(text)
        before = values.get(found)
        if before is not None and before.text and found == "contact" and not empty:
            values[found] = Value(f"{before.text}\n{text}", each.name, before.reason)
        elif before is None or not before.text:
            values[found] = Value("" if empty else text, each.name, "in the fillable field of this name")
    return FormReading(values) if len(values) >= 2 else None


def _to_its_ending(text: str) -> str:
    """A question without the sign-off or the signature below it; what begins with one is left as it is."""
    lines = text.splitlines()
    end = next((place for place in range(len(lines)) if ending(lines, place) is not None), len(lines))
    return "\n".join(lines[:end]).rstrip() or text


def _without_label(name: LabelField, text: str) -> str:
    """The value in a control that holds its label as well."""
    label = label_at_start(text.partition("\n")[0])
    # ``fax 24 261 40 21``: the name of a part says which number it is.
    named = label is not None and label.field == name and not label.part
    # ``Pytanie: ...`` is how somebody may begin to ask.
    if label is not None and name == "question" and label.weight < _AS_ON_THE_FORM:
        named = False
    return text[label.value_start :].strip() if label is not None and named else text


def with_fields(readings: tuple[FormReading, ...], fields: Sequence[Field]) -> tuple[FormReading, ...]:
    """The file's form: what its fields hold goes before what its pages show, unless the pages say the same and more."""
    by_fields = _reading_of_fields(fields)
    if by_fields is None or len(readings) > 1:
        return readings
    if not readings:
        return (by_fields,) if "question" in by_fields.values else ()
    if all(each.in_text for each in fields) and _says_as_much(readings[0], by_fields):
        return readings
    values = dict(readings[0].values)
    values.update({name: value for name, value in by_fields.values.items() if value.text or name not in values})
    return (replace(readings[0], values=values),)


def _says_as_much(page: FormReading, by_fields: FormReading) -> bool:
    """True where every value of the fields stands at its label on the page, alone or with what was written beside it."""
    return all(squeeze(value.text) in squeeze(page.value(name).text) for name, value in by_fields.values.items())
