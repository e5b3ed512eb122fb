"""Addresses: what one is, how it stands on the wire, who wrote, and to which of several we write."""
