"""Nobody speaks as a consultant whose From header can be read in two ways."""

from __future__ import annotations

import pytest

from mailgate.domain.mail import read_mail


def _doubtful(headers: str) -> bool:
    return read_mail(f"{headers}\nSubject: x\n\nx\n".encode()).doubtful_sender


@pytest.mark.parametrize(
    "headers",
    [
        "From: a.nowak@wsparcie.example",
        "From: <a.nowak@wsparcie.example>",
        "From: Anna Nowak <A.Nowak@Wsparcie.Example>",
        'From: "Nowak, Anna (zespół 3)" <a.nowak@wsparcie.example>',
        "From: Nowak, Anna <a.nowak@wsparcie.example>",
        "From: =?utf-8?B?QW5uYSBOb3dhaw==?= <a.nowak@wsparcie.example>",
        "From: =?iso-8859-2?Q?Bo=BFena?=\n =?iso-8859-2?Q?_B=B1k?=\n <a.nowak@wsparcie.example>",
        "From: Bożena Bąk <a.nowak@wsparcie.example>",
        "From: a.nowak@wsparcie.example (Anna Nowak)",
        'From: "a.nowak@wsparcie.example" <a.nowak@wsparcie.example>',
        "From: a.nowak@wsparcie.example <a.nowak@wsparcie.example>",
        "From: Anna <anna@żółw.example>",
        "Reply-To: inny@obcy.example\nFrom: a.nowak@wsparcie.example",
        "To: a.nowak@wsparcie.example",
    ],
)
def test_one_mailbox_in_one_header_is_beyond_doubt(headers: str) -> None:
    assert not _doubtful(headers)


@pytest.mark.parametrize(
    "headers",
    [
        "From: a.nowak@wsparcie.example\nFrom: evil@evil.example",
        "From: a.nowak@wsparcie.example\nSubject: y\nfrom: a.nowak@wsparcie.example",
        "From: Anna <a.nowak@wsparcie.example>, evil@evil.example",
        "From: evil@evil.example, Anna <a.nowak@wsparcie.example>",
        "From: a.nowak@wspar\u200bcie.example",
        "From: a.nowa\u212a@wsparcie.example",
        "From: a.nowak@wsparcie.example (<evil@evil.example>)",
        "From: a.nowak@wsparcie.example (evil@evil.example)",
        "From: (a.nowak@wsparcie.example) evil@evil.example",
        "From: Zespół: a.nowak@wsparcie.example;",
        "From: a.nowak@wsparcie.example <evil@evil.example>",
        "From: <evil@evil.example> <a.nowak@wsparcie.example>",
        "From: <@evil.example:a.nowak@wsparcie.example>",
        'From: "a.nowak"@wsparcie.example, evil@evil.example',
        "From: a.nowak @wsparcie.example",
        "From: Anna Nowak",
        "From:",
    ],
)
def test_a_from_header_that_can_be_read_in_two_ways_is_doubtful(headers: str) -> None:
    assert _doubtful(headers)
