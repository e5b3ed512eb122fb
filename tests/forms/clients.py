"""The ways in which mail programs write what a person has written: pages, quotes, forwards, line ends."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Sequence
from html import escape

from forms.layouts import ORDER, Choose, Filled, header_lines, label

PAGES = {
    "outlook": '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0cm;} -->'
    '</style></head><body lang=PL link="#0563C1"><div class=WordSection1>%s</div></body></html>',
    "outlook on the web": '<html><head><style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} '
    '</style></head><body dir="ltr">%s</body></html>',
    "gmail": '<div dir="ltr">%s</div>',
    "thunderbird": '<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html; charset=UTF-8"></head>'
    "<body>%s</body></html>",
    "apple": '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
    '<body style="overflow-wrap: break-word;">%s</body></html>',
    "roundcube": "<html><head></head><body style='font-size: 10pt; font-family: Verdana'>%s</body></html>",
    "phone": '<div dir="auto">%s</div>',
}
_PARAGRAPHS = {
    "outlook": "<p class=MsoNormal><span style='font-family:\"Calibri\",sans-serif'>%s<o:p></o:p></span></p>",
    "outlook on the web": '<div class="elementToProof" style="font-family: Aptos">%s</div>',
    "gmail": "<div>%s</div>",
    "thunderbird": "<p>%s</p>",
    "apple": '<div><span style="font-family: Helvetica;">%s</span></div>',
    "roundcube": "<p><span style='font-size:10pt'>%s</span></p>",
    "phone": '<div dir="auto">%s</div>',
}
_HEADS = {
    "gmail": '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Wiadomość przekazana ---------<br>'
    "Od: <b>Anna Zając</b> &lt;a.zajac@ug.example&gt;<br>Date: pt., 5 lut 2027 o 08:11<br>Subject: HOT-01<br>"
    "To: &lt;biuro@ug.example&gt;<br></div><br><br>%s</div>",
    "outlook": "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>"
    "<b>From:</b> Anna Zając &lt;a.zajac@ug.example&gt;<br><b>Sent:</b> Friday, February 5, 2027 8:11 AM<br>"
    "<b>To:</b> biuro@ug.example<br><b>Subject:</b> HOT-01</p></div><p class=MsoNormal>&nbsp;</p>%s",
    "thunderbird": '<div class="moz-forward-container"><br><br>-------- Przekazana wiadomość --------'
    '<table class="moz-email-headers-table"><tbody><tr><th>Temat: </th><td>HOT-01</td></tr><tr><th>Data: </th>'
    "<td>Fri, 5 Feb 2027 08:11:00 +0100</td></tr><tr><th>Nadawca: </th><td>Anna Zając &lt;a.zajac@ug.example&gt;</td>"
    "</tr><tr><th>Adresat: </th><td>biuro@ug.example</td></tr></tbody></table><br><br>%s</div>",
    "apple": '<div><br><blockquote type="cite"><div>Początek przekazywanej wiadomości:</div><br><div><b>Od: </b>Anna'
    " Zając &lt;a.zajac@ug.example&gt;<br></div><div><b>Temat: HOT-01</b><br></div><div><b>Data: </b>5 lutego 2027"
    "<br></div><div><b>Do: </b>biuro@ug.example<br></div><br><div>%s</div></blockquote></div>",
    "outlook on the web": '<hr style="display:inline-block;width:98%%"><div id="divRplyFwdMsg" dir="ltr"><font><b>Od:</b>'
    " Anna Zając &lt;a.zajac@ug.example&gt;<br><b>Wysłane:</b> piątek, 5 lutego 2027 08:11<br><b>Do:</b>"
    " biuro@ug.example<br><b>Temat:</b> HOT-01</font><div>&nbsp;</div></div><div>%s</div>",
}
SEPARATORS = (
    ("---------- Wiadomość przekazana ---------\nOd: Anna Zając <a@ug.example>\nDate: pt., 5 lut 2027 o 08:11\n"
    "Subject: HOT-01\nTo: <biuro@ug.example>\n\n\n"),
    ("-------- Przekazana wiadomość --------\nTemat: \tHOT-01\nData: \tFri, 5 Feb 2027 08:11:00 +0100\n"
    "Nadawca: \tAnna Zając <a@ug.example>\nAdresat: \tbiuro@ug.example\n\n\n"),
    ("-----Original Message-----\nFrom: Anna Zając <a@ug.example>\nSent: Friday, February 5, 2027 8:11 AM\n"
    "To: biuro@ug.example\nSubject: HOT-01\n\n"),
    ("________________________________\nOd: Anna Zając <a@ug.example>\nWysłane: piątek, 5 lutego 2027 08:11\n"
    "Do: Biuro <biuro@ug.example>\nTemat: HOT-01\n\n"),
    ("Początek przekazywanej wiadomości:\n\nOd: Anna Zając <a@ug.example>\nTemat: HOT-01\nData: 5 lutego 2027 08:11 CET\n"
    "Do: biuro@ug.example\n\n"),
    ('------ Wiadomość oryginalna ------\nOd: "Anna Zając" <a@ug.example>\nDo: biuro@ug.example\n'
    "Data: 2027-02-05 08:11:00\nTemat: HOT-01\n\n"),
)  # fmt: skip
SIGNATURES = (
    "", "\nZ poważaniem\nAdam Zając\nUrząd: inny\ntel.: 22 999 88 77", "\n-- \nAdam Zając\nNazwa Urzędu: inny",
    "\nZ góry dziękuję.", "\nZ góry dziękuję za szybką odpowiedź\nAdam Zając", "\nDziękuję i pozdrawiam\nAdam",
    "\nPozdrawiam serdecznie / Best regards\nAdam Zając", "\nWysłane z mojego telefonu Huawei",
    "\nz wyrazami szacunku\nAdam Zając\nGłówny specjalista",
)  # fmt: skip
SHAPES = ("beside", "inside", "below", "numbered", "one cell", "list", "definitions", "controls", "rows of tables")


def page_of(form: Filled, client: str, shape: str, choose: Choose) -> str:
    """The form as a table or list in a client's page, without the page's frame."""
    head = "".join(_paragraph(client, line) for line in header_lines(form, choose))
    labels = {field: escape(label(field, choose)) for field in ORDER}
    values = {field: getattr(form, field) or "" for field in ORDER}
    shown = {field: _value(client, text, choose) for field, text in values.items()}
    match shape:
        case "one cell":
            inside = "".join(
                _paragraph(client, "") + f"<b>{labels[field]}:</b> {_lines(values[field])}" for field in ORDER
            )
            return f"<table border=1><tr><td>{head}{inside}</td></tr></table>"
        case "list":
            return f"{head}<ol>{''.join(f'<li><b>{labels[f]}:</b> {_lines(values[f])}</li>' for f in ORDER)}</ol>"
        case "definitions":
            return f"{head}<dl>{''.join(f'<dt>{labels[field]}</dt><dd>{shown[field]}</dd>' for field in ORDER)}</dl>"
        case "controls":
            return head + "".join(
                f"<label>{labels[field]}</label><textarea>{escape(values[field])}</textarea><br>" for field in ORDER
            )
        case "rows of tables":
            rows = (f"<td>{labels[field]}</td><td>{shown[field]}</td>" for field in ORDER)
            return head + "".join(f"<table><tr>{row}</tr></table><br>" for row in rows)
    rows = (row for number, field in enumerate(ORDER, 1) for row in _rows(shape, number, labels[field], shown[field]))
    return f"{head}<table border=1><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"


def _rows(shape: str, number: int, named: str, shown: str) -> tuple[str, ...]:
    if shape == "beside":
        return (f"<td><b>{named}:</b></td><td>{shown}</td>",)
    if shape == "inside":
        return (f"<td>{named}:<br>{shown}</td>",)
    if shape == "numbered":
        return (f"<td>{number}.</td><td>{named}</td><td>{shown}</td>",)
    return (f"<td>{named}</td>", f"<td>{shown}</td>")


def _lines(text: str) -> str:
    return "<br>".join(escape(line, quote=False) for line in text.split("\n"))


def _paragraph(client: str, line: str) -> str:
    return _PARAGRAPHS[client] % (escape(line, quote=False) or "<br>")


def _value(client: str, text: str, choose: Choose) -> str:
    return _lines(text) if choose((True, False)) else paragraphs(client, text)


def paragraphs(client: str, text: str) -> str:
    """A text as a client writes it, a paragraph a line."""
    return "".join(_paragraph(client, line) for line in text.split("\n"))


def forwarded_page(client: str, inside: str) -> str:
    """A page's content as a client sends it on."""
    return (
        _HEADS[client] % inside.replace("%", "%%") if "%%" in _HEADS[client] else _HEADS[client].replace("%s", inside)
    )


