"""An authority for tests, and the files of a server's certificate and key."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass
class ServerFiles:
    """The files that an administrator would name, and the authority that a client trusts."""

    certificate: Path
    key: Path
    authority: trustme.CA

    def client_context(self) -> ssl.SSLContext:
        """What a client that verifies uses."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    def authority_file(self) -> Path:
        """The authority's certificate, for programs that want a file."""
        file = self.certificate.with_name("authority.pem")
        self.authority.cert_pem.write_to_path(file)
        return file


def server_files(folder: Path, name: str = "csizs.example") -> ServerFiles:
    """A fresh authority and certificate for the name, written to (or over) the files of the folder."""
    authority = trustme.CA()
    issued = authority.issue_cert(name)
    files = ServerFiles(folder / "server.pem", folder / "server.key", authority)
    files.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    files.key.write_bytes(issued.private_key_pem.bytes())
    return files
