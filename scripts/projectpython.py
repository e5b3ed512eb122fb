"""Lets a script run with the project's own Python, whichever Python it was called with."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_OWN = ROOT / ".venv" / "bin" / "python"


def use_project_python() -> None:
    """Start the calling script anew with ``.venv/bin/python``; one that runs in a virtual environment goes on as it is.

    Ends the script with a sentence where that environment is not there yet.
    """
    if sys.prefix != sys.base_prefix:
        return
    if not _OWN.exists():
        raise SystemExit(
            f"{Path(sys.argv[0]).name}: run scripts/setup --tests first; it makes .venv with what is needed."
        )
    os.execv(_OWN, [str(_OWN), *sys.argv])
