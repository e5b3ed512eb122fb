"""Whether mail can be read on this machine: by the process with limits, and scanned pages by tesseract."""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.checkup.finding import Finding, or_well
from mailgate.errors import ReadingFailed
from mailgate.extract.scan import tesseract
from mailgate.sandboxpool import SandboxPool

_SPECIMEN = b"Subject: HOT-01\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDzie\xc5\x84 dobry\r\n"


def reading() -> Iterator[Finding]:
    """Reads one mail as the daemon would."""
    yield from or_well(_faults(), "reading", "Mail can be read, scanned pages in Polish, too.")


def _faults() -> Iterator[Finding]:
    with SandboxPool(1) as readers:
        [read] = readers.read_all([(_SPECIMEN, None)])
    if isinstance(read, ReadingFailed):
        cure = "allow its processes 1 GiB of memory each (MemoryMax, ulimit -v), and see the journal."
        yield Finding("reading", "fault", f"{str(read).rstrip('.')}: {cure}")
    missing = tesseract.missing()
    if missing is not None:
        cure = "apt-get install tesseract-ocr tesseract-ocr-pol"
        told = f"Scanned forms cannot be read and are left to a person ({missing})"
        yield Finding("reading", "warning", f"{told}: {cure}")
