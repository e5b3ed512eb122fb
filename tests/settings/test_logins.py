"""Settings of a log-in that do not fit together are one sentence each, with the setting's name and the cure."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from mailgate.config import Settings, load_settings
from mailgate.endpoints import Smarthost
from mailgate.errors import ConfigurationError

OPEN_IMAP = "imaps://hotline@imap.gmina.example/INBOX"
FULL_IMAP = "imaps://hotline:tajne@imap.gmina.example/INBOX"
OPEN_SMTP = "smtp+starttls://hotline@smtp.gmina.example:587"
FULL_SMTP = "smtp+starttls://hotline:tajne@smtp.gmina.example:587"
OAUTH2 = {
    "OAUTH2_TOKEN_URL": "https://login.microsoftonline.com/tenant/oauth2/v2.0/token",
    "OAUTH2_CLIENT_ID": "app",
    "OAUTH2_CLIENT_SECRET": "tajne-klucz",
}


def load(**values: str) -> Settings:
    return load_settings({f"MAILGATE_{name}": value for name, value in values.items()}, Path("no.env"))


EXAMPLES = re.findall(
    r"(?:^#     MAILGATE_.*\n)+", (Path(__file__).parents[2] / ".env.example").read_text("utf-8"), re.MULTILINE
)


@pytest.mark.parametrize("block", EXAMPLES, ids=["Microsoft 365", "Gmail"])
def test_the_examples_of_the_mail_providers_can_be_copied(block: str) -> None:
    lines = dict(line.removeprefix("#     ").split("=", 1) for line in block.splitlines())
    settings = load_settings(lines, Path("no.env"))
    assert settings.mailbox is not None and settings.mailbox.user == "hotline@gmina.example"
    assert settings.mailbox.password is None and settings.oauth2 is not None


def test_an_address_without_a_password_logs_in_by_oauth2_where_that_is_set() -> None:
    settings = load(
        IMAP_URL=OPEN_IMAP, SMARTHOST_URL=OPEN_SMTP, OAUTH2_SCOPE="https://outlook.office365.com/.default",
        OAUTH2_EXPIRES="2027-05-01", **OAUTH2,
    )  # fmt: skip
    assert settings.mailbox is not None and settings.mailbox.password is None
    assert isinstance(settings.smarthost, Smarthost) and settings.smarthost.password is None
    assert settings.oauth2 is not None and settings.oauth2.expires == date(2027, 5, 1)
    assert "tajne" not in repr(settings)


def test_one_of_the_two_may_have_a_password_all_the_same() -> None:
    settings = load(IMAP_URL=OPEN_IMAP, SMARTHOST_URL=FULL_SMTP, **OAUTH2)
    assert isinstance(settings.smarthost, Smarthost) and settings.smarthost.password == "tajne"
    settings = load(IMAP_URL=OPEN_IMAP, IMAP_PASSWORD="s:/@ ł", SMARTHOST_URL=OPEN_SMTP, **OAUTH2)
    assert settings.mailbox is not None and settings.mailbox.password == "s:/@ ł"


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"IMAP_URL": OPEN_IMAP}, ["IMAP_URL: the password is missing; set MAILGATE_IMAP_PASSWORD, or"]),
        ({"SMARTHOST_URL": OPEN_SMTP}, ["SMARTHOST_URL: the password is missing; set MAILGATE_SMARTHOST_PASSWORD, or"]),
        ({"IMAP_URL": FULL_IMAP, "IMAP_PASSWORD": "x"}, ["IMAP_PASSWORD: MAILGATE_IMAP_URL holds a password, too"]),
        ({"SMARTHOST_URL": FULL_SMTP, "SMARTHOST_PASSWORD": "x"}, ["SMARTHOST_PASSWORD: MAILGATE_SMARTHOST_URL holds"]),
        ({"IMAP_PASSWORD": "x"}, ["IMAP_PASSWORD: there is no mailbox to enter; set MAILGATE_IMAP_URL"]),
        ({"SMARTHOST_PASSWORD": "x"}, ["SMARTHOST_PASSWORD: nobody logs in with it; name the user in"]),
        (
            {"SMARTHOST_PASSWORD": "x", "SMARTHOST_URL": "smtp://mx.example"},
            ["SMARTHOST_PASSWORD: nobody logs in with it; name the user in"],
        ),
        ({"SMARTHOST_URL": "smtps://:x@mx.example"}, ["SMARTHOST_URL: a password stands there without its user"]),
        ({"IMAP_URL": "imaps://mx.example/INBOX"}, ["IMAP_URL: the user is missing"]),
        ({"OAUTH2_CLIENT_ID": "app"}, ["OAUTH2_CLIENT_ID: OAuth2 also needs MAILGATE_OAUTH2_TOKEN_URL"]),
        (
            {"IMAP_URL": OPEN_IMAP, "OAUTH2_TOKEN_URL": "https://token.example/"},
            ["OAUTH2_CLIENT_ID is missing", "OAUTH2_CLIENT_SECRET is missing; set it, or MAILGATE_OAUTH2_REFRESH_TOKEN"],
        ),
        (
            {"IMAP_URL": FULL_IMAP, "SMARTHOST_URL": FULL_SMTP, **OAUTH2},
            ["OAUTH2_TOKEN_URL: neither mailbox nor smarthost logs in by OAuth2"],
        ),
        (
            {"IMAP_URL": OPEN_IMAP, **OAUTH2, "OAUTH2_TOKEN_URL": "http://token.example/"},
            ["OAUTH2_TOKEN_URL: a secret is sent there, so it begins with https://"],
        ),
        (
            {"IMAP_URL": OPEN_IMAP, **OAUTH2, "OAUTH2_TOKEN_URL": "https://u:tajne@token.example/"},
            ["OAUTH2_TOKEN_URL: it is an address alone"],
        ),
        ({"IMAP_URL": OPEN_IMAP, **OAUTH2, "OAUTH2_EXPIRES": "1.05.2027"}, ["OAUTH2_EXPIRES: '1.05.2027' is no date"]),
        (
            {"IMAP_URL": OPEN_IMAP, "SMARTHOST_URL": OPEN_SMTP},
            ["IMAP_URL: the password is missing", "SMARTHOST_URL: the password is missing"],
        ),
        # A setting that cannot be read is its own fault, and no reason for others.
        ({"IMAP_URL": "pop3://hotline@x.example", "IMAP_PASSWORD": "x", **OAUTH2}, ["IMAP_URL: pop3:// is not known"]),
    ],
)  # fmt: skip
def test_a_wrong_combination_is_one_sentence(values: dict[str, str], faults: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(**values)
    told = str(caught.value).splitlines()
    assert len(told) == len(faults), told
    for line, begin in zip(told, faults, strict=True):
        assert line.startswith(f"MAILGATE_{begin}")
    assert "tajne" not in str(caught.value)


def test_a_token_endpoint_on_this_machine_needs_no_tls() -> None:
    settings = load(IMAP_URL=OPEN_IMAP, **(OAUTH2 | {"OAUTH2_TOKEN_URL": "http://127.0.0.1:8080/token"}))
    assert settings.oauth2 is not None
