"""mailgate runs the hot-line of CSIZS over e-mail: it reads HOT-01 forms, keeps the clock and carries the answers."""

__version__ = "0.1.0"
