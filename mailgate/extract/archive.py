"""ZIP archives: the files in them, each within the limits of ``safezip``, under the names that people gave them.

Not for office files, which are ZIP inside; those have readers of their own.  One member that breaks a limit is left
out with a note, the others are read.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from mailgate.domain.mail import Attachment
from mailgate.domain.message.charset import tidy
from mailgate.domain.message.filenames import extension_for, safe_name, unique_name
from mailgate.extract.opened import Allowance, Opened
from mailgate.extract.safezip import DAMAGED, MAX_MEMBER_BYTES, MAX_MEMBERS, packed_too_tightly

MAX_NOTES: Final = 20

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04")
"""A file first, none at all, or the mark of an archive that might have been split over disks."""
_OFFICE_MEMBERS: Final = frozenset({"[Content_Types].xml", "mimetype"})
_SIGNED_CONTAINER: Final = b"application/vnd.etsi.asic"
_LITTER: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_UTF8_FLAG: Final = 0x800
_ENCRYPTED_FLAG: Final = 0x1
# A Polish Windows packs names in the code page of its console; old and foreign programs in that of its windows.
_CODE_PAGES: Final = ("cp852", "cp1250", "iso-8859-2")
_POLISH: Final = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_OTHER_ARCHIVES: Final = (
    (b"Rar!\x1a\x07", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b\x08", "gzip"), (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"), (b"MSCF\0\0\0\0", "CAB"),
)  # fmt: skip


def unopened_archive(content: bytes) -> str | None:
    """The name of the archive's kind where it is one for which there is no reader here, else None."""
    if content[257:262] == b"ustar":
        return "tar"
    return next((name for magic, name in _OTHER_ARCHIVES if content.startswith(magic)), None)


def is_zip(content: bytes) -> bool:
    """True for what begins as a ZIP, office files included."""
    return content.startswith(_ZIP)


def open_archive(content: bytes, allowance: Allowance) -> Opened | None:
    """The files in a ZIP, in its order; None for an office file.  Never raises: what cannot be had is in the notes."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if _is_office_file(archive, content):
                return None
            return _files(archive, allowance)
    except DAMAGED as error:
        return Opened(notes=(f"not opened: no readable ZIP ({type(error).__name__})",))


def _is_office_file(archive: zipfile.ZipFile, content: bytes) -> bool:
    """ZIP with a type of its own; a container of a qualified signature (ASiC, ETSI EN 319 162) holds people's files."""
    if content[38:].startswith(_SIGNED_CONTAINER):
        return False
    return any(info.filename in _OFFICE_MEMBERS for info in archive.infolist()[:MAX_MEMBERS])


def _files(archive: zipfile.ZipFile, allowance: Allowance) -> Opened:
    files: list[Attachment] = []
    notes: list[str] = []
    taken: set[str] = set()
    members = archive.infolist()
    # One more than may be read, so that whoever reads them says that there are more.
    most = min(MAX_MEMBERS, allowance.files + 1)
    if len(members) > most:
        notes.append(f"only the first {most} of {len(members)} files were looked at")
    for info, name in _of_people(members[:most]):
        read = _read(archive, info, allowance)
        if isinstance(read, str):
            notes.append(f"{tidy(name)[:150]}: {read}")
            continue
        safe = safe_name(name) or f"plik-{len(files) + 1}.{extension_for('', read)}"
        files.append(Attachment(unique_name(safe, taken), "application/octet-stream", read))
    return Opened(files=tuple(files), notes=tuple(dict.fromkeys(notes))[:MAX_NOTES])


def _of_people(members: list[zipfile.ZipInfo]) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """The members that a person put there, with their names: no folders, nothing that a system leaves lying about."""
    for info in members:
        name = member_name(info)
        last = name.rstrip("/").rpartition("/")[2].lower()
        if not info.is_dir() and last not in _LITTER and not last.startswith("._") and not _is_signature(name):
            yield info, name


def _is_signature(name: str) -> bool:
    return name == "mimetype" or name.startswith("META-INF/")


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name as its sender saw it: UTF-8, flagged or not, else the Polish code page that gives Polish."""
    if info.flag_bits & _UTF8_FLAG or info.orig_filename.isascii():
        return info.filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        readings = [raw.decode(code_page, "replace") for code_page in _CODE_PAGES]
        return max(readings, key=lambda text: sum(letter in _POLISH for letter in text))


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance) -> bytes | str:
    """A member's bytes, or why they are not to be had."""
    limit = min(MAX_MEMBER_BYTES, allowance.size)
    if info.flag_bits & _ENCRYPTED_FLAG:
        return "protected by a password: a person must open it"
    if info.file_size > limit:
        return f"not opened: larger than {limit} bytes"
    if packed_too_tightly(info):
        return "not opened: it is packed too tightly to be a document"
    try:
        with archive.open(info) as member:
            content = member.read(limit + 1)
    except DAMAGED as error:
        return f"not opened: damaged ({type(error).__name__})"
    allowance.unpacked(len(content))
    return content if len(content) <= limit else f"not opened: larger than {limit} bytes"
