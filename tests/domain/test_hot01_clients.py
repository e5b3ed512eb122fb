"""Whole messages: any values, in any layout, written by any mail program, come back exactly."""

from __future__ import annotations

from typing import Any

from forms.clients import (
    FORWARDING,
    PAGES,
    SEPARATORS,
    SHAPES,
    SIGNATURES,
    flowed,
    forwarded_page,
    message,
    page_of,
    paragraphs,
    quoted,
)
from forms.layouts import Filled, header_lines, text_fields
from forms.values import Expected, forms_with_gaps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailgate.domain.classify import kind_of
from mailgate.reader import read

FIELDS = ("date", "reference", "user_name", "office", "phone", "email", "question")
ENCODINGS = ("8bit", "base64", "quoted-printable")
many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def what_is_read(raw: bytes) -> Expected:
    reading = read(raw)
    assert kind_of(reading) == "question"
    (form,) = reading.forms.forms
    values = {name: None if getattr(form, name) is None else str(getattr(form, name)) for name in FIELDS}
    values["question"] = " ".join((form.question or "").split())
    return Expected(values, frozenset((problem.field, problem.code) for problem in reading.forms.problems))


def chooser(data: st.DataObject) -> Any:
    return lambda options: data.draw(st.sampled_from(tuple(options)))


@many
@given(st.data(), forms_with_gaps())
def test_plain_text_of_any_mail_program(data: st.DataObject, filled: tuple[Filled, Expected]) -> None:
    form, expected = filled
    choose = chooser(data)
    text = "\n".join([*header_lines(form, choose), "", *text_fields(form, choose), choose(SIGNATURES)])
    lines, kind = text.split("\n"), "text/plain"
    shape = choose(("as it is", "flowed", "forwarded", "forwarded and quoted", "sent on by the subject", "margin"))
    if shape == "flowed":
        lines, kind = flowed(lines), "text/plain; format=flowed"
    elif shape.startswith("forwarded"):
        inside = quoted(lines) if shape.endswith("quoted") else lines
        lines = ["Przekazuję.", "", *choose(SEPARATORS).split("\n"), *inside]
    elif shape.startswith("sent"):
        lines = ["Dnia 5 lutego 2027 08:11 Anna Zając <a@ug.example> napisał(a):", "", *quoted(lines)]
    elif shape == "margin":
        lines = [line if line.startswith("|") else f"| {line}" for line in lines]
    subject = "PD: HOT-01" if "sent" in shape else "HOT-01"
    assert what_is_read(message("\n".join(lines), kind, choose(ENCODINGS), subject=subject)) == expected


@many
@given(st.data(), forms_with_gaps())
def test_pages_of_any_mail_program(data: st.DataObject, filled: tuple[Filled, Expected]) -> None:
    form, expected = filled
    choose = chooser(data)
    client = choose(PAGES)
    page = page_of(form, client, choose(SHAPES), choose) + paragraphs(client, choose(SIGNATURES))
    if choose((True, False)):
        page = paragraphs(client, "Przekazuję.") + forwarded_page(choose(FORWARDING), page)
    whole = PAGES[client].replace("%s", page)
    assert what_is_read(message(whole, "text/html", choose(ENCODINGS))) == expected
