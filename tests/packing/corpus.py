"""One message of each shape that people send: what the fuzzer begins with."""

from __future__ import annotations

import base64
from pathlib import Path

from packing import pgp
from packing.mails import (
    FORM,
    HEAD,
    LABELS,
    PAGE_FORM,
    TEXT,
    UTF8,
    apple_single,
    attached,
    entity,
    multipart,
    with_file,
    xades,
    zipped,
)
from packing.outlook import compound, message, text
from packing.signed import compressed, detached, enveloped, opaque, streamed
from packing.tnef import BINARY, File, attached_message, rtf, winmail

ROOT = Path(__file__).resolve().parents[2]
RICH = (
    b"{\\rtf1\\ansi\\ansicpg1250{\\fonttbl{\\f0\\fcharset238 Calibri;}}\\pard Imi\\'ea i nazwisko U\\'bfytkownika: Jan\\par "
    b"\\trowd\\cellx3000\\cellx9000 Nazwa Urz\\'eadu\\cell \\'a3\\'b9ck\\cell\\row\\pard Tre\\'9c\\'e6 pytania: \\u261?\\par}"
)
FROM_HTML = (
    b"{\\rtf1\\ansi\\ansicpg1250\\fromhtml1 {\\*\\htmltag64 <p>}Tre\\'9c\\'e6\\htmlrtf {\\b\\htmlrtf0  pytania: x}}"
)
CLEARTEXT = (
    b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n" + FORM
    + b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQEzBAEB\r\n-----END PGP SIGNATURE-----\r\n"
)  # fmt: skip
HTML = b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"


def quoted_printable(page: str) -> bytes:
    return "".join(chr(byte) if byte < 127 and byte != 61 else f"={byte:02X}" for byte in page.encode()).encode()


def messages() -> dict[str, bytes]:
    """Name to message, in a fixed order; the bytes of signed ones differ from run to run."""
    made = {**_bodies(), **_containers()}
    for form in sorted((ROOT / "forms").iterdir()):
        made[f"blank {form.suffix}"] = with_file(form.name, form.read_bytes())
    for mail in sorted((ROOT / "tests" / "mails").rglob("*.eml")):
        made[mail.stem] = mail.read_bytes()
    return made


def _bodies() -> dict[str, bytes]:
    page = HTML + quoted_printable(f"<html><body><p>Dzień dobry</p>{PAGE_FORM}</body></html>")
    reply = b"In-Reply-To: <a@csizs.example>\r\n" + HEAD
    quote = b"\r\n\r\nW dniu 19.11.2026 o 10:12, Hot-line CSIZS pisze:\r\n> stare\r\n> nowe\r\n"
    return {
        "text": HEAD + TEXT,
        "page": HEAD + page,
        "alternative": multipart(TEXT, page, subtype="alternative"),
        "windows-1250": HEAD + b"Content-Type: text/plain\r\n\r\n" + FORM.decode().encode("cp1250"),
        "forwarded": HEAD + UTF8 + b"\r\n---------- Wiadomosc przekazana ---------\r\nOd: A <a@b.example>\r\n\r\n> "
        + FORM.replace(b"\r\n", b"\r\n> "),
        "reply": reply + UTF8 + b"\r\nTak, prosze.\r\n#zamknij" + quote,
        "flowed": HEAD + b"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n\r\n" + FORM,
        "cleartext": HEAD + UTF8 + b"\r\n" + CLEARTEXT,
        "signed by PGP": HEAD + UTF8 + b"\r\n" + pgp.armour(pgp.signed(FORM)),
        "armour": HEAD + b"\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA000\r\n-----END PGP MESSAGE-----\r\n",
        "uuencoded": HEAD + b"\r\nw zalaczeniu\r\nbegin 644 HOT-01.txt\r\n#0V%T\r\n`\r\nend\r\n",
        "many": HEAD + UTF8 + b"\r\n" + FORM * 3,
        "labels": HEAD + UTF8 + b"\r\n" + LABELS.encode() + b"................\r\n",
        "names": multipart(
            UTF8 + b"\r\n-",
            b"Content-Type: text/plain; name*0*=UTF-8''zg%C5%82; name*1=oszenie.txt\r\n"
            b'Content-Disposition: attachment; filename="=?utf-8?b?emfFgg==?=.txt"\r\n\r\n' + FORM,
        ),
    }  # fmt: skip


def _containers() -> dict[str, bytes]:
    letter = HEAD + TEXT
    inner = entity("mixed", UTF8 + b"\r\n-", attached("HOT-01.txt", FORM))
    packed = winmail({0x1009: (BINARY, rtf(FROM_HTML))}, [File("HOT-01.txt", FORM)], body=b"tekst")
    outlook = message(
        {0x1000: text("Zażółć"), 0x1009: (BINARY, rtf(RICH))},
        [{0x3707: text("HOT-01.txt"), 0x3701: (BINARY, FORM * 20)}],
        [("W środku", message({0x1000: text(FORM.decode())}))],
    )
    return {
        "zip": with_file("a.zip", zipped({"Zgłoszenie/HOT-01.txt": FORM, "b.zip": zipped({"c.txt": FORM})})),
        "message": multipart(UTF8 + b"\r\n-", b"Content-Type: message/rfc822\r\n\r\n" + letter),
        "message in base64": multipart(
            b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(letter)
        ),
        "eml": with_file("a.eml", with_file("b.eml", letter)),
        "signed": multipart(
            TEXT, attached("smime.p7s", detached(TEXT), "application/pkcs7-signature"), subtype="signed"
        ),
        "opaque": HEAD + attached("smime.p7m", opaque(inner), "application/pkcs7-mime; smime-type=signed-data"),
        "streamed": HEAD + attached("smime.p7m", streamed(inner), "application/x-pkcs7-mime"),
        "compressed": HEAD + attached("smime.p7m", compressed(inner), "application/pkcs7-mime"),
        "enveloped": HEAD + attached("smime.p7m", enveloped(inner), "application/pkcs7-mime"),
        "signed file": with_file("HOT-01.txt.p7m", opaque(FORM)),
        "winmail": with_file("winmail.dat", packed, "application/ms-tnef"),
        "rich winmail": with_file("winmail.dat", winmail({0x1009: (BINARY, rtf(RICH))}), "application/ms-tnef"),
        "winmail in winmail": with_file("winmail.dat", winmail(files=[attached_message("a", packed)])),
        "outlook": with_file("a.msg", compound(outlook)),
        "rtf": with_file("HOT-01.rtf", RICH, "application/rtf"),
        "signed in XML": with_file("HOT-01.txt.xades", xades(FORM), "application/xml"),
        "apple": with_file("HOT-01.txt", apple_single(FORM)),
    }
