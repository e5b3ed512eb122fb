"""A consultant's own contact data do not leave in his signature; what he tells the clerk stays."""

from __future__ import annotations

import pytest

from mailgate.domain.quotation.owncontact import holds_any, without_own_contact

OWN = ("anna.nowak@wsparcie.example", "piotr.zajac@wsparcie.example")
BODY = "Dzień dobry,\n\nproszę zadzwonić do ministerstwa: 22 111 22 33, pomoc@ministerstwo.example."


@pytest.mark.parametrize(
    ("block", "left"),
    [
        ("Anna Nowak\nWsparcie Sp. z o.o.\ntel. 22 555 66 77\ne-mail: anna.nowak@wsparcie.example",
         "Anna Nowak\nWsparcie Sp. z o.o."),
        ("Anna Nowak <Anna.Nowak@WSPARCIE.example>", "Anna Nowak"),
        ("Anna Nowak | tel. 22 555 66 77 | anna.nowak@wsparcie.example", "Anna Nowak"),
        (("Anna Nowak\n\n\nul. Prosta 1, 00-001 Warszawa\nkom. +48 600 100 200, fax: 22 555 66 78\nwww.wsparcie.example\n"
         "mailto:anna.nowak@wsparcie.example"), "Anna Nowak"),
        ("Anna Nowak\nT: 22 555 66 77\nM: 600 100 200\nE: anna.nowak@wsparcie.example\nW: https://wsparcie.example/",
         "Anna Nowak"),
        ("Anna Nowak\nKonsultant ds. CSIZS\nE-mail: [anna.nowak@wsparcie.example](mailto:anna.nowak@wsparcie.example)",
         "Anna Nowak\nKonsultant ds. CSIZS"),
        ("w zast. Piotr Zając\npiotr.zajac@wsparcie.example", "w zast. Piotr Zając"),
        ("Anna Nowak\nanna.nowak@inny.example\ntel. 22 555 66 77", "Anna Nowak"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("closing", ["Z poważaniem", "Pozdrawiam,", "Pozdrawiam serdecznie", "Kind regards,"])
def test_contact_data_below_the_closing_are_cut_line_by_line(block: str, left: str, closing: str) -> None:
    assert without_own_contact(f"{BODY}\n\n{closing}\n{block}", OWN) == f"{BODY}\n\n{closing}\n{left}"


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        f"{BODY}\n\nZ poważaniem\nAnna Nowak",
        f"{BODY}\n\nZ poważaniem\nAnna Nowak\ntel. 22 555 66 77",
        "Pozdrawiam,\n\nw sprawie wniosku proszę pisać do Urzędu Gminy Dębowa na adres sekretariat@debowa.example.",
        "Dane do formularza:\n\nUrząd Gminy\nul. Prosta 1, 00-001 Warszawa\ntel. 22 111 22 33\nug@debowa.example",
        (
            f"{BODY}\n\nDziękuję i pozdrawiam\nAnna Nowak\n\nPS Telefon do ministerstwa: 22 111 22 33, pomoc@ministerstwo.example,"
            " czynny od 8 do 16 w dni robocze."
        ),
    ],
)
def test_what_belongs_to_the_answer_stays(text: str) -> None:
    assert without_own_contact(text, OWN) == text


def test_without_a_closing_a_last_short_block_with_the_own_address_is_a_signature() -> None:
    text = f"{BODY}\n\nAnna Nowak\nWsparcie Sp. z o.o.\ntel. 22 555 66 77\nanna.nowak@wsparcie.example"
    assert without_own_contact(text, OWN) == f"{BODY}\n\nAnna Nowak\nWsparcie Sp. z o.o."


@pytest.mark.parametrize(
    "text",
    [
        "Proszę przesłać zrzut ekranu na adres anna.nowak@wsparcie.example, sprawdzę go jeszcze dzisiaj przed godziną 16.",
        "Proszę pisać: PIOTR.ZAJAC@wsparcie.example\n\nSprawdzimy.\n\nPozdrawiam\nAnna",
        "Mój adres: <anna.nowak\u200b@wsparcie.example>.\n\nProszę go użyć.",
    ],
)
def test_in_running_text_the_own_address_is_seen_and_left_to_a_person(text: str) -> None:
    assert holds_any(without_own_contact(text, OWN), OWN)


@pytest.mark.parametrize(
    "text", ["joanna.nowak@wsparcie.example", "anna.nowak@wsparcie.example.pl", "wsparcie.example"]
)
def test_an_address_that_only_looks_like_it_is_another_one(text: str) -> None:
    assert not holds_any(text, OWN)


def test_long_texts_cost_nothing() -> None:
    text = "\n".join(["1 2 3 4 5 6 7 8 9 " * 20, "a@" * 200, "x" * 5_000] * 500)
    assert without_own_contact(f"{text}\n\nPozdrawiam\nAnna", OWN).endswith("Pozdrawiam\nAnna")
