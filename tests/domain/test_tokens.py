"""Tokens: issued for one letter, verified for just that one, and found again wherever a mail may carry them."""

from __future__ import annotations

import time
from base64 import b32encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.domain.mail import Address, Attachment, InboundMail
from mailgate.domain.tokens import (
    MOST_TOKENS,
    Role,
    TokenKey,
    message_id,
    reply_address,
    return_address,
    tokens_in,
    tokens_returned,
    untagged,
)

KEY = TokenKey(b"a secret of thirty-two characters")
NONCE = b"\x00\x01\x02\x03\x04"
TOKEN = KEY.issue("clerk", "HOT-01/2026/000123", "anna@gops.example", NONCE)
OTHER = KEY.issue("clerk", "HOT-01/2026/000124", "anna@gops.example", NONCE)
THIRD = KEY.issue("clerk", "HOT-01/2026/000125", "anna@gops.example", NONCE)
TEXTS = st.text(max_size=30)


def mail(*headers: tuple[str, str], **fields: Any) -> InboundMail:
    """A mail with nothing in it but what is given."""
    empty: dict[str, Any] = {
        "message_id": None, "in_reply_to": (), "references": (), "subject": "", "sender": None, "reply_to": (),
        "to": (), "cc": (), "date": None, "plain": (), "html": (), "attachments": (),
    }  # fmt: skip
    return InboundMail(**{**empty, **fields}, headers=headers)


def test_a_token_is_24_letters_and_digits_and_begins_with_its_nonce() -> None:
    assert len(TOKEN) == 24
    assert TOKEN.isalnum()
    assert TOKEN == TOKEN.lower()
    assert TOKEN.startswith(b32encode(NONCE).decode().lower())


def test_a_token_never_changes_between_versions_of_the_program() -> None:
    assert TOKEN == "aaaqeayezeifefqbprraac5c"


@pytest.mark.parametrize("nonce", [b"", b"four", b"six by"])
def test_a_nonce_of_another_length_is_refused(nonce: bytes) -> None:
    with pytest.raises(ValueError, match="a nonce has 5 bytes"):
        KEY.issue("clerk", "1", "a@b.example", nonce)


@given(st.sampled_from(["clerk", "consultant"]), TEXTS, TEXTS, st.binary(min_size=5, max_size=5))
def test_every_issued_token_verifies_in_any_case(role: Role, number: str, recipient: str, nonce: bytes) -> None:
    token = KEY.issue(role, number, recipient, nonce)

    assert KEY.verifies(token, role, number, recipient)
    assert KEY.verifies(token.upper(), role, number, recipient)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_text_moved_from_one_field_to_its_neighbour_makes_another_token(a: str, b: str, c: str, d: str) -> None:
    same = (a, b.lower()) == (c, d.lower())

    assert KEY.verifies(KEY.issue("clerk", a, b, NONCE), "clerk", c, d) is same


def test_a_token_is_good_for_its_own_letter_only() -> None:
    letter = ("clerk", "HOT-01/2026/000123", "anna@gops.example")

    assert KEY.verifies(TOKEN, *letter)
    assert KEY.verifies(TOKEN, "clerk", "HOT-01/2026/000123", "Anna@GOPS.example")
    assert not KEY.verifies(TOKEN, "consultant", *letter[1:])
    assert not KEY.verifies(TOKEN, "clerk", "HOT-01/2026/000124", letter[2])
    assert not KEY.verifies(TOKEN, "clerk", letter[1], "ewa@gops.example")
    assert not TokenKey(b"another secret").verifies(TOKEN, *letter)


@pytest.mark.parametrize("place", range(24))
def test_a_token_with_one_letter_changed_does_not_verify(place: int) -> None:
    changed = TOKEN[:place] + ("b" if TOKEN[place] == "a" else "a") + TOKEN[place + 1 :]

    assert not KEY.verifies(changed, "clerk", "HOT-01/2026/000123", "anna@gops.example")


@given(st.text(max_size=40))
def test_text_that_is_no_token_is_refused_without_an_error(text: str) -> None:
    assert not KEY.verifies(text, "clerk", "HOT-01/2026/000123", "anna@gops.example")


