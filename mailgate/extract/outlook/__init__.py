"""Outlook's own containers of messages and their properties."""
