"""Subjects that have come and gone several times: what we and mail programs put in front is taken off again."""

from __future__ import annotations

import pytest

from mailgate.delivery.composer import Composer
from mailgate.delivery.specimen import HOTLINE, LETTERS, MESSAGE_ID, NOW, REPLY_TO, TOKEN
from mailgate.delivery.subjects import bare_subject
from mailgate.domain.classify import NOTICE


@pytest.mark.parametrize("name", [name for name in LETTERS if name not in ("not-relayed-bare", "no-meeting-bare")])
def test_a_subject_of_ours_comes_back_without_what_we_put_in_front(name: str) -> None:
    subject = Composer(HOTLINE).compose(LETTERS[name], MESSAGE_ID, REPLY_TO, NOW, TOKEN).subject
    ours = bare_subject(subject)
    assert "HOT-01/" not in ours
    for piled in (f"Re: {subject}", f"Odp: PD: [HOT-01/2026/000007] {subject}", f"Fwd: Nowe pytanie: {subject}"):
        assert bare_subject(piled) == ours


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Nowe pytanie", "Nowe pytanie"),
        ("[HOT-01/2026/000007] Nowe pytanie", ""),
        ("[HOT-01/2026/000005] Potwierdzenie przyjęcia 2 pytań: Re: słownik", "słownik"),
        ("Re[2]: Odp. słownika", "Odp. słownika"),
        ("[pilne] Re: słownik", "[pilne] Re: słownik"),
        ("Re: " * 20_000, ""),
    ],
)
def test_only_what_was_put_in_front_is_taken_from_a_subject(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare


@pytest.mark.parametrize("name", [name for name in LETTERS if name.startswith("notice")])
def test_the_subject_of_each_notice_to_the_administrators_is_known_when_it_comes_back(name: str) -> None:
    subject = Composer(HOTLINE).compose(LETTERS[name], MESSAGE_ID, REPLY_TO, NOW, TOKEN).subject
    assert NOTICE.search(f"Re: [#12] {subject}")
