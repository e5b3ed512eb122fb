"""Nobody can make us mail a stranger (DESIGN section 2 rule 8)."""

from __future__ import annotations

import pytest

from mailgate.domain.addressing import Addressing, address_for
from mailgate.domain.mail import Address

CLERK = Address("Jan Bąk", "j.bak@ug.debowa.example")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (None, Addressing(CLERK)),
        ("J.Bak@UG.Debowa.example", Addressing(CLERK)),
        ("sekretariat@ug.debowa.example", Addressing(Address("Jan Bąk", "sekretariat@ug.debowa.example"))),
        ("kadry@ops.ug.debowa.example", Addressing(Address("Jan Bąk", "kadry@ops.ug.debowa.example"))),
        ("j.bak@inny.example", Addressing(CLERK, unconfirmed="j.bak@inny.example")),
        ("ktos@xug.debowa.example", Addressing(CLERK, unconfirmed="ktos@xug.debowa.example")),
        ("ktos@debowa.example", Addressing(CLERK, unconfirmed="ktos@debowa.example")),
    ],
)
def test_a_typed_address_is_used_only_where_it_is_the_senders_office(typed: str | None, expected: Addressing) -> None:
    assert address_for(CLERK, typed, "Jan Bąk") == expected


def test_at_a_public_provider_the_domain_proves_nothing() -> None:
    sender = Address("", "urzad.gminy@wp.pl")
    assert address_for(sender, "obcy@wp.pl") == Addressing(sender, unconfirmed="obcy@wp.pl")


def test_without_a_sender_a_typed_address_is_never_written_to() -> None:
    assert address_for(None, "j.bak@ug.debowa.example") == Addressing(None, "j.bak@ug.debowa.example")


@pytest.mark.parametrize(
    "address", ["undisclosed-recipients", "jan@", "jan bąk@ug.example", "a@b.example\r\nBcc: x@y.example"]
)
def test_what_is_no_address_is_not_written_to(address: str) -> None:
    assert address_for(Address("", address), None) == Addressing(None)
