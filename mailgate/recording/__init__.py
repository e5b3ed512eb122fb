"""Decisions become rows: entries, events and rendered letters, all in the transaction that the caller holds."""
