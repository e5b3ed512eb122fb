"""The lines over a quote, told from prose that looks like them."""

from __future__ import annotations

import pytest
from replyshapes import HEADER_BLOCKS, SENTENCES

from mailgate.domain.quotation.attributions import attributions_in
from mailgate.domain.quotation.rows import rows_of_text


def spans(text: str) -> list[tuple[int, int, bool]]:
    return [(one.start, one.end, one.certain) for one in attributions_in(rows_of_text(text))]


@pytest.mark.parametrize("sentence", [*SENTENCES.values(), "Użytkownik Jan Kowalski napisał:",
    "Hot-line CSIZS <h@csizs.example> schrieb am Fr., 20. Nov. 2026, 13:30:",
    "Am Freitag, 20. November 2026 um 13:30:11 MEZ hat Hot-line <h@csizs.example> Folgendes geschrieben:",
    "On Nov 20, 2026 at 10:08 +0100, Hot-line <h@csizs.example>, wrote:",
    "Le 20/11/2026 à 12:39, Hot-line CSIZS a écrit :",
    "Dnia 20.11.2026 o 12:39, Hot-line CSIZS <h@csizs.example> napisał/a:",
    "Op vr 20 nov 2026 om 13:30 schreef Hot-line <h@csizs.example>:",
    "Hot-line CSIZS <h@csizs.example> napisał(a):", "Hot-line CSIZS napisał(a):", "Hot-line CSIZS napisał/a:",
    "Wiadomość napisana przez Hot-line CSIZS <h@csizs.example> dnia 20.11.2026, o godz. 12:39:"])  # fmt: skip
def test_the_sentence_of_a_client_is_found_with_its_bounds(sentence: str) -> None:
    assert [span[:2] for span in spans(f"Tak.\n\n{sentence}\nx")] == [(2, 3)]


@pytest.mark.parametrize("block", HEADER_BLOCKS.values(), ids=HEADER_BLOCKS)
def test_header_lines_are_found_with_their_bounds(block: list[str]) -> None:
    found = spans("\n".join(["Tak.", "", *block, "", "x"]))
    assert len(found) == 1
    # A drawn line above the labels is taken along where the quote's start is settled, not here.
    assert found[0] == (2 + block[0].startswith("____"), 2 + len(block), True)


@pytest.mark.parametrize("text", [
    "Od: 3 listopada\nDo: 9 listopada", "Od: poniedziałku\nDo: piątku\nTemat: dowolny", "Od: 8:00\nDo: 16:00\nData: 20.11.2026",
    "Kierownik napisał:", "Rozporządzenie jasno pisze:", "W dniu 3 listopada wysłaliśmy wniosek.", "On 3 November it works.", "-----", "Pismo z dnia 3.11.2026:",
    "Proszę pisać na a@urzad.example.\nKierownik pisze:", "Data: 20.11.2026 10:00\nTemat: kwota", "W dniu: 3.11.2026",
])  # fmt: skip
def test_prose_is_no_attribution(text: str) -> None:
    assert spans(text) == []


def test_prose_that_begins_with_a_date_is_not_drawn_into_the_sentence_below_it() -> None:
    text = "W dniu 3 listopada wysłaliśmy aktualizację.\nW dniu 20.11.2026 o 12:39, Hot-line\nCSIZS pisze:\n> x"
    assert spans(text) == [(1, 3, False)]


def test_a_sentence_without_an_address_proves_nothing_by_itself() -> None:
    assert spans("W dniu 20.11.2026 użytkownik napisał:") == [(0, 1, False)]


def test_header_lines_below_lines_that_look_like_them_begin_at_their_own_first() -> None:
    text = "Data: dziś\nDo: jutra\nOd: X <x@y.pl>\nWysłano: 1 maja 2026 10:00\nDo: Z\nTemat: t\n\nx"
    assert spans(text) == [(2, 6, True)]


def test_labels_whose_values_stand_on_the_next_row_are_header_lines() -> None:
    assert spans("Od:\nX <x@y.pl>\nDo:\nZ <z@y.pl>\nData:\n2026-11-19 13:04\nTemat:\nt\n\nx") == [(0, 8, True)]
