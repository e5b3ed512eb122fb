"""Where the files are that travel with the program: the letters' templates and the blank form."""

from __future__ import annotations

from pathlib import Path

from mailgate.errors import ConfigurationError

_PACKAGE = Path(__file__).resolve().parent
BLANK_FORM = "HOT-01.docx"


def templates_folder() -> Path:
    """The folder of the letters' templates; raises ConfigurationError where the installation lacks it."""
    return _folder("templates")


def forms_folder() -> Path:
    """The folder of the blank HOT-01 in all its shapes; raises ConfigurationError where the installation lacks it."""
    return _folder("forms")


def blank_form() -> tuple[str, bytes]:
    """The name and the bytes of the blank HOT-01 that goes along with letters."""
    path = forms_folder() / BLANK_FORM
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"The blank form {path} cannot be read: {error.strerror}.") from error


def _folder(name: str) -> Path:
    """Inside the package where it was installed from a wheel, else at the root of the checkout."""
    for folder in (_PACKAGE / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise ConfigurationError(f"The program's folder {name} is missing: install mailgate again.")
