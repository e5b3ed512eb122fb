"""The signs by which machines are known, in headers and in words."""
