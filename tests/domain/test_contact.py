"""Telephones and addresses out of a contact field."""

from __future__ import annotations

import phonenumbers
import pytest

from mailgate.domain.form.contact import read_contact

PLOCK = "+48242614021"
MOBILE = "+48600300412"


@pytest.mark.parametrize(
    "text",
    [
        "24 261 40 21",
        "24 2614021",
        "242614021",
        "24-261-40-21",
        "24.261.40.21",
        "(24) 261-40-21",
        "(024) 261 40 21",
        "0-24 261 40 21",
        "0 24 261 40 21",
        "24/261 40 21",
        "24 / 261 40 21",
        "+48 24 261 40 21",
        "+48 (24) 261 40 21",
        "(+48) 24 261 40 21",
        "+48(0)24 261 40 21",
        "0048 24 261 40 21",
        "48 24 261 40 21",
        "tel. 24 261 40 21",
        "tel.: 24 261 40 21, fax: 24 261 40 22",
        "fax 24 261 40 22, tel. 24 261 40 21",
        "tel./fax 24 261 40 21",
        "fax: 24 261 40 21",
        "24 261 40 21 / 601 222 333",
        "24 261 40 21 lub 601 222 333",
        "24 261 40 21, 601 222 333",
        "24 261 40 21 601 222 333",
        "24 261 40 21 w godz. 8-16",
        "24 261\n40 21",
        "pokój 12, 24 261 40 21",
    ],
)
def test_is_the_telephone_in_plock(text: str) -> None:
    assert read_contact(text).phone == PLOCK


@pytest.mark.parametrize(
    "text",
    [
        "24 261 40 21 wew. 12",
        "24 261 40 21 wew 12",
        "24 261 40 21, wew. 12",
        "24 261 40 21 w. 12",
        "24 261 40 21 w.12",
        "24 261 40 21 wewn. 12",
        "24 261 40 21 wewnętrzny 12",
        "24 261 40 21 (wew. 12)",
        "24 261 40 21 int. 12",
        "24 261 40 21 nr wew. 12",
        "(24) 261-40-21 wew. nr 12",
        "24 261 40 21 wew.\n12",
        "24 261 40 21 WEW. 12, j.kowal@ops.example",
    ],
)
def test_has_the_extension_twelve(text: str) -> None:
    assert read_contact(text).phone == f"{PLOCK};ext=12"


@pytest.mark.parametrize(
    "text", ["+48600300412", "600-300-412", "kom. 600 300 412", "0048600300412", "600300412, 600 300 413"]
)
def test_is_the_mobile(text: str) -> None:
    assert read_contact(text).phone == MOBILE


def test_a_foreign_number_keeps_its_country() -> None:
    assert read_contact("+49 30 1234567").phone == "+49301234567"


@pytest.mark.parametrize(
    "text",
    ["wew. 45", "261 40 21", "112", "NIP 123-456-78-90", "09-520 Łąck", "20.11.2026", "PESEL 44051401359", "+48 12"],
)
def test_is_written_and_no_telephone(text: str) -> None:
    contact = read_contact(text)
    assert contact.phone is None
    assert contact.written


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("j.kowal@ops.example", "j.kowal@ops.example"),
        ("J.Kowal@OPS.Example", "J.Kowal@ops.example"),
        ("e-mail: j.kowal@ops.example.", "j.kowal@ops.example"),
        ("<mailto:j.kowal@ops.example>", "j.kowal@ops.example"),
        ("j.kowal@ops.example <mailto:j.kowal@ops.example>", "j.kowal@ops.example"),
        ("(j.kowal@ops.example)", "j.kowal@ops.example"),
        ("a@x.example; b@y.example", "a@x.example"),
        ("j.kowal @ ops.example", "j.kowal@ops.example"),
        ("j.kowal (at) ops.example", "j.kowal@ops.example"),
        ("j.kowal[małpa]ops.example", "j.kowal@ops.example"),
        ("jan_kowal-nowak+hot@ops-lack.example", "jan_kowal-nowak+hot@ops-lack.example"),
        ("j.kowal@\nops.example", "j.kowal@ops.example"),
        ("j.kowal@ops.\nexample", "j.kowal@ops.example"),
        ("j.kowal\n@ops.example", "j.kowal@ops.example"),
        ("tel. 24 261 40 21\nj.kowal@ops.example", "j.kowal@ops.example"),
        ("24 261 40 21,j.kowal@ops.example", "j.kowal@ops.example"),
    ],
)
def test_is_the_first_address_as_written_with_its_domain_in_lower_case(text: str, address: str) -> None:
    assert read_contact(text).email == address


@pytest.mark.parametrize(
    "text", ["jan.kowalski@", "@ops.example", "jan@ops", "jan kowalski", "jan..k@ops.example", "a@-x.pl", "a@b.1"]
)
def test_is_no_address(text: str) -> None:
    assert read_contact(text).email is None


def test_digits_of_an_address_are_no_telephone() -> None:
    assert read_contact("sekretariat242614021@ops.example").phone is None


@pytest.mark.parametrize("text", ["", "-", "tel.: , e-mail:", "n/d", "tel. - e-mail -", "brak", ";"])
def test_names_of_the_parts_alone_are_nothing_written(text: str) -> None:
    assert not read_contact(text).written


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("46 857 81 22 h.wrobel@gops.example wew. 12", "+48468578122;ext=12"),
        ("h.wrobel@gops.example (46) 8578122 wew.: 12", "+48468578122;ext=12"),
        ("46 857 81 22 # 12", "+48468578122;ext=12"),
        ("46 857 81 22, 24 261 40 21 wew. 12", "+48468578122"),
        ("46 857 81 22 pok. 12", "+48468578122"),
    ],
)
def test_an_extension_may_stand_further_on_unless_it_is_another_numbers(text: str, phone: str) -> None:
    assert read_contact(text).phone == phone


@pytest.mark.parametrize("area", range(0, 1000, 7))
def test_any_nine_digits_are_a_number_that_phonenumbers_takes_as_it_is(area: int) -> None:
    """So the program need not ask."""
    number = f"+48{area:03}261402"
    parsed = phonenumbers.parse(number, "PL")
    assert phonenumbers.is_possible_number(parsed)
    assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number