@pytest.mark.parametrize("text", ["", "a" * 23, "a" * 25, "1" * 24, "\N{KELVIN SIGN}" * 24, "ą" * 24, "\ud800" * 24])
def test_what_is_not_of_a_tokens_shape_is_refused(text: str) -> None:
    assert not KEY.verifies(text, "clerk", "1", "a@b.example")


def test_the_secret_is_not_shown_where_the_key_is_printed() -> None:
    assert "secret of" not in repr(KEY)


def test_a_message_id_and_a_reply_address_carry_the_token() -> None:
    assert message_id(41, TOKEN, "csizs.example") == f"<hot01.41.{TOKEN}@csizs.example>"
    assert reply_address("hotline@csizs.example", TOKEN) == f"hotline+r.{TOKEN}@csizs.example"


@pytest.mark.parametrize("hotline", ["hotline", "@csizs.example", "hotline@", ""])
def test_no_reply_address_is_made_of_what_is_no_address(hotline: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        reply_address(hotline, TOKEN)


def test_a_mail_without_a_token_carries_none() -> None:
    assert tokens_in(mail(("references", "<a@b.example>"), references=("<a@b.example>",)), "Dzień dobry") == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("in-reply-to", f"<hot01.41.{TOKEN}@csizs.example>"),
        ("in-reply-to", f"hot01.41.{TOKEN}@csizs.example"),
        ("in-reply-to", f"Your message of Tue, 24 Nov 2026 <HOT01.41.{TOKEN.upper()}@CSIZS.EXAMPLE>"),
        ("references", f"<x@b.example>,<hot01.41.{TOKEN}@csizs.example>,<y@b.example>"),
        ("references", f"<x@b.example> <hot01.41. {TOKEN}@csizs.example>"),
        ("references", f"<x@b.example> <hot01.41.{TOKEN[:9]} {TOKEN[9:]}@csizs.example>"),
        ("to", f"Hot-line <hotline+r.{TOKEN}@csizs.example>"),
        ("cc", f"HOTLINE+R.{TOKEN.upper()}@CSIZS.EXAMPLE"),
        ("delivered-to", f"hotline+r.{TOKEN}@csizs.example"),
        ("x-original-to", f"hotline+r.{TOKEN}@csizs.example"),
        ("delivered-to", f"SRS0=HHH=TT=csizs.example=hotline+r.{TOKEN}@relay.example"),
        ("received", f"from a by b with ESMTPS id 4 for <hotline+r.{TOKEN}@csizs.example>; Tue, 24 Nov 2026 09:12:31"),
    ],
)
def test_a_token_is_found_in_every_header_that_may_carry_it(name: str, value: str) -> None:
    assert tokens_in(mail((name, value)), "") == (TOKEN,)


def test_a_token_is_found_in_parsed_addresses_and_in_the_envelope() -> None:
    address = Address("Hot-line", f"hotline+r.{TOKEN}@csizs.example")

    assert tokens_in(mail(to=(address,)), "") == (TOKEN,)
    assert tokens_in(mail(), "", recipients=(address.address,)) == (TOKEN,)


@pytest.mark.parametrize(
    "text",
    [
        f"Kod wiadomości: {TOKEN}",
        f"> > Kod wiadomości: {TOKEN}.",
        f"KOD WIADOMOŚCI: {TOKEN.upper()}",
        f"Kod wiadomosci: *{TOKEN}*",
        f"Kod wiadomo?ci: {TOKEN}",
        f"> Kod wiadomości:\n> {TOKEN}\n",
        f"Message-ID: <hot01.7.{TOKEN}@csizs.example>",
    ],
)
def test_a_token_is_found_in_quoted_text(text: str) -> None:
    assert tokens_in(mail(), text) == (TOKEN,)


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"Potwierdzam. Kod {TOKEN}",
        f"Kod: {TOKEN}",
        f"Kod:{TOKEN}.",
        f"Kod wiadomości to „{TOKEN}”, proszę",
        f"*{TOKEN}*",
        f"_{TOKEN}_",
        f"({TOKEN.upper()})",
        f"> {TOKEN}\n",
    ],
)
def test_a_code_is_found_as_a_word_of_its_own_in_text_and_subject(text: str) -> None:
    assert tokens_in(mail(), text) == (TOKEN,)
    assert tokens_in(mail(subject=text), "") == (TOKEN,)


