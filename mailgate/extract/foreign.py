"""The border to libraries that read what strangers made: over a broken file they raise whatever they stumble over."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from mailgate.extract.safezip import UnsafeContainer


@contextlib.contextmanager
def as_unsafe(what: str) -> Iterator[None]:
    """Whatever a library raises over a file becomes ``UnsafeContainer``; lack of memory stays what it is.

    ``what`` is said of the file where the library has no words for it: ``damaged``.
    """
    try:
        yield
    except (UnsafeContainer, MemoryError):
        raise
    except RecursionError as error:
        raise UnsafeContainer("nested too deeply") from error
    except Exception as error:
        raise UnsafeContainer(f"{what} ({type(error).__name__})") from error
