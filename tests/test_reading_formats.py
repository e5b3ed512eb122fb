"""A filled form is found in each format in which people send it, and comes back with its own values."""

from __future__ import annotations

import pytest
from packing.formats import MAKERS

from mailgate.reader import read

NUMBER = 4711


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "scan"])
def test_the_form_of_each_format_is_read_with_its_own_number(name: str) -> None:
    forms = read(MAKERS[name](NUMBER)).forms.forms
    assert len(forms) == 1
    assert str(NUMBER) in str(forms[0])


@pytest.mark.parametrize("name", MAKERS)
def test_no_two_messages_of_a_format_are_the_same(name: str) -> None:
    made = MAKERS[name]
    assert made(NUMBER) != made(NUMBER + 1)
