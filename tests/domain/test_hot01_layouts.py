"""Any values put into any layout come back exactly."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import docx
from forms.layouts import AFTER, BEFORE, Filled, as_lines, header_lines, table_form, text_fields
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailgate.domain.document import Block, Document, Line, Table
from mailgate.domain.form.labels import label_at_start
from mailgate.domain.form.vocabulary import may_be_in_a_label
from mailgate.domain.hot01 import find_forms
from mailgate.domain.polish.words import fold
from mailgate.extract.word.docx import read_docx

DATES = {
    "20.11.2026": "2026-11-20",
    "18-11-2026 r.": "2026-11-18",
    "20 listopada 2026 r.": "2026-11-20",
    "Łąck, dnia 20.11.2026 r.": "2026-11-20",
    "19 XI 2026": "2026-11-19",
    "2026-11-17": "2026-11-17",
    "piątek, 20.11.26": "2026-11-20",
    "31.02.2026": None,
    "wczoraj": None,
    None: None,
}
PHONES = {
    "24 261 40 21": "+48242614021",
    "(24) 261-40-21 wew. 12": "+48242614021;ext=12",
    "24/261 40 21": "+48242614021",
    "0048600777123": "+48600777123",
    "tel. 600-100-200": "+48600100200",
    "61 285 40 11 / 601 222 333": "+48612854011",
    "": None,
}
ADDRESSES = ("j.zolkiewska@ops.lack.example", "Jan_Kowalski@um.plock.example", "")
OFFICES = (
    "Ośrodek Pomocy Społecznej w Gminie Łąck",
    "MOPS Żary",
    "Powiatowy Zespół do Spraw Orzekania o Niepełnosprawności w Kłodzku",
    "Dom Pomocy Społecznej nr 2 im. św. Jana w Łodzi",
    "Gmina Żabia Wola, ul. Rynkowa 1",
)
REFERENCES = ("DSP.0123.4.2026", "OPS/12/2026", "SO-5023.1.2026.JK", "PS.I/45/26", None)
QUESTIONS = (
    "Dlaczego po zatwierdzeniu wniosku jego stan nadal pokazuje się jako roboczy? Ponowne zalogowanie nic nie zmienia.",
    "W jaki sposób nadać uprawnienia?\n\nPracownik ma konto, ale nie widzi zakładki Weryfikacje.",
    "Interesuje nas:\n- czy przenoszona jest historia,\n- czy druga gmina dostaje powiadomienie,\n- czy można cofnąć.",
    "Gdzie jest wydruk?\n\nNazwa Urzędu: w systemie to pole jest puste, czy to ma znaczenie?",
    "Błąd na formularzu:\nImię i nazwisko: puste\nData: nie działa filtr\nCo robić?",
    "Komunikat: brak danych.\n1. Loguję się.\n2. Sprawa z 31.10.2026.\n3. Telefon: puste pole.\nCo poprawić...",
    "Jak?",
)
_CAPITALS = "ABCDEGHJKLŁMNOPRSŚTWZŹŻ"
_SMALL = "aąbcćdeęfghijklłmnńoóprsśtuwyzźż"
words = st.builds(
    lambda first, rest: first + rest, st.sampled_from(_CAPITALS), st.text(_SMALL, min_size=2, max_size=10)
)


def _is_of_people(name: str) -> bool:
    """Not "Ainstytuca", one letter from the label "Instytucja" and forgiven as such, nor "And And", all of labels."""
    each = name.replace("-", " ").split()
    return not any(label_at_start(f"{word}:") for word in each) and not all(map(may_be_in_a_label, map(fold, each)))


names = st.builds(
    lambda first, last: f"{first} {last}", words, words | st.builds(lambda a, b: f"{a}-{b}", words, words)
).filter(_is_of_people)


@st.composite
def filled_forms(draw: st.DrawFn) -> tuple[Filled, dict[str, object]]:
    """A form and what must be read from it."""
    date = draw(st.sampled_from(sorted(DATES, key=str)))
    phone, address = draw(st.sampled_from(sorted(PHONES))), draw(st.sampled_from(ADDRESSES))
    parts = [part for part in (phone, address) if part]
    contact = draw(st.sampled_from((", ", "\n", "; ", " "))).join(draw(st.permutations(parts)))
    form = Filled(
        date, draw(st.sampled_from(REFERENCES)), draw(names), draw(st.sampled_from(OFFICES)), contact or None,
        draw(st.sampled_from(QUESTIONS)),
    )  # fmt: skip
    expected = {
        "date": DATES[date],
        "reference": form.reference,
        "user_name": form.user_name,
        "office": form.office,
        "phone": PHONES[phone],
        "email": address or None,
        "question": " ".join(str(form.question).split()),
    }
    return form, expected


def read(blocks: Sequence[Block]) -> dict[str, object]:
    found = find_forms([Document("body", tuple(blocks))])
    assert len(found.forms) == 1
    form = found.forms[0]
    return {
        "date": form.date.isoformat() if form.date else None,
        "reference": form.reference,
        "user_name": form.user_name,
        "office": form.office,
        "phone": form.phone,
        "email": form.email,
        "question": " ".join((form.question or "").split()),
    }


def chooser(draw: st.DrawFn) -> Any:
    return lambda options: draw(st.sampled_from(tuple(options)))


many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@many
@given(st.data(), filled_forms())
def test_plain_text_in_any_layout(data: st.DataObject, filled: tuple[Filled, dict[str, object]]) -> None:
    form, expected = filled
    choose = chooser(data.draw)
    lines = [*choose(BEFORE), *header_lines(form, choose), "", *text_fields(form, choose), *choose(AFTER)]
    if data.draw(st.booleans()):
        lines = [text for line in lines for text in (line, "")]
    assert read(as_lines(lines)) == expected


@many
@given(st.data(), filled_forms())
def test_tables_in_any_layout(data: st.DataObject, filled: tuple[Filled, dict[str, object]]) -> None:
    form, expected = filled
    choose = chooser(data.draw)
    blocks = (*as_lines(choose(BEFORE)), *table_form(form, choose), *as_lines(choose(AFTER)))
    assert read(blocks) == expected


@settings(parent=many, max_examples=25)
@given(st.data(), filled_forms())
def test_word_documents_in_any_layout(data: st.DataObject, filled: tuple[Filled, dict[str, object]]) -> None:
    form, expected = filled
    choose = chooser(data.draw)
    blocks = (*as_lines(choose(BEFORE)), *table_form(form, choose), *as_lines(choose(AFTER)))
    assert read(read_docx(word_document(blocks), "body").blocks) == expected


def word_document(blocks: Sequence[Block]) -> bytes:
    """The blocks as python-docx writes them."""
    document = docx.Document()
    _write(document, blocks)
    raw = BytesIO()
    document.save(raw)
    return raw.getvalue()


def _write(into: Any, blocks: Sequence[Block]) -> None:
    for block in blocks:
        if isinstance(block, Line):
            into.add_paragraph(block.text)
        else:
            _write_table(into, block)


def _write_table(into: Any, table: Table) -> None:
    """A table whose shorter rows are merged to the full width, as people merge them."""
    width = max(len(row) for row in table.rows)
    made = into.add_table(rows=len(table.rows), cols=width)
    for row, cells in zip(made.rows, table.rows, strict=True):
        for place, cell in enumerate(cells):
            last = width - 1 if place == len(cells) - 1 else place
            merged = row.cells[place] if last == place else row.cells[place].merge(row.cells[last])
            _write(merged, cell.blocks)
