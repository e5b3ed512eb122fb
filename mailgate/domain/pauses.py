"""Growing pauses between tries at something that is out of order, spread so that many do not come back at once."""

from __future__ import annotations

_MOST_DOUBLINGS = 60
"""Beyond any sensible limit already; it keeps the arithmetic inside a float for ever so many attempts."""


def pause(attempt: int, shortest: float, longest: float, jitter: float) -> float:
    """Seconds to wait after the ``attempt``-th failure in a row (the first is 1).

    The pause lies in a window that begins at ``shortest``, doubles with each attempt and ends at ``longest``;
    ``jitter``, a number in [0, 1) drawn by the caller, picks the place in the window.  The result is never under
    ``shortest`` and never over ``longest``, and even the last window is half as wide as ``longest``, so that
    daemons that lost the same server at the same moment do not return to it together.

    Raises ValueError where an argument is outside its range.
    """
    if attempt < 1 or not 0 < shortest <= longest or not 0 <= jitter < 1:
        raise ValueError(f"no pause for attempt {attempt}, from {shortest} to {longest} s, jitter {jitter}")
    doubled = shortest * 2.0 ** min(attempt - 1, _MOST_DOUBLINGS)
    low = max(shortest, min(doubled, longest / 2))
    high = min(longest, 2 * low)
    return low + (high - low) * jitter
