"""The values of one form as they were read: texts, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812 - a field is called date

from mailgate.domain.form.contact import Contact, read_contact
from mailgate.domain.form.date import read_date
from mailgate.domain.form.passages import Whose
from mailgate.domain.form.vocabulary import LabelField


@dataclass(frozen=True, slots=True)
class Value:
    """A field as it was read: ``text`` is what stands there, "" for nothing or a placeholder."""

    text: str
    label: str | None
    reason: str


_ABSENT = Value("", None, "no such label")


@dataclass(frozen=True, slots=True)
class FormReading:
    """The values of one form as texts; what they mean is told by the properties."""

    values: dict[LabelField, Value] = field(default_factory=dict)
    whose: Whose = "own"
    places: frozenset[int] = frozenset()
    """The indices of its own lines, from its labels to the ends of their texts, among those of its passage."""

    def value(self, name: LabelField) -> Value:
        """What was read for a field."""
        return self.values.get(name, _ABSENT)

    def text(self, name: LabelField) -> str | None:
        """The field's text, or None."""
        return self.value(name).text or None

    @property
    def date(self) -> Date | None:
        """The document's date, or None where there is none or none that exists."""
        return read_date(self.value("date").text)

    @property
    def contact(self) -> Contact:
        """Telephone and e-mail address."""
        return read_contact(self.value("contact").text)
