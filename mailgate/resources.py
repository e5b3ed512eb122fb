"""Where the files are that travel with the program: the letters' templates and the blank forms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mailgate.errors import ConfigurationError

_PACKAGE = Path(__file__).resolve().parent
# What goes along with letters: Word is what most offices have, and a PDF can be filled in any browser.
_SENT_FORMS = {
    "HOT-01.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "HOT-01.pdf": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class BlankForm:
    """A file of the blank HOT-01."""

    name: str
    content_type: str
    content: bytes


def templates_folder() -> Path:
    """The folder of the letters' templates; raises ConfigurationError where the installation lacks it."""
    return _folder("templates")


def forms_folder() -> Path:
    """The folder of the blank HOT-01 in all its shapes; raises ConfigurationError where the installation lacks it."""
    return _folder("forms")


def blank_forms() -> tuple[BlankForm, ...]:
    """The blank HOT-01 as it goes along with letters; raises ConfigurationError where the installation lacks a file."""
    folder = forms_folder()
    return tuple(BlankForm(name, kind, _content(folder / name)) for name, kind in _SENT_FORMS.items())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"The blank form {path} cannot be read: {error.strerror}.") from error


def _folder(name: str) -> Path:
    """Inside the package where it was installed from a wheel, else at the root of the checkout."""
    for folder in (_PACKAGE / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise ConfigurationError(f"The program's folder {name} is missing: install mailgate again.")
