"""The templates of letters, an administrator's own among them: each is filled with specimens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailgate import resources
from mailgate.checkup.finding import Finding, or_well
from mailgate.config import Settings
from mailgate.delivery.specimen import render_all
from mailgate.errors import ConfigurationError
from mailgate.faultplaces import place_of


def templates(settings: Settings) -> Iterator[Finding]:
    """Whether every letter can be written."""
    try:
        count = render_all(settings.hotline, [settings.templates] if settings.templates else [])
    except ConfigurationError as fault:
        yield Finding("templates", "fault", f"{_one_line(fault)}. {_cure(settings.templates)}")
        return
    except Exception as fault:  # noqa: BLE001  # A template can do arithmetic, and anything else that fails.
        yield Finding(
            "templates", "fault", f"A template cannot be filled ({place_of(fault)}). {_cure(settings.templates)}"
        )
        return
    well = f"All {count} letters can be written."
    yield from or_well(_unused(settings.templates), "templates", well)


def _one_line(fault: ConfigurationError) -> str:
    return " ".join(str(fault).split()).rstrip(".")


def _cure(own: Path | None) -> str:
    if own is None:
        return "Install mailgate again."
    packaged = resources.templates_folder()
    return f"Correct it in {own}, or remove it there: then the packaged one serves ({packaged}), which shows what names there are."


def _unused(own: Path | None) -> Iterator[Finding]:
    """A file that stands in for none of ours has its name misspelt, and the packaged text goes out."""
    if own is None:
        return
    ours = {file.name for file in resources.templates_folder().iterdir()}
    strange = sorted(file.name for file in own.glob("*.j2") if file.name not in ours and not file.name.startswith("_"))
    if strange:
        cure = f"give it the name of the one that it replaces, as in {resources.templates_folder()}."
        yield Finding("templates", "warning", f"Nothing uses {', '.join(strange)} in {own}: {cure}")