@pytest.mark.parametrize(
    "text",
    [
        f"hot01.41.{TOKEN}a@x",
        f"xhot01.41.{TOKEN}@x",
        f"{TOKEN}a",
        f"ż{TOKEN}",
        f"{TOKEN[:12]} {TOKEN[12:]}",
        f"hot01..{TOKEN}@x",
        f"https://example/{TOKEN}",
        f"https://example/?id={TOKEN}",
        f"{TOKEN}@x.example",
        f"{TOKEN}.pl",
        f"nr-{TOKEN}",
    ],
)
def test_what_only_looks_like_a_token_is_left_alone(text: str) -> None:
    assert tokens_in(mail(), text) == ()


def test_the_most_telling_token_comes_first_and_none_comes_twice() -> None:
    carried = mail(
        ("references", f"<hot01.1.{OTHER}@x> <hot01.2.{THIRD}@x>"),
        ("delivered-to", f"hotline+r.{OTHER}@x"),
        in_reply_to=(f"<hot01.3.{TOKEN}@x>",),
        references=(f"<hot01.1.{OTHER}@x>", f"<hot01.2.{THIRD}@x>"),
    )

    assert tokens_in(carried, f"Kod wiadomości: {TOKEN}") == (TOKEN, THIRD, OTHER)


@pytest.mark.parametrize(
    "unit",
    [
        "hot01.1.",
        "kod wiadomości: ",
        "kod wiadomoooci ",
        " >",
        "hot01.1.aaaaaaaaaaaaaaaaaaaaaaaa@x ",
        "a",
        "a_",
        "a-",
        "aaaaaaaaaaaaaaaaaaaaaaaa@ ",
        "aaaaaaaaaaaaaaaaaaaaaaaa_",
    ],
)
def test_hostile_text_of_a_megabyte_is_searched_in_moments(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()

    assert len(tokens_in(mail(("references", text)), text)) <= 1
    assert time.process_time() - started < 5


def test_the_number_of_tokens_is_bounded() -> None:
    text = " ".join(f"hot01.1.{KEY.issue('clerk', str(n), 'a@b.example', NONCE)}@x" for n in range(200))

    assert len(tokens_in(mail(), text)) == MOST_TOKENS


def test_a_letters_return_address_tells_its_token_to_whatever_comes_back() -> None:
    address = return_address("hotline@csizs.example", TOKEN)

    assert address == f"hotline+b.{TOKEN}@csizs.example"
    assert tokens_returned(mail(), [address.upper()]) == (TOKEN,)
    assert tokens_returned(mail(("delivered-to", address))) == (TOKEN,)
    assert tokens_in(mail(), "", [address]) == (TOKEN,)


def test_only_where_a_mail_came_to_says_that_it_came_back() -> None:
    asks = reply_address("hotline@csizs.example", TOKEN)
    quoting = mail(("references", f"<hotline+b.{TOKEN}@csizs.example>"), plain=(f"hotline+b.{TOKEN}@csizs.example",))

    assert tokens_returned(quoting, [asks]) == ()


def test_a_local_part_too_long_for_a_tag_stays_as_it_is() -> None:
    local = "h" * 60

    assert return_address(f"{local}@csizs.example", TOKEN) == f"{local}@csizs.example"


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        (f"hotline+b.{TOKEN}@csizs.example", "hotline@csizs.example"),
        (f"hotline+csizs+r.{TOKEN}@csizs.example", "hotline+csizs@csizs.example"),
        ("hotline+csizs@csizs.example", "hotline+csizs@csizs.example"),
        ("nobody", "nobody"),
    ],
)
def test_only_our_own_tag_is_taken_off(address: str, bare: str) -> None:
    assert untagged(address) == bare


def test_a_read_receipt_names_its_letter_in_a_part_of_its_own() -> None:
    report = f"Original-Message-ID: {message_id(123, TOKEN, 'csizs.example')}\nDisposition: manual; displayed\n"
    part = Attachment("report", "message/disposition-notification", report.encode())

    assert tokens_in(mail(attachments=(part,)), "") == (TOKEN,)
