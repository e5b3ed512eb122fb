"""A secret may stand in its setting, in a file or in a credential of systemd: in one of them, and unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.config import Settings, load_settings
from mailgate.errors import ConfigurationError
from mailgate.settings.secretsources import SECRETS, readable_by_others

SECRET = "zażółć ${HOME} #1"
IMAP = "imaps://hotline%40gmina.example@imap.gmina.example/INBOX"


def load(folder: Path, **values: str) -> Settings:
    return load_settings({name: str(value) for name, value in values.items()}, folder / "no.env")


def faults_of(folder: Path, **values: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, **values)
    return str(caught.value).splitlines()


def file_with(path: Path, content: str | bytes, mode: int = 0o600) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("content", [SECRET, SECRET + "\n", SECRET + "\r\n", "\ufeff" + SECRET])
def test_a_file_holds_the_secret_exactly_but_for_the_end_of_its_line(tmp_path: Path, content: str) -> None:
    file = file_with(tmp_path / "password", content)
    settings = load(tmp_path, MAILGATE_IMAP_URL=IMAP, MAILGATE_IMAP_PASSWORD_FILE=file)
    assert settings.mailbox is not None and settings.mailbox.password == SECRET
    assert settings.secret_files == (tmp_path / "password",)


def test_a_settings_file_keeps_every_character_of_a_quoted_password(tmp_path: Path) -> None:
    env = tmp_path / "mailgate.env"
    env.write_text(f"MAILGATE_IMAP_URL={IMAP}\nMAILGATE_IMAP_PASSWORD='{SECRET}'\n", "utf-8")
    settings = load_settings({}, env)
    assert settings.mailbox is not None and settings.mailbox.password == SECRET
    assert settings.secret_files == (env,)


def test_every_secret_can_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    texts = {
        "DATABASE_URL": "postgresql+psycopg://m:x@db.example/m",
        "IMAP_URL": IMAP,
        "IMAP_PASSWORD": "p1",
        "SMARTHOST_URL": "smtps://hotline@smtp.gmina.example",
        "SMARTHOST_PASSWORD": "p2",
        "SECRET_KEY": "k" * 40,
    }
    files = {f"MAILGATE_{name}_FILE": file_with(tmp_path / name, text) for name, text in texts.items()}
    settings = load(tmp_path, **files)
    assert settings.database_url == texts["DATABASE_URL"]
    assert settings.mailbox is not None and settings.mailbox.password == "p1"
    assert getattr(settings.smarthost, "password", None) == "p2"
    assert settings.secret_key == b"k" * 40
    by_token = load(
        tmp_path,
        MAILGATE_IMAP_URL=IMAP,
        MAILGATE_OAUTH2_TOKEN_URL="https://token.example/x",
        MAILGATE_OAUTH2_CLIENT_ID="app",
        MAILGATE_OAUTH2_CLIENT_SECRET_FILE=file_with(tmp_path / "s", "s1"),
        MAILGATE_OAUTH2_REFRESH_TOKEN_FILE=file_with(tmp_path / "r", "r1"),
    )
    assert by_token.oauth2 is not None
    assert (by_token.oauth2.client_secret, by_token.oauth2.refresh_token) == ("s1", "r1")
    assert set(texts) | {"OAUTH2_CLIENT_SECRET", "OAUTH2_REFRESH_TOKEN"} == set(SECRETS)


def test_a_credential_of_systemd_bears_the_settings_name(tmp_path: Path) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    file_with(folder / "MAILGATE_IMAP_PASSWORD", f"{SECRET}\n", 0o440)
    file_with(folder / "of-another-program", "x")
    settings = load(tmp_path, MAILGATE_IMAP_URL=IMAP, CREDENTIALS_DIRECTORY=folder)
    assert settings.mailbox is not None and settings.mailbox.password == SECRET


def test_a_credential_that_nobody_would_read_is_told(tmp_path: Path) -> None:
    file_with(tmp_path / "MAILGATE_IMAP_PASWORD", SECRET)
    [told] = faults_of(tmp_path, CREDENTIALS_DIRECTORY=tmp_path)
    assert "MAILGATE_IMAP_PASWORD" in told and "IMAP_PASSWORD" in told and SECRET not in told
    [gone] = faults_of(tmp_path, CREDENTIALS_DIRECTORY=tmp_path / "gone")
    assert "CREDENTIALS_DIRECTORY" in gone
    [unusable] = faults_of(tmp_path, CREDENTIALS_DIRECTORY=tmp_path / ("x" * 300))
    assert "CREDENTIALS_DIRECTORY" in unusable


def test_a_secret_that_is_given_twice_is_one_fault_that_names_every_place(tmp_path: Path) -> None:
    file = file_with(tmp_path / "MAILGATE_IMAP_PASSWORD", SECRET)
    [told] = faults_of(
        tmp_path,
        MAILGATE_IMAP_URL=IMAP,
        MAILGATE_IMAP_PASSWORD="tajne",
        MAILGATE_IMAP_PASSWORD_FILE=file,
        CREDENTIALS_DIRECTORY=tmp_path,
    )
    assert told == (
        "MAILGATE_IMAP_PASSWORD: it is given twice, by MAILGATE_IMAP_PASSWORD and by MAILGATE_IMAP_PASSWORD_FILE "
        "and by the credential MAILGATE_IMAP_PASSWORD of systemd; remove one"
    )


def test_an_empty_setting_is_not_given(tmp_path: Path) -> None:
    file = file_with(tmp_path / "password", SECRET)
    settings = load(
        tmp_path, MAILGATE_IMAP_URL=IMAP, MAILGATE_IMAP_PASSWORD="", MAILGATE_IMAP_PASSWORD_FILE=file,
        MAILGATE_SECRET_KEY_FILE="",
    )  # fmt: skip
    assert settings.mailbox is not None and settings.mailbox.password == SECRET


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"tajne\ninne\n", "more than one line"),
        (b"tajne\0", "more than one line"),
        ("zażółć".encode("cp1250"), "UTF-8"),
        (b"t" * 70000, "more than one line"),
    ],
)
def test_a_file_that_is_no_secret_is_one_fault_that_repeats_nothing_of_it(
    tmp_path: Path, content: bytes, words: str
) -> None:
    file = file_with(tmp_path / "password", content)
    [told] = faults_of(tmp_path, MAILGATE_IMAP_URL=IMAP, MAILGATE_IMAP_PASSWORD_FILE=file)
    assert told.startswith(f"MAILGATE_IMAP_PASSWORD_FILE: {file} ") and words in told
    assert "tajne" not in told


def test_a_file_that_is_not_there_is_told_with_the_others(tmp_path: Path) -> None:
    told = faults_of(
        tmp_path, MAILGATE_SECRET_KEY_FILE=tmp_path / "gone", MAILGATE_IMAP_URL_FILE=tmp_path, MAILGATE_X="1"
    )
    assert [line.split(":")[0].split()[0] for line in told] == [
        "MAILGATE_X", "MAILGATE_IMAP_URL_FILE", "MAILGATE_SECRET_KEY_FILE",
    ]  # fmt: skip
    assert "No such file" in told[2] and "Is a directory" in told[1]


def test_only_secrets_have_files(tmp_path: Path) -> None:
    [told] = faults_of(tmp_path, MAILGATE_HOTLINE_FILE=tmp_path / "x")
    assert "MAILGATE_HOTLINE_FILE is not a setting" in told


@pytest.mark.parametrize(
    ("mode", "wide"),
    [(0o600, False), (0o640, False), (0o440, False), (0o644, True), (0o660, True), (0o604, True), (0o601, True)],
)
def test_a_file_is_readable_by_others_where_it_grants_more_than_0640(tmp_path: Path, mode: int, wide: bool) -> None:
    file = Path(file_with(tmp_path / "password", "x", mode))
    assert readable_by_others([file, tmp_path / "gone"]) == ([file] if wide else [])


def test_a_settings_file_without_a_secret_may_be_read_by_anybody(tmp_path: Path) -> None:
    env = tmp_path / "mailgate.env"
    env.write_text(f"MAILGATE_IMAP_URL={IMAP}\nMAILGATE_SMARTHOST_URL=smtp://mx.example\n", "utf-8")
    file = file_with(tmp_path / "password", "x")
    assert load_settings({"MAILGATE_IMAP_PASSWORD_FILE": file}, env).secret_files == (Path(file),)
