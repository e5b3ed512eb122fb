"""Whatever is written into a blank form of ours comes back from it as it was written, in each of its formats."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from forms.examples import EXAMPLES, PAGEFUL, SHORT, what_was_written
from forms.layouts import Filled
from forms.reading import what_is_read
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packing.mails import with_file

from forms import filling
from mailgate.domain.classify import kind_of
from mailgate.domain.form.labels import label_at_start
from mailgate.reader import read

FIELDS: dict[str, tuple[str, Callable[[Filled], bytes]]] = {
    "word": ("HOT-01.docx", filling.word),
    "word with paragraphs": ("HOT-01.docx", filling.word_with_paragraphs),
    "opendocument": ("HOT-01.odt", filling.opendocument),
    "pdf": ("HOT-01.pdf", filling.pdf),
    "pdf without drawing": ("HOT-01.pdf", filling.pdf_without_drawing),
    "pdf typed in a browser": ("HOT-01.pdf", filling.pdf_typed_in_a_browser),
}
PAGES: dict[str, tuple[str, Callable[[Filled], bytes]]] = {
    "pdf flattened": ("HOT-01.pdf", filling.pdf_flattened),
    "pdf printed by a browser": ("HOT-01.pdf", filling.pdf_printed_by_a_browser),
}
TEXTS = {"text": ("HOT-01.txt", filling.text)}


@pytest.mark.parametrize("suffix", ["docx", "odt", "pdf", "txt"])
def test_each_blank_form_is_a_blank_form(suffix: str) -> None:
    reading = read(with_file(f"HOT-01.{suffix}", filling.blank(suffix)))
    assert kind_of(reading) == "blank_form"
    (form,) = reading.forms.forms
    assert (form.date, form.reference, form.user_name, form.office, form.phone, form.email, form.question) == (
        None,
    ) * 7
    assert [(problem.field, problem.code) for problem in reading.forms.problems] == [
        (field, "missing") for field in ("user_name", "office", "contact", "question")
    ]


def test_parse_names_a_blank_form_and_a_filled_one_by_their_kind(tmp_path: Path) -> None:
    mails = {"blank_form": filling.blank("pdf"), "question": filling.pdf(SHORT)}
    for kind, content in mails.items():
        (tmp_path / f"{kind}.eml").write_bytes(with_file("HOT-01.pdf", content))
    files = [str(tmp_path / f"{kind}.eml") for kind in mails]
    shown = subprocess.run(
        [sys.executable, "-m", "mailgate", "parse", "--json", *files], capture_output=True, check=True
    )
    found = [json.loads(line) for line in shown.stdout.decode("utf-8").splitlines()]
    assert [one["kind"] for one in found] == list(mails)
    assert [len(one["forms"]) for one in found] == [1, 1]
    assert found[1]["forms"][0]["question"] == SHORT.question


@pytest.mark.parametrize("example", ["short", "long", "partly"])
@pytest.mark.parametrize("way", [*FIELDS, *PAGES, *TEXTS])
def test_a_filled_form_comes_back_field_by_field(way: str, example: str) -> None:
    name, filled = (FIELDS | PAGES | TEXTS)[way]
    form = EXAMPLES[example]
    assert what_is_read(name, filled(form)) == what_was_written(form)


@pytest.mark.parametrize("way", [*FIELDS, *PAGES, *TEXTS])
def test_a_question_of_two_pages_keeps_every_word_and_where_there_are_fields_every_line(way: str) -> None:
    """On a printed page a long line is broken, and nothing tells such an end of a line from one that was typed."""
    name, filled = (FIELDS | PAGES | TEXTS)[way]
    question = str(what_is_read(name, filled(PAGEFUL))["question"])
    assert question.split() == str(PAGEFUL.question).split()
    assert way in PAGES or question == PAGEFUL.question


def test_a_blank_form_beside_a_filled_one_is_not_listed() -> None:
    """A clerk answers our letter with the file that was filled and, by mistake, with the one that was not."""
    name, filled = FIELDS["pdf"]
    mail = with_file(name, filled(SHORT)).removesuffix(b"--b--\r\n")
    other = with_file("HOT-01.docx", filling.blank("docx"))
    both = mail + other[other.rindex(b"--b\r\n") :]
    (form,) = read(both).forms.forms
    assert form.source == "attachment:HOT-01.pdf"


# any values

_CAPITALS, _SMALL = "ABCĆDEFGHIJKLŁMNOÓPRSŚTUWYZŹŻ", "aąbcćdeęfghijklłmnńoóprsśtuwyzźż"
words = st.builds(
    lambda first, rest: first + rest, st.sampled_from(_CAPITALS), st.text(_SMALL, min_size=3, max_size=12)
).filter(lambda word: label_at_start(f"{word}:") is None)
names = st.lists(words, min_size=2, max_size=3).map(" ".join)
offices = st.lists(words, min_size=1, max_size=6).map(lambda parts: " ".join(("Urząd", *parts)))
references = st.none() | st.builds(
    lambda letters, number: f"{letters}.{number}.2026",
    st.text(_CAPITALS, min_size=2, max_size=5),
    st.integers(1, 99999),
)
lines = st.lists(
    words | st.sampled_from(("2026", "„Zapisz”", "–", "1 234,56 zł", "art. 5")), min_size=1, max_size=6
).map(lambda parts: f"Czy {' '.join(parts)}?")
questions = st.lists(lines, min_size=1, max_size=12).map("\n".join)
forms = st.builds(
    Filled, st.sampled_from(("23.11.2026", None)), references, names, offices, st.just(SHORT.contact), questions
)
some = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=True,
)


@pytest.mark.parametrize("way", list(FIELDS))
@settings(parent=some)
@given(form=forms)
def test_any_values_come_back_from_fields(way: str, form: Filled) -> None:
    name, filled = FIELDS[way]
    assert what_is_read(name, filled(form)) == what_was_written(form)


@pytest.mark.parametrize("way", list(PAGES))
@settings(parent=some, max_examples=12)
@given(form=forms)
def test_any_values_come_back_from_a_printed_page(way: str, form: Filled) -> None:
    name, filled = PAGES[way]
    assert what_is_read(name, filled(form)) == what_was_written(form)
