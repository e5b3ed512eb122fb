"""Nobody can make us mail a stranger (DESIGN section 2 rule 8)."""

from __future__ import annotations

import pytest

from mailgate.domain.addresses.choice import Addressing, address_for
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


@pytest.mark.parametrize(
    ("sender", "typed"),
    [
        ("evil@gmail.com", "ofiara@gmail.com"),
        ("evil@ｇｍａｉｌ.com", "ofiara@ｇｍａｉｌ.com"),
        ("evil@ｇｍａｉｌ.com", "ofiara@gmail.com"),
        ("evil@gmail\u3002com", "ofiara@gmail.com"),
        ("evil@gmail.com.", "ofiara@gmail.com"),
        ("evil@hotmail.co.uk", "ofiara@hotmail.co.uk"),
        ("evil@poczta.pl", "ofiara@poczta.pl"),
        ("evil@prokonto.pl", "ofiara@prokonto.pl"),
        ("x@com.pl", "ofiara@firma.com.pl"),
        ("x@gov.pl", "ofiara@kprm.gov.pl"),
        ("x@gov.pl", "ofiara@gov.pl"),
        ("x@waw.pl", "ofiara@urzad.waw.pl"),
        ("x@pl", "ofiara@urzad.pl"),
        ("x@co.uk", "ofiara@bank.co.uk"),
        ("jan@gmina.example", "ofiara%bank.example@gmina.example"),
        ("jan@gmina.example", "bank.example!ofiara@gmina.example"),
        ("jan@gmina.example", '"ofiara@bank.example,"@gmina.example'),
    ],
)
def test_what_strangers_share_proves_no_common_office(sender: str, typed: str) -> None:
    assert address_for(Address("", sender), typed) == Addressing(Address("", sender), unconfirmed=typed)


@pytest.mark.parametrize(
    ("sender", "typed"),
    [
        ("jan@debowa.gmina.pl", "gops@debowa.gmina.pl"),
        ("jan@um.warszawa.pl", "kadry@ops.um.warszawa.pl"),
        ("jan@mf.gov.pl", "b@ias.mf.gov.pl"),
        ("jan@żółw.example", "gops@xn--w-uga1v8h.example"),
    ],
)
def test_one_office_is_known_by_its_domain_however_that_is_written(sender: str, typed: str) -> None:
    assert address_for(Address("", sender), typed).unconfirmed is None
