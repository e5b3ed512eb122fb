"""A form of ours that was filled in one format and sent in another: what LibreOffice makes of it is read as well.

``office`` beside this file holds what LibreOffice 7.4 made (and pdf.js, which is Firefox's, named so), so that the promise
is kept where there is none; where there is a LibreOffice, files are made anew from the forms of today.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from forms.examples import EXAMPLES, what_was_written
from forms.reading import what_is_read

from forms import filling

OFFICE = Path(__file__).parent / "office"
SOURCES = {
    "word": ("docx", filling.word),
    "paragraphs": ("docx", filling.word_with_paragraphs),
    "opendocument": ("odt", filling.opendocument),
}
WHOLE = os.environ.get("MAILGATE_TEST_SOAK") == "full"
TARGETS = ("docx", "odt", "doc", "rtf", "pdf") if WHOLE else ("pdf",)
MADE_ANEW = list(EXAMPLES) if WHOLE else ["short", "blank"]


def read_and_written(path: Path) -> tuple[dict[str, object], dict[str, object]]:
    """What is read of a file named after its example and source, and what was written into the form."""
    example, _, source = path.stem.partition("-")
    read, written = what_is_read(path.name, path.read_bytes()), what_was_written(EXAMPLES[example])
    if (source, path.suffix) == ("paragraphs", ".doc"):
        # LibreOffice adds an empty paragraph where the first line of the control ends.
        for values in (read, written):
            values["question"] = values["question"] and str(values["question"]).replace("\n\n", "\n")
    if (example, path.suffix) == ("pageful", ".pdf"):
        # A printed page breaks long lines.
        for values in (read, written):
            values["question"] = str(values["question"]).split()
    return read, written


@pytest.mark.parametrize("path", sorted(OFFICE.iterdir()), ids=lambda path: path.name)
def test_a_form_that_a_real_program_saved_is_read(path: Path) -> None:
    read, written = read_and_written(path)
    assert read == written


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    soffice = shutil.which("soffice")
    if soffice is None:
        assert os.environ.get("CI") != "true", "scripts/setup --tests installs LibreOffice"
        pytest.skip("LibreOffice is not installed; scripts/setup --tests says how")
    folder = tmp_path_factory.mktemp("office")
    for example in MADE_ANEW:
        for source, (suffix, filled) in SOURCES.items():
            (folder / f"{example}-{source}.{suffix}").write_bytes(filled(EXAMPLES[example]))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    originals = [str(path) for path in sorted(folder.glob("*.*"))]
    for target in TARGETS:
        command = [soffice, profile, "--headless", "--convert-to", target, "--outdir", str(folder / target), *originals]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder


@pytest.mark.soak
@pytest.mark.parametrize("target", TARGETS)
def test_what_libreoffice_makes_of_our_forms_is_read(converted: Path, target: str) -> None:
    paths = sorted((converted / target).iterdir())
    assert len(paths) == len(MADE_ANEW) * len(SOURCES)
    for path in paths:
        read, written = read_and_written(path)
        assert read == written, path.name