FORWARDING = tuple(_HEADS)


def quoted(lines: Sequence[str]) -> list[str]:
    """The lines as a client quotes them."""
    return [f"> {line}" if line else ">" for line in lines]


def flowed(lines: Sequence[str], width: int = 72) -> list[str]:
    """The lines broken softly (RFC 3676)."""
    broken: list[str] = []
    for line in lines:
        rest = line if line == "-- " else line.rstrip()
        while len(rest) > width and " " in rest[:width]:
            place = rest.rindex(" ", 0, width) + 1
            broken.append(rest[:place])
            rest = rest[place:]
        broken.append(f" {rest}" if rest.startswith((" ", ">", "From ")) else rest)
    return broken


def message(text: str, content_type: str, encoding: str, *, charset: str = "utf-8", subject: str = "HOT-01") -> bytes:
    """A mail with one body in the transfer encoding asked for."""
    raw = text.replace("\n", "\r\n").encode(charset)
    bodies = {
        "8bit": raw,
        "base64": base64.encodebytes(raw).replace(b"\n", b"\r\n"),
        "quoted-printable": quopri.encodestring(text.encode(charset)).replace(b"\n", b"\r\n"),
    }
    head = (
        f"From: kto@ug.pcim.example\r\nTo: hotline@csizs.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: {content_type}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode("ascii") + bodies[encoding]
