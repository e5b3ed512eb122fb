"""The frame of a PGP signature comes off a text; what is encrypted is told from what is not."""

from __future__ import annotations

import base64

import pytest

from mailgate.domain.message.pgp import armoured_kind, bare_kind, without_signature, without_signature_in_page

SIGNATURE = "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----"
SIGNED = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nDzień dobry\n- -- \n- - jeden\n\n{SIGNATURE}\n"


def armoured(first: int, headers: str = "Version: GnuPG v2\n") -> bytes:
    body = base64.encodebytes(bytes([first]) + bytes(60)).decode()
    return f"-----BEGIN PGP MESSAGE-----\n{headers}\n{body}-----END PGP MESSAGE-----\n".encode()


def test_the_frame_comes_off_and_dashes_are_themselves_again() -> None:
    assert without_signature(SIGNED).strip() == "Dzień dobry\n-- \n- jeden"


def test_what_stands_around_the_frame_stays() -> None:
    assert without_signature(f"Przed\n{SIGNED}Po") == "Przed\nDzień dobry\n-- \n- jeden\n\nPo"


def test_several_frames_come_off() -> None:
    assert without_signature(SIGNED * 2).count("jeden") == 2
    assert "PGP" not in without_signature(SIGNED * 2)


def test_a_quoted_frame_stays() -> None:
    quoted = "> " + SIGNED.replace("\n", "\n> ")
    assert without_signature(quoted) == quoted


def test_a_text_without_an_end_of_its_signature_is_kept_up_to_it() -> None:
    assert without_signature(SIGNED.partition("=abcd")[0]).strip().endswith("- jeden")


def test_a_text_without_headers_of_the_armour_loses_nothing() -> None:
    assert without_signature("-----BEGIN PGP SIGNED MESSAGE-----\nDzień dobry\n") == "Dzień dobry\n"


def test_a_hundred_thousand_beginnings_take_no_time() -> None:
    assert "PGP" not in without_signature("-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n-----BEGIN PGP SIGNATURE-----\n"
                                          "-----END PGP SIGNATURE-----\n" * 100_000)  # fmt: skip


@pytest.mark.parametrize("end", ["<br>", "</div><div>", "\n"])
def test_the_frame_comes_off_a_page(end: str) -> None:
    page = f"<div>{SIGNED.replace(chr(10), end)}</div>"
    bare = without_signature_in_page(page)
    assert "PGP" not in bare
    assert "Hash" not in bare
    assert "Dzień dobry" in bare


@pytest.mark.parametrize("first", [0x84, 0x85, 0x8C, 0xC1, 0xC3, 0xD2])
def test_session_keys_and_encrypted_data_are_encrypted(first: int) -> None:
    assert armoured_kind(armoured(first)) == "encrypted"
    assert armoured_kind(armoured(first, "")) == "encrypted"
    assert bare_kind(bytes([first, 1])) == "encrypted"


@pytest.mark.parametrize("first", [0x90, 0xA3, 0xC8, 0xC4])
def test_what_is_only_signed_or_compressed_can_be_read(first: int) -> None:
    assert armoured_kind(armoured(first)) == "readable"


def test_an_armour_that_cannot_be_looked_into_is_taken_for_encrypted() -> None:
    assert armoured_kind(b"-----BEGIN PGP MESSAGE-----\n\n...\n") == "encrypted"


@pytest.mark.parametrize("raw", [b"", b"tekst", b"> -----BEGIN PGP MESSAGE-----\n", b"x -----BEGIN PGP MESSAGE-----"])
def test_without_an_armour_at_the_start_of_a_line_there_is_no_message(raw: bytes) -> None:
    assert armoured_kind(raw) is None
