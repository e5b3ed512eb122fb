"""Settings are read once; every fault is told at once, with its cure and without a secret."""

from __future__ import annotations

import stat
from datetime import date, time
from pathlib import Path

import pytest

from mailgate.config import NAMES, load_settings
from mailgate.endpoints import Mailbox, Smarthost
from mailgate.errors import ConfigurationError

EXAMPLE = Path(__file__).parents[1] / ".env.example"


def settings_of(**values: str):  # type: ignore[no-untyped-def]
    return load_settings({f"MAILGATE_{name}": value for name, value in values.items()}, Path("no.env"))


def fault_of(**values: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        settings_of(**values)
    return str(caught.value)


def test_with_nothing_set_the_embedded_defaults_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings({})
    assert settings.hotline.address == "hotline@localhost"
    assert settings.database_url == "sqlite:///storage/mailgate.db"
    assert settings.smtp_listen == ("127.0.0.1", 8025)
    assert settings.smarthost == Path("storage/outgoing")
    assert settings.calendar.closes == time(16)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_setting_that_is_empty_is_as_if_it_were_not_set(name: str) -> None:
    """But for the receiver, which an empty place switches off."""
    if name != "SMTP_LISTEN":
        assert settings_of(**{name: ""}) == settings_of()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MAILGATE_IMAP_POLL_SECONDS=30\nMAILGATE_STORAGE=tam\nOTHER=1\n", "utf-8")
    settings = load_settings({"MAILGATE_IMAP_POLL_SECONDS": "90"}, file)
    assert (settings.imap_poll_seconds, settings.storage) == (90, Path("tam"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("MAILGATE_CONSULTANTS=Piotr Zając <p@w.example>\n".encode("cp1250"), "UTF-8"),
        (b'MAILGATE_STORAGE=x\nMAILGATE_HOTLINE "x\n', "line 2"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / ".env"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=words):
        load_settings({}, file)


def test_all_faults_are_told_at_once_each_by_its_name() -> None:
    told = fault_of(
        HOTLIN="x",
        SMTP_LISTEN="here",
        IMAP_POLL_SECONDS="soon",
        DAYS_OFF="2026-02-30=x",
        OPENS="17:00",
        CONSULTANTS="Anna",
    )
    for name in ("HOTLIN", "SMTP_LISTEN", "IMAP_POLL_SECONDS", "DAYS_OFF", "OPENS", "CONSULTANTS"):
        assert f"MAILGATE_{name}" in told
    assert "did you mean MAILGATE_HOTLINE?" in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IMAP_URL", "imaps://hot:tajne-haslo@/INBOX"),
        ("IMAP_URL", "imap://hot:tajne-haslo@mail.example/INBOX"),
        ("IMAP_URL", "pop3://hot:tajne-haslo@mail.example"),
        ("IMAP_URL", "imaps://hot:tajne-haslo@mail.example:port/INBOX"),
        ("SMARTHOST_URL", "smtp://hot:tajne-haslo@mail.example"),
        ("SMARTHOST_URL", "http://hot:tajne-haslo@mail.example"),
        ("DATABASE_URL", "mysql://hot:tajne-haslo@db.example/x"),
        ("SECRET_KEY", "tajne-haslo"),
    ],
)
def test_a_refused_value_that_may_hold_a_secret_is_not_repeated(name: str, value: str) -> None:
    told = fault_of(**{name: value})
    assert f"MAILGATE_{name}" in told
    assert "tajne" not in told


def test_secrets_do_not_show_in_the_settings_themselves() -> None:
    settings = settings_of(
        IMAP_URL="imaps://hot:tajne-haslo@mail.example",
        SMARTHOST_URL="smtps://hot:tajne-haslo@mail.example",
        DATABASE_URL="postgresql+psycopg://hot:tajne-haslo@db.example/x",
        SECRET_KEY="tajne" * 10,
    )
    assert "tajne" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("imaps://hot%40csizs.example:s%3A%2F%40@mail.example/INBOX",
         Mailbox("mail.example", 993, "hot@csizs.example", "s:/@", "INBOX", "implicit")),
        ("imap+starttls://h:p@mail.example:1143", Mailbox("mail.example", 1143, "h", "p", "INBOX", "starttls")),
        ("imap://h:p@127.0.0.1/Zg%C5%82oszenia", Mailbox("127.0.0.1", 143, "h", "p", "Zgłoszenia", "none")),
    ],
)  # fmt: skip
def test_a_mailbox_is_an_address_with_percent_encoding(url: str, expected: Mailbox) -> None:
    assert settings_of(IMAP_URL=url).mailbox == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", Smarthost("mail.example", 25, "none")),
        ("smtp+starttls://h:p@mail.example:587", Smarthost("mail.example", 587, "starttls", "h", "p")),
        ("smtps://h:p@mail.example", Smarthost("mail.example", 465, "implicit", "h", "p")),
        ("maildir:poczta/wychodząca", Path("poczta/wychodząca")),
    ],
)
def test_a_smarthost_is_a_server_or_a_maildir(url: str, expected: object) -> None:
    assert settings_of(SMARTHOST_URL=url).smarthost == expected


def test_days_have_reasons_that_may_hold_commas() -> None:
    calendar = settings_of(DAYS_OFF="2026-12-28=za 26 grudnia, sobotę, 2027-01-04=remont").calendar
    assert calendar.days_off == {date(2026, 12, 28): "za 26 grudnia, sobotę", date(2027, 1, 4): "remont"}
    assert "2026-12-28=reason" in fault_of(DAYS_OFF="2026-12-28")


