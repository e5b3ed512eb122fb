"""The bytes of a message: its headers, parts, charsets, names, envelopes of signature, and fingerprint."""
