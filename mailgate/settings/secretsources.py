"""Where the text of a secret setting may stand: in the setting itself, in a file that ``..._FILE`` names, or in a
credential of systemd; in one of them only.
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "MAILGATE_"
SECRETS = (
    "DATABASE_URL", "IMAP_URL", "IMAP_PASSWORD", "SMARTHOST_URL", "SMARTHOST_PASSWORD", "SECRET_KEY",
    "OAUTH2_CLIENT_SECRET", "OAUTH2_REFRESH_TOKEN",
)  # fmt: skip
_LONGEST = 65536
_FORBIDDEN_BITS = stat.S_IWGRP | stat.S_IXGRP | stat.S_IRWXO
"""What 0640 does not grant."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """``values`` are all settings by their full names, those from files included; ``files`` are where secrets stand."""

    values: dict[str, str] = field(repr=False)
    files: tuple[Path, ...]
    unread: frozenset[str]
    """Secrets, by their names without our prefix, that are given and could not be had: each has its fault."""
    faults: tuple[str, ...]


def gather(values: Mapping[str, str], credentials: Path | None) -> Gathered:
    """Put what stands in files and in the folder of systemd's credentials beside the ``values``.

    A secret that is given twice is a fault that names both places: nobody need know which one wins.
    """
    texts, files, unread, faults = dict(values), [], set(), [*_strange_credentials(credentials)]
    for secret in SECRETS:
        name = PREFIX + secret
        places = _places(name, texts.get(name), texts.pop(f"{name}_FILE", ""), credentials)
        if len(places) > 1:
            faults.append(f"{name}: it is given twice, by {' and by '.join(place for place, _ in places)}; remove one")
            unread.add(secret)
            continue
        for place, file in places:
            if file is None:
                continue
            files.append(file)
            try:
                texts[name] = _text_of(file)
            except ValueError as fault:
                faults.append(f"{place}: {file} {fault}")
                unread.add(secret)
    return Gathered(texts, tuple(files), frozenset(unread), tuple(faults))


def _places(name: str, text: str | None, named_file: str, credentials: Path | None) -> list[tuple[str, Path | None]]:
    """Where a secret is given, in words for a fault, with its file; None is the setting itself."""
    places: list[tuple[str, Path | None]] = [(name, None)] if text else []
    if named_file:
        places.append((f"{name}_FILE", Path(named_file)))
    if credentials is not None and _is_file(credential := credentials / name):
        places.append((f"the credential {name} of systemd", credential))
    return places


def _is_file(path: Path) -> bool:
    """Not in a folder that we may not enter, either: that is told of the folder."""
    try:
        return path.is_file()
    except OSError:
        return False


def _strange_credentials(folder: Path | None) -> Iterator[str]:
    """Credentials that bear our prefix and no name that we know: a secret that nobody reads is a spelling mistake."""
    if folder is None:
        return
    try:
        names = sorted(file.name for file in folder.iterdir() if file.name.startswith(PREFIX))
    except OSError as fault:
        yield f"CREDENTIALS_DIRECTORY: {folder} cannot be read ({fault.strerror}); systemd sets it, nobody else should"
        return
    for name in names:
        if name.removeprefix(PREFIX) not in SECRETS:
            known = ", ".join(SECRETS)
            yield f"{name}: a credential of systemd has this name, and is no secret of mailgate; those are {known}"


def _text_of(file: Path) -> str:
    """The one line of a secret's file without its end; ValueError tells what is wrong and never what stands there."""
    try:
        with file.open("rb") as stream:
            content = stream.read(_LONGEST + 1)
    except OSError as fault:
        raise ValueError(f"cannot be read: {fault.strerror}; name a file that mailgate may read") from None
    try:
        text = content.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("is not written in UTF-8; save it as UTF-8 text") from None
    if not text.strip():
        raise ValueError("is empty; write the secret into it, or remove the setting")
    if any(ord(character) < 32 for character in text) or len(content) > _LONGEST:
        raise ValueError("holds more than one line of text; write nothing but the secret into it")
    return text


def holds_secret(values: Mapping[str, str]) -> bool:
    """Whether among settings by their full names there is one that nobody else should read."""
    return any(_is_secret(name, values.get(PREFIX + name, "")) for name in SECRETS)


def _is_secret(name: str, text: str) -> bool:
    """An address is one where it holds a password."""
    if not name.endswith("_URL"):
        return bool(text.strip())
    try:
        return bool(urlsplit(text).password)
    except ValueError:
        return True


def readable_by_others(files: Collection[Path]) -> list[Path]:
    """Those that grant more than 0640: others may read them, or the group may write."""
    return [file for file in files if _mode(file) & _FORBIDDEN_BITS]


def _mode(file: Path) -> int:
    try:
        return file.stat().st_mode
    except OSError:
        return 0
