"""Whole messages with forms: each mail of ``tests/mails/forms`` is read as its line of ``expected.jsonl`` has it.

The files in them were written by LibreOffice, python-docx and openpyxl, the bodies have the structure of real clients.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailgate.domain.classify import kind_of
from mailgate.reader import read

MAILS = Path(__file__).parents[1] / "mails" / "forms"
EXPECTED: list[dict[str, Any]] = [
    json.loads(line) for line in (MAILS / "expected.jsonl").read_text(encoding="utf-8").splitlines()
]
FIELDS = ("date", "reference", "user_name", "office", "phone", "email", "question", "source")


def folded(value: object) -> str | None:
    return None if value is None else " ".join(str(value).split())


@pytest.mark.parametrize("expected", EXPECTED, ids=[one["file"] for one in EXPECTED])
def test_the_form_is_read_as_expected(expected: dict[str, Any]) -> None:
    reading = read((MAILS / expected["file"]).read_bytes())
    assert kind_of(reading) == expected["kind"]
    found = [{name: folded(getattr(form, name)) for name in FIELDS} for form in reading.forms.forms]
    assert found == [{name: folded(form[name]) for name in FIELDS} for form in expected["forms"]]
    problems = {(problem.form, problem.field, problem.code) for problem in reading.forms.problems}
    assert problems == {(one["form"], one["field"], one["code"]) for one in expected["problems"]}


def test_every_mail_of_the_folder_is_expected() -> None:
    assert {path.name for path in MAILS.glob("*.eml")} == {one["file"] for one in EXPECTED}


def test_a_difference_between_body_and_file_is_told_with_both_values() -> None:
    (found,) = read((MAILS / "body-and-file-differ.eml").read_bytes()).forms.differences
    assert (found.field, found.taken, found.other_source) == ("phone", "+48122748050;ext=14", "body")
    assert found.other == "+48122748050;ext=15"
