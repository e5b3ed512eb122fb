"""What a consultant must know of a new entry beside its fields, in Polish sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailgate.domain.changes import NewEntry
from mailgate.domain.mail import InboundMail
from mailgate.domain.unreadfiles import UnreadFile, told_to_consultants

_WHY_UNREAD = {
    "locked": "zabezpieczony hasłem lub zaszyfrowany", "damaged": "uszkodzony", "illegible": "nieczytelny skan",
}  # fmt: skip
_NAMED_FILES = 5
_SENT_TO_AUTHOR = {
    "unformalised": "Nadawca otrzymał pusty formularz z prośbą o wypełnienie.",
    "unreadable": "Nadawca otrzymał prośbę o przesłanie pytania jeszcze raz.",
}
_ASKED_TO_CONFIRM = "Poprosiliśmy nadawcę o potwierdzenie adresu z formularza."
_HELD_BACK = (
    "Nadawca otrzymał od nas w ostatnim czasie kilka automatycznych wiadomości, dlatego tym razem nie wysłaliśmy do niego "
    "żadnej."
)


def unread_files(mail: InboundMail) -> Iterator[str]:
    """A Polish sentence on the files of which something was not read: a person has to look into them."""
    names = [_named(file) for file in told_to_consultants(mail)]
    if names:
        listed = ", ".join([*names[:_NAMED_FILES], *(["…"] if len(names) > _NAMED_FILES else [])])
        yield f"Program nie odczytał w całości następujących plików, prosimy je przejrzeć: {listed}."


def _named(file: UnreadFile) -> str:
    why = _WHY_UNREAD.get(file.why)
    return f"{file.name} ({why})" if why else file.name


def remarks_on(entry: NewEntry, *, acknowledged_by_mail: bool) -> Iterator[str]:
    """What needs a consultant's attention, in Polish sentences."""
    if entry.kind == "unformalised":
        yield "Wiadomość nie zawierała formularza HOT-01."
    if entry.kind == "unreadable":
        yield "Wiadomości nie udało się odczytać (jest zaszyfrowana, uszkodzona albo zbyt duża)."
    if acknowledged_by_mail and entry.kind in _SENT_TO_AUTHOR:
        yield _SENT_TO_AUTHOR[entry.kind]
    if entry.addressing.to is None:
        yield (
            "Nie znamy adresu e-mail, na który można potwierdzić przyjęcie pytania i wysłać odpowiedź; "
            "prosimy skontaktować się z Użytkownikiem telefonicznie."
        )
    if entry.form and entry.form.phone and (entry.by_phone or entry.addressing.to is None):
        yield (
            "Przyjęcie pytania trzeba potwierdzić telefonicznie. Po rozmowie prosimy odpowiedzieć na tę wiadomość i w "
            "pierwszym wierszu wpisać #telefon, a za nim godzinę rozmowy (na przykład: #telefon 10:15). Taka odpowiedź "
            "zapisze potwierdzenie w rejestrze i nie trafi do Użytkownika."
        )
    if entry.addressing.to is not None and entry.addressing.unconfirmed:
        yield (
            f"W formularzu podano adres {entry.addressing.unconfirmed}, który różni się od adresu nadawcy i nie jest "
            "potwierdzony; na razie piszemy na adres nadawcy."
        )
        if acknowledged_by_mail:
            yield _ASKED_TO_CONFIRM


def without_receipt(remarks: Sequence[str]) -> tuple[str, ...]:
    """The remarks on an entry whose author gets no letter of ours after all."""
    untrue = {*_SENT_TO_AUTHOR.values(), _ASKED_TO_CONFIRM}
    return (*(remark for remark in remarks if remark not in untrue), _HELD_BACK)
