"""What MAIL and RCPT may say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.intake.smtp_paths import (
    BAD_SENDER,
    MAIL_SYNTAX,
    UNKNOWN_PARAMETER,
    HotlineAddress,
    ReversePath,
    parse_mail,
    parse_rcpt,
)


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("FROM:<jan@urzad.example>", ReversePath("jan@urzad.example")),
        ("from: <jan@urzad.example>", ReversePath("jan@urzad.example")),
        ("FROM:jan@urzad.example", ReversePath("jan@urzad.example")),
        ("FROM:<>", ReversePath("")),
        ("FROM:<> SIZE=10", ReversePath("", 10)),
        ("FROM:<jan@urzad.example> SIZE=1000 BODY=8BITMIME SMTPUTF8", ReversePath("jan@urzad.example", 1000)),
        ("FROM:<jan@urzad.example> size=7 body=8bitmime", ReversePath("jan@urzad.example", 7)),
        ("FROM:<@relay.example,@other.example:jan@urzad.example>", ReversePath("jan@urzad.example")),
        ('FROM:<"jan kowalski"@urzad.example>', ReversePath('"jan kowalski"@urzad.example')),
        ('FROM:<"a>b"@urzad.example>', ReversePath('"a>b"@urzad.example')),
        ("FROM:<jan@[192.0.2.1]>", ReversePath("jan@[192.0.2.1]")),
        ("FROM:<jan@[IPv6:2001:db8::1]>", ReversePath("jan@[IPv6:2001:db8::1]")),
        ("FROM:<żółw@urząd.example>", ReversePath("żółw@urząd.example")),
        ("FROM:<root>", ReversePath("root")),
        ("FROM:<srs0=ab=cd=x.example=jan@lists.example>", ReversePath("srs0=ab=cd=x.example=jan@lists.example")),
    ],
)
def test_a_sender_is_taken_as_written(argument: str, expected: ReversePath) -> None:
    assert parse_mail(argument) == expected


@pytest.mark.parametrize(
    ("argument", "reply"),
    [
        (None, MAIL_SYNTAX),
        ("", MAIL_SYNTAX),
        ("FROM:", MAIL_SYNTAX),
        ("TO:<a@b.example>", MAIL_SYNTAX),
        ("FROM:<a@b.example", MAIL_SYNTAX),
        ("FROM:<a@b.example>SIZE=1", MAIL_SYNTAX),
        ("FROM:<a@b.example> SIZE=x", MAIL_SYNTAX),
        ("FROM:<a@b.example> SIZE=²", MAIL_SYNTAX),
        ("FROM:<a@b.example> SIZE=1 SIZE=2", MAIL_SYNTAX),
        ("FROM:<a@b.example> =1", MAIL_SYNTAX),
        ("FROM:<a@b.example> BODY=BINARYMIME", UNKNOWN_PARAMETER),
        ("FROM:<a@b.example> SMTPUTF8=yes", UNKNOWN_PARAMETER),
        ("FROM:<a@b.example> RET=HDRS", UNKNOWN_PARAMETER),
        ("FROM:<a\x00b@b.example>", BAD_SENDER),
        ("FROM:<a\udcb3@b.example>", BAD_SENDER),
        ("FROM:<a b@b.example>", BAD_SENDER),
        ("FROM:<a@b@c.example>", BAD_SENDER),
        ("FROM:<a\u202e@b.example>", BAD_SENDER),
        ("FROM:<@>", BAD_SENDER),
    ],
)
def test_what_is_no_sender_is_refused(argument: str | None, reply: str) -> None:
    assert parse_mail(argument) == reply


@given(st.text(max_size=300))
def test_any_argument_gives_a_path_or_a_reply(text: str) -> None:
    for outcome in (parse_mail("FROM:" + text), parse_mail(text)):
        assert isinstance(outcome, ReversePath) or outcome[:3] in ("501", "555")


@given(st.text(max_size=300))
def test_any_recipient_that_is_taken_is_plainly_ours(text: str) -> None:
    path = parse_rcpt(f"TO:<{text}>")
    if path is not None and OURS.refusal(path) is None:
        assert path.lower().startswith("hotline")
        assert path.lower().endswith("@csizs.example")


OURS = HotlineAddress("Hotline@Csizs.example")


@pytest.mark.parametrize(
    "path",
    [
        "hotline@csizs.example",
        "HOTLINE@CSIZS.EXAMPLE",
        "hotline+r.abcdefghij234567abcdefgh@csizs.example",
        "Hotline+HOT-01_7=x@csizs.example",
    ],
)
def test_our_address_is_taken_in_any_case_and_with_a_tag(path: str) -> None:
    assert OURS.refusal(path) is None


@pytest.mark.parametrize("path", ["postmaster", "Postmaster", "PostMaster@CSIZS.example"])
def test_mail_for_the_postmaster_is_taken_with_or_without_a_domain(path: str) -> None:
    """RFC 5321 section 4.5.1."""
    assert OURS.refusal(path) is None
    assert OURS.completed(path).lower() == "postmaster@csizs.example"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("", "5.7.1"),
        ("hotline", "5.7.1"),
        ("postmaster+a@csizs.example", "5.1.1"),
        ("postmaster@elsewhere.example", "5.7.1"),
        ("hotline@", "5.7.1"),
        ("@csizs.example", "5.1.1"),
        ("jan@elsewhere.example", "5.7.1"),
        ("hotline@csizs.example.evil.example", "5.7.1"),
        ("hotline@sub.csizs.example", "5.7.1"),
        ("jan%elsewhere.example@csizs.example", "5.7.1"),
        ("elsewhere.example!jan@csizs.example", "5.7.1"),
        ("@csizs.example:jan@elsewhere.example", "5.7.1"),
        ("@csizs.example:hotline@csizs.example", "5.7.1"),
        ("jan@elsewhere.example@csizs.example", "5.7.1"),
        ('"hotline"@csizs.example', "5.7.1"),
        ("hotline@[127.0.0.1]", "5.7.1"),
        ("other@csizs.example", "5.1.1"),
        ("hotline+@csizs.example", "5.1.1"),
        ("hotline+a b@csizs.example", "5.1.1"),
        ("hotline-x@csizs.example", "5.1.1"),
        ("hotline+" + "x" * 201 + "@csizs.example", "5.1.1"),
        ("hotline+\udcb3@csizs.example", "5.1.1"),
    ],
)
def test_every_other_recipient_is_refused(path: str, code: str) -> None:
    refusal = OURS.refusal(path)
    assert refusal is not None
    assert refusal.startswith(f"550 {code} ")


def test_a_domain_with_polish_letters_is_ours_in_both_forms() -> None:
    ours = HotlineAddress("hotline@urząd.example")
    assert ours.domain == "xn--urzd-dta.example"
    assert ours.refusal("hotline@urząd.example") is None
    assert ours.refusal("hotline@XN--URZD-DTA.example") is None


@pytest.mark.parametrize(
    "argument", [None, "TO:", "FROM:<a@b.example>", "TO:<a@b.example> NOTIFY=NEVER", "TO:<a@b.example"]
)
def test_what_is_no_recipient_path_gives_none(argument: str | None) -> None:
    assert parse_rcpt(argument) is None
