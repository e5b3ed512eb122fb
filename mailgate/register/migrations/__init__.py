"""Alembic's environment and the revisions of the schema."""

HEAD = "0001"
"""The newest revision; a test keeps it true."""
