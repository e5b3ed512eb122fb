"""Signed, encrypted and compressed CMS: DER by a library, BER as programs stream it by hand."""

from __future__ import annotations

import datetime as dt
import functools
import zlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

PKCS = bytes.fromhex("2a864886f70d01")
DATA = PKCS + b"\x07\x01"
SIGNED = PKCS + b"\x07\x02"
END = b"\0\0"


def der(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def ber(tag: int, *contents: bytes) -> bytes:
    """An element whose length is left open."""
    return bytes([tag, 0x80]) + b"".join(contents) + END


def streamed(content: bytes, piece: int = 7) -> bytes:
    """Signed data in BER, its content cut in pieces, with all that leads to it."""
    pieces = [der(0x04, content[at : at + piece]) for at in range(0, len(content), piece)]
    inner = ber(0x30, der(0x06, DATA), ber(0xA0, ber(0x24, *pieces)))
    algorithms = ber(0x31, der(0x30, der(0x06, bytes.fromhex("608648016503040201")), b"\x05\0"))
    return ber(0x30, der(0x06, SIGNED), ber(0xA0, ber(0x30, b"\x02\1\1", algorithms, inner, ber(0x31))))


def compressed(content: bytes) -> bytes:
    inner = der(0x30, der(0x06, DATA), der(0xA0, der(0x04, zlib.compress(content))))
    oid = PKCS + bytes.fromhex("09100109")
    return der(0x30, der(0x06, oid), der(0xA0, der(0x30, b"\x02\1\0", der(0x30, der(0x06, DATA)), inner)))


@functools.cache
def _key() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Jan Łoś")])
    now = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def opaque(content: bytes) -> bytes:
    """Signed data in DER that holds its content."""
    return _signed(content, [pkcs7.PKCS7Options.Binary])


def detached(content: bytes) -> bytes:
    return _signed(content, [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.DetachedSignature])


def _signed(content: bytes, options: list[pkcs7.PKCS7Options]) -> bytes:
    key, certificate = _key()
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(Encoding.DER, options)


def enveloped(content: bytes) -> bytes:
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(_key()[1])
    return builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])
