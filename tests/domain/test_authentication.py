"""Only what our own server says on top of a mail, and of the sender's own domain, speaks for its sender."""

from __future__ import annotations

import pytest
from domain.factories import ANNA, mail

from mailgate.domain.authentication import HEADER, objection

OURS = "mx.csizs.example"
DOMAIN = ANNA.domain


def _objection(*values: str) -> str | None:
    headers = tuple(
        (HEADER.lower(), value if value.lower().startswith("mx.") else f"{OURS}; {value}") for value in values
    )
    return objection(mail(ANNA, headers=headers), OURS)


@pytest.mark.parametrize(
    "values",
    [
        (f"dmarc=pass header.from={DOMAIN}",),
        ("dmarc=pass",),
        ("dmarc=pass (p=REJECT) header.from=Wsparcie.Example",),
        (f"spf=pass smtp.mailfrom=bounce@{DOMAIN}",),
        (f"spf=fail smtp.mailfrom=x@list.example; dkim=pass header.d=mail.{DOMAIN}; dmarc=none",),
        (f"dkim=fail header.d=list.example; dkim=pass header.i=@{DOMAIN}; dmarc=temperror",),
        (f"spf=softfail smtp.mailfrom={DOMAIN}", f"dmarc=pass header.from={DOMAIN}"),
        (f"dkim=pass header.d={DOMAIN}", f"spf=pass smtp.mailfrom={DOMAIN}", f"dmarc=pass header.from={DOMAIN}"),
        (f"dmarc=pass header.from={DOMAIN}", "mx.obcy.example; dmarc=fail"),
        (f"mx.csizs.example 1; dmarc=pass header.from={DOMAIN}",),
        (f"MX.CSIZS.EXAMPLE; dmarc=pass header.from={DOMAIN}",),
    ],
)
def test_a_sender_for_whom_our_server_vouches_is_believed(values: tuple[str, ...]) -> None:
    assert _objection(*values) is None


FORGED = f"dmarc=pass header.from={DOMAIN}"


@pytest.mark.parametrize(
    "values",
    [
        (),
        ("mx.obcy.example; dmarc=pass", FORGED),
        (f"dmarc=fail header.from={DOMAIN}", FORGED),
        (FORGED, f"dmarc=fail header.from={DOMAIN}"),
        ("dmarc=fail header.from=x.example; dmarc=pass",),
        ("dmarc=permerror",),
        ("dmarc=pass header.from=evil.example",),
        ("dmarc=pass header.from=example",),
        ("spf=pass smtp.mailfrom=evil@evil.example; dkim=none",),
        ("dkim=pass header.d=evil.example; dmarc=none",),
        ("dkim=pass header.d=example; dmarc=none",),
        (f"dkim=pass header.d=evil{DOMAIN}",),
        ("dkim=pass", "spf=pass"),
        (f"spf=softfail smtp.mailfrom={DOMAIN}",),
        ("dkim=none; spf=pass smtp.mailfrom=evil.example", f"dkim=pass header.d={DOMAIN}"),
        ("dkim=none; spf=pass smtp.mailfrom=evil.example", FORGED),
        ("none",),
    ],
)
def test_what_does_not_speak_for_the_senders_own_domain_objects(values: tuple[str, ...]) -> None:
    assert _objection(*values) is not None


@pytest.mark.parametrize(
    "broken",
    [
        "spf=fail smtp.mailfrom=zażółć@x; dmarc=fail",
        'spf=fail smtp.mailfrom="a\\"b c@x.example; dmarc=fail',
        "spf=fail (sender ( x) smtp.mailfrom=a@x.example; dmarc=fail",
        "mx.csizs.example 2; dmarc=fail",
        "mx.csizs.example",
        "=;;=",
    ],
)
def test_a_header_of_our_server_that_cannot_be_read_is_never_passed_over(broken: str) -> None:
    assert _objection(broken, FORGED) is not None


def test_without_a_trusted_server_there_is_no_objection() -> None:
    assert objection(mail(ANNA), None) is None
