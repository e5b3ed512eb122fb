"""Header fields: whatever text goes in, one field comes out and reads the same."""

from __future__ import annotations

import email.policy
from email import message_from_bytes
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.delivery import headers
from mailgate.delivery.clean import one_line
from mailgate.domain.addresses.wire import wire_address
from mailgate.domain.mail import Address

LETTERS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co"]), max_size=100)


def read(field: str) -> Any:
    assert field.isascii()
    assert max(map(len, field.split("\r\n"))) <= 78
    message = message_from_bytes(field.encode("ascii") + b"\r\n", policy=email.policy.default)
    assert len(message.items()) == 1
    return message.items()[0][1]


@given(LETTERS)
def test_a_text_is_read_back_as_it_was(text: str) -> None:
    assert one_line(str(read(headers.text_field("Subject", text)))) == one_line(text)


@given(LETTERS)
def test_a_name_is_read_back_as_it_was_and_the_address_stays_apart(name: str) -> None:
    value = read(headers.address_field("To", Address(name, "anna@urzad.example")))
    [mailbox] = value.addresses
    assert mailbox.addr_spec == "anna@urzad.example"
    # Older parsers of the standard library leave the fold between two encoded words as a space.
    assert mailbox.display_name.replace(" ", "") == one_line(name).replace(" ", "")


@given(st.text())
def test_no_text_at_all_makes_a_second_line_that_is_not_a_continuation(text: str) -> None:
    for field in (headers.text_field("Subject", text), headers.address_field("To", Address(text, "a@b.example"))):
        assert field.isascii()
        assert all(line.startswith(" ") for line in field.removesuffix("\r\n").split("\r\n")[1:])


@given(st.text())
def test_an_address_is_either_refused_or_has_no_character_that_ends_it(text: str) -> None:
    for candidate in (text, f"{text}@urzad.example", f"anna@{text}"):
        try:
            address = wire_address(candidate)
        except ValueError:
            continue
        assert not set(address) & set("\r\n<>\0 \t") or address.startswith('"')
        assert "\r" not in address
        assert "\n" not in address


@pytest.mark.parametrize(
    "address", ["a.b+c@x.example", "o'hara@x.example", '"a b"@x.example', "a@[192.0.2.1]", "a@x_y.example"]
)
def test_unusual_addresses_pass(address: str) -> None:
    assert wire_address(address) == address


@pytest.mark.parametrize("value", ["<a b@c>", "a@b", "<a@b>\r\nBcc: x", "", "<żółć@b>"])
def test_a_message_id_that_is_none_is_an_error(value: str) -> None:
    with pytest.raises(ValueError, match="not a Message-ID"):
        headers.required_id_field("Message-ID", value)
