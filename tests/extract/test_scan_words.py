"""Single words of scanned pages, mended where their shape or their neighbours leave no doubt."""

from __future__ import annotations

import pytest
from PIL import Image

from mailgate.domain.form.contact import read_contact
from mailgate.extract.page.shapes import Box
from mailgate.extract.scan.addresses import addresses, agreed, whole_addresses, with_address
from mailgate.extract.scan.dashes import with_dates, with_quotation_marks
from mailgate.extract.scan.misreadings import mended
from mailgate.extract.scan.references import likelier_reference, with_lost_dot
from mailgate.extract.scan.tesseract import Recognised

BLANK = Image.new("L", (2000, 100), 255)


def line_of(*texts: str, gap: float = 12, confidence: float = 90) -> list[Recognised]:
    """Words on one line, ten points a letter."""
    words: list[Recognised] = []
    x = 20.0
    for text in texts:
        words.append(Recognised(text, Box(x, 20, x + 10 * len(text), 40), confidence))
        x += 10 * len(text) + gap
    return words


def texts(words: list[Recognised]) -> list[str]:
    return [word.text for word in words]


@pytest.mark.parametrize(
    ("read_as", "meant"),
    [
        ("19,04.2026", "19.04.2026"),
        ("7,7,2026r.", "7.7.2026r."),
        ("19.04,2026", "19.04.2026"),
        ("1,5", "1,5"),
        ("48,917,26", "48,917,26"),
    ],
)
def test_a_date_has_dots_and_an_amount_its_comma(read_as: str, meant: str) -> None:
    assert texts(with_dates(line_of(read_as))) == [meant]


@pytest.mark.parametrize(
    ("read_as", "meant"),
    [
        (("„Błąd", 'zapisu".'), ["„Błąd", "zapisu”."]),
        (('„Zapisz"', "i", '"Dodaj"'), ["„Zapisz”", "i", '"Dodaj"']),
        (('"Błąd', 'zapisu"'), ['"Błąd', 'zapisu"']),
    ],
)
def test_a_quotation_that_opens_below_is_closed_by_its_own_mark(read_as: tuple[str, ...], meant: list[str]) -> None:
    assert texts(with_quotation_marks(line_of(*read_as))) == meant


@pytest.mark.parametrize(
    ("read_as", "meant"),
    [
        ("2SS.3741.49.2026", "ZSS.3741.49.2026"),
        ("5R.2907.6.2026", "SR.2907.6.2026"),
        ("RO-IVv.7977.52.2026", "RO-IV.7977.52.2026"),
        ("PCPR.2416.35.202€", "PCPR.2416.35.2026"),
        ("WSO2.512.1.2026", "WSO2.512.1.2026"),
        ("5212.3.2026", "5212.3.2026"),
    ],
)
def test_the_sign_of_an_office_is_in_letters(read_as: str, meant: str) -> None:
    assert likelier_reference(read_as, read_as) == meant


@pytest.mark.parametrize(
    ("read_as", "meant"),
    [
        ("PCPR.IV4308.5.2026", "PCPR.IV.4308.5.2026"),
        ("RO-V6301.56.2026", "RO-V.6301.56.2026"),
        ("OR.I302.5.2026", "OR.I302.5.2026"),
        ("V12.1.2026", "V12.1.2026"),
    ],
)
def test_the_dot_under_the_arm_of_a_v_is_put_back(read_as: str, meant: str) -> None:
    assert with_lost_dot(read_as) == meant


@pytest.mark.parametrize(
    ("polish", "english", "address"),
    [
        ("EMPQTIA", "EMP@TIA", "EMP@TIA"),
        ("EMPÓQTIA,", "EMP@TIA,", "EMP@TIA,"),
        ("Emp©tia", "Emp@tia", "Emp@tia"),
        ("j.izyckiQum", "j.izycki@um,jaslo.example", "j.izycki@um.jaslo.example"),
        ("i.medrzyckaQamqgops.example", "i.medrzycka@mgops.example", "i.medrzycka@mgops.example"),
        ("r.lackaQqops-zorawina.example", "r.lacka@qops-zorawina.example", "r.lacka@gops-zorawina.example"),
    ],
)
def test_what_has_the_sign_of_an_address_is_as_both_models_read_it(polish: str, english: str, address: str) -> None:
    assert agreed(polish, english) == address


def test_a_word_with_a_q_within_is_looked_at_once_more() -> None:
    assert [1] in [place[-1:] for place in addresses(line_of("portal", "EMPQTIA"))]


def test_a_name_with_the_sign_of_an_address_is_not_marked_as_doubtful() -> None:
    assert texts(whole_addresses(line_of("portal", "EMP@TIA", "w"))) == ["portal", "EMP@TIA", "w"]


def test_the_word_behind_a_name_with_the_sign_stays_a_word() -> None:
    polish = line_of("EMPQTIA", "w", "dniu", gap=2)
    assert texts(with_address(polish, polish, line_of("EMP@TIAw", "dniu", gap=2), BLANK)) == ["EMP@TIA", "w", "dniu"]


@pytest.mark.parametrize(
    ("polish", "english"),
    [
        (("k.golab", "©", "gops.example"), ("k.golab", "@", "gops.example")),
        (("k_golabQgops.example",), ("k_", "golab@gops.example")),
    ],
)
def test_an_address_in_pieces_is_put_together(polish: tuple[str, ...], english: tuple[str, ...]) -> None:
    words = line_of(*polish, gap=4)
    (word,) = with_address(words, words, line_of(*english, gap=4), BLANK)
    assert word.text.endswith("golab@gops.example")


def test_the_first_part_of_a_host_that_was_read_twice_stands_there_once() -> None:
    assert texts(whole_addresses(line_of("s.slezak@mgops", "mgops.kozmin.example"))) == [
        "s.slezak@mgops.kozmin.example"
    ]


def test_two_digits_of_a_telephone_are_no_dirt_however_unsure() -> None:
    words = [*line_of("775", "77"), *(word for word in line_of("53", "ii", confidence=18))]
    assert texts(mended(words, BLANK, lambda cuttings: [[] for _ in cuttings])) == ["775", "77", "53"]


def test_what_a_stroke_parts_from_an_address_is_no_part_of_it() -> None:
    contact = read_contact("12 415 78 51 wew. 220/m.zrebiec@gops.example")
    assert (contact.phone, contact.email) == ("+48124157851;ext=220", "m.zrebiec@gops.example")