def test_consultants_have_names_with_commas_and_no_doubles() -> None:
    one, two = settings_of(CONSULTANTS='"Zając, Piotr" <p@w.example>, Anna Nowak <a@w.example>').consultants
    assert (one.name, one.address, two.name) == ("Zając, Piotr", "p@w.example", "Anna Nowak")
    assert settings_of(ADMINS="Admin <x@w.example>").admins[0].address == "x@w.example"
    assert settings_of().admins == ()
    assert "twice" in fault_of(CONSULTANTS="a@w.example, A@W.example")


def test_reply_addresses_are_off_where_a_mailbox_is_read_unless_asked_for() -> None:
    url = "imaps://h:p@mail.example"
    assert settings_of().reply_addresses
    assert not settings_of(IMAP_URL=url).reply_addresses
    assert settings_of(IMAP_URL=url, REPLY_ADDRESSES="yes").reply_addresses


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    settings = settings_of(STORAGE=str(tmp_path / "new"))
    key = settings.signing_key()
    assert len(key) >= 32 and settings.signing_key() == key
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("kept", ["", "\n", "krótki"])
def test_a_kept_key_that_is_empty_or_short_is_refused_and_not_replaced(tmp_path: Path, kept: str) -> None:
    file = tmp_path / "secret.key"
    file.write_text(kept, "utf-8")
    with pytest.raises(ConfigurationError, match="MAILGATE_SECRET_KEY") as caught:
        settings_of(STORAGE=str(tmp_path)).signing_key()
    assert str(file) in str(caught.value)
    assert file.read_text("utf-8") == kept


@pytest.mark.parametrize("name", ["OPENS", "CLOSES"])
@pytest.mark.parametrize("value", ["08:00+01:00", "16:00Z"])
def test_office_hours_are_of_the_offices_own_clock(name: str, value: str) -> None:
    told = fault_of(**{name: value})
    assert f"MAILGATE_{name}" in told
    assert "MAILGATE_TIMEZONE" in told


def test_a_storage_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="MAILGATE_STORAGE"):
        settings_of(STORAGE=str(tmp_path / "file" / "x")).signing_key()


def test_the_example_names_every_setting_and_shows_the_defaults(tmp_path: Path) -> None:
    lines = [
        line.removeprefix("# ") for line in EXAMPLE.read_text("utf-8").splitlines() if line.startswith("# MAILGATE_")
    ]
    assert {line.partition("=")[0].removeprefix("MAILGATE_") for line in lines} == NAMES
    file = tmp_path / ".env"
    file.write_text("\n".join(lines), "utf-8")
    assert load_settings({}, file) == load_settings({}, tmp_path / "none")


def test_the_settings_file_can_be_named_in_the_environment(tmp_path):
    file = tmp_path / "mailgate.env"
    file.write_text("MAILGATE_IMAP_POLL_SECONDS=75\n", "utf-8")
    assert load_settings({"MAILGATE_ENV_FILE": str(file)}).imap_poll_seconds == 75


def test_a_settings_file_that_is_named_must_be_there(tmp_path):
    with pytest.raises(ConfigurationError, match=r"gone\.env cannot be read"):
        load_settings({"MAILGATE_ENV_FILE": str(tmp_path / "gone.env")})


def test_the_name_of_the_settings_file_stands_in_no_settings_file(tmp_path):
    file = tmp_path / "mailgate.env"
    file.write_text("MAILGATE_ENV_FILE=other.env\n", "utf-8")
    with pytest.raises(ConfigurationError, match="MAILGATE_ENV_FILE is not a setting"):
        load_settings({}, file)


def test_how_clients_come_in_by_smtp_is_read_and_what_belongs_together_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    smtp = settings_of(
        SMTP_CERTIFICATE=str(file), SMTP_USERS=str(file), SMTP_TLS="required", SMTP_AUTH="Required",
        SMTP_PROXY_FROM="192.0.2.7, 2001:db8::/32", SMTP_CLIENT_CONNECTIONS="5",
    ).smtp  # fmt: skip
    assert (smtp.certificate, smtp.key, smtp.users) == (file, None, file)
    assert (smtp.tls_required, smtp.login_required) == (True, True)
    assert [str(network) for network in smtp.proxies] == ["192.0.2.7/32", "2001:db8::/32"]
    assert (smtp.client_connections, smtp.client_mails_per_minute) == (5, 600)
    assert not settings_of(SMTP_TLS="optional", SMTP_AUTH="optional").smtp.tls_required
    told = fault_of(SMTP_TLS="required", SMTP_AUTH="required", SMTP_KEY=str(file))
    for name in ("SMTP_TLS: set MAILGATE_SMTP_CERTIFICATE", "SMTP_AUTH: set MAILGATE_SMTP_USERS", "SMTP_KEY: set"):
        assert f"MAILGATE_{name}" in told
    told = fault_of(SMTP_TLS="yes", SMTP_PROXY_FROM="192.0.2.7/24", SMTP_CERTIFICATE=str(tmp_path / "none"))
    for name in ("SMTP_TLS", "SMTP_PROXY_FROM", "SMTP_CERTIFICATE"):
        assert f"MAILGATE_{name}: " in told
