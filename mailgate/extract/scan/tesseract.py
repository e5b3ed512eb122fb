"""Recognition of text by tesseract (https://tesseract-ocr.github.io), started as a program of its own for each page."""

from __future__ import annotations

import csv
import functools
import io
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from mailgate.extract.page.shapes import Box

_PROGRAM = "tesseract"
POLISH = "pol"
_MAX_OUTPUT = 4_000_000


class NotRecognised(Exception):
    """The program did not read a page; the reason is for the notes of a document."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A word as read: its place in pixels, and from 0 to 100 how sure the program is."""

    text: str
    box: Box
    confidence: float


@functools.cache
def missing() -> str | None:
    """Why pages cannot be recognised on this machine, or None where they can."""
    if shutil.which(_PROGRAM) is None:
        return "OCR is not installed"
    try:
        listed = subprocess.run(
            [_PROGRAM, "--list-langs"], capture_output=True, timeout=20, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return "OCR is not installed"
    names = listed.stdout.decode("utf-8", "replace").split()
    return None if POLISH in names else f"OCR is not installed: no language {POLISH!r}"


def recognise(
    images: Sequence[Image.Image], seconds: float, layout: int = 6, language: str = POLISH, only: str = ""
) -> list[list[Recognised]]:
    """The words of each of several pictures that were made ready.

    ``layout`` is tesseract's page segmentation mode, ``only`` the signs that may occur (all where empty).  Raises
    ``NotRecognised`` where the program fails or needs longer than ``seconds``.
    """
    if not images:
        return []
    command = [_PROGRAM, "stdin", "stdout", "-l", language, "--psm", str(layout), "--dpi", "300"]
    if only:
        command += ["-c", f"tessedit_char_whitelist={only}"]
    try:
        done = subprocess.run(
            [*command, "tsv"],
            input=_as_pages(images),
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        raise NotRecognised(f"OCR took longer than {seconds:.0f} seconds") from None
    except OSError as error:
        raise NotRecognised(f"OCR did not start ({type(error).__name__})") from error
    if done.returncode:
        raise NotRecognised(f"OCR failed with status {done.returncode}")
    found: list[list[Recognised]] = [[] for _ in images]
    for page, word in _words(done.stdout[:_MAX_OUTPUT].decode("utf-8", "replace")):
        if 0 < page <= len(found):
            found[page - 1].append(word)
    return found


def _as_pages(images: Sequence[Image.Image]) -> bytes:
    """The pictures as one TIFF of several pages, so that one start of the program reads them all."""
    written = io.BytesIO()
    images[0].save(written, "TIFF", save_all=True, append_images=images[1:], compression="raw")
    return written.getvalue()


def _words(table: str) -> Iterator[tuple[int, Recognised]]:
    """The words, each with the number of its page, of tesseract's table (TSV): level 5 is a word, ``conf`` its confidence."""
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row.get("text") or "").strip()
        if row.get("level") != "5" or not text:
            continue
        left, top, width, height = (float(row[name] or 0) for name in ("left", "top", "width", "height"))
        word = Recognised(text, Box(left, top, left + width, top + height), float(row["conf"] or 0))
        yield int(row["page_num"] or 0), word
