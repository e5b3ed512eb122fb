"""The form as an OpenDocument text (OASIS ODF 1.2): placeholders that a click marks and the first letter replaces.

Placeholders are of the standard and as old as the format, so every office program knows them; content controls are an
extension that only the newest know.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from blankforms.content import (
    AUTHOR,
    DARK,
    DATE,
    DATE_PROMPT,
    DETAILS,
    DOCUMENT_TITLE,
    HEAD,
    LINE,
    MADE_AT,
    PALE,
    QUESTION,
    SUBJECT,
    SYSTEM,
    TEXT_PROMPT,
    TITLE,
    Entry,
)
from blankforms.package import packed

_TYPE = "application/vnd.oasis.opendocument.text"
_URN = "urn:oasis:names:tc:opendocument:xmlns"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMES = {
    "office": "office", "style": "style", "text": "text", "table": "table", "fo": "xsl-fo-compatible",
    "svg": "svg-compatible", "meta": "meta",
}  # fmt: skip
_SPACES = " ".join(f'xmlns:{prefix}="{_URN}:{name}:1.0"' for prefix, name in _NAMES.items())
_ROOT = f'{_SPACES} xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"'
_WIDTH_OF_HEAD = (2.75, 7.9, 6.35)
_WIDTH_OF_DETAILS = (5.6, 11.4)
_WIDTH_OF_QUESTION = (17.0,)


def opendocument_form() -> bytes:
    """The ODT file; the type goes first and unpacked, so that programs know the file by its first octets."""
    return packed(
        {
            "mimetype": _TYPE,
            "META-INF/manifest.xml": _manifest("content.xml", "styles.xml", "meta.xml"),
            "content.xml": _content(),
            "styles.xml": _styles(),
            "meta.xml": _meta(),
        }
    )


def _content() -> str:
    automatic = "".join(
        (
            _columns("Head", _WIDTH_OF_HEAD),
            _columns("Details", _WIDTH_OF_DETAILS),
            _columns("Question", _WIDTH_OF_QUESTION),
            _row_style("HeadRow", 1.9),
            _row_style("DetailsRow", 1.1),
            _row_style("LabelRow", 0.8),
            _row_style("SpaceRow", 17.8),
            _cell_style("SystemCell", fill=DARK),
            _cell_style("LabelCell", fill=PALE),
            _cell_style("ValueCell"),
            _cell_style("SpaceCell", at="top"),
        )
    )
    body = _head() + _paragraph("Gap", "") + _details() + _paragraph("Gap", "") + _question() + _paragraph("Last", "")
    return (
        f"{_DECLARATION}<office:document-content {_ROOT}>"
        f"<office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )


# the three tables


def _head() -> str:
    title = f'<text:h text:style-name="Title" text:outline-level="1">{escape(TITLE)}</text:h>'
    marks = "".join(_paragraph("Mark", _labelled(entry)) for entry in HEAD)
    cells = (
        _cell("SystemCell", _paragraph("System", escape(SYSTEM))),
        _cell("ValueCell", title),
        _cell("ValueCell", marks),
    )
    return _table("Head", "Nagłówek formularza", len(_WIDTH_OF_HEAD), _row("HeadRow", *cells))


def _details() -> str:
    rows = "".join(
        _row(
            "DetailsRow",
            _cell("LabelCell", _paragraph("Label", escape(entry.label))),
            _cell("ValueCell", _paragraph("Standard", _placeholder(entry))),
        )
        for entry in DETAILS
    )
    return _table("Details", "Dane Użytkownika", len(_WIDTH_OF_DETAILS), rows)


def _question() -> str:
    label = _row("LabelRow", _cell("LabelCell", _paragraph("Label", escape(QUESTION.label))))
    space = _row("SpaceRow", _cell("SpaceCell", _paragraph("Standard", _placeholder(QUESTION))))
    return _table("Question", QUESTION.name, len(_WIDTH_OF_QUESTION), label + space)


def _table(style: str, name: str, columns: int, rows: str) -> str:
    widths = "".join(f'<table:table-column table:style-name="{style}{at}"/>' for at in range(columns))
    title = f"<table:title>{escape(name)}</table:title>"
    return f'<table:table table:name={quoteattr(name)} table:style-name="{style}">{title}{widths}{rows}</table:table>'


def _row(style: str, *cells: str) -> str:
    return f'<table:table-row table:style-name="{style}">{"".join(cells)}</table:table-row>'


def _cell(style: str, content: str) -> str:
    return f'<table:table-cell table:style-name="{style}" office:value-type="string">{content}</table:table-cell>'


def _paragraph(style: str, content: str) -> str:
    return f'<text:p text:style-name="{style}">{content}</text:p>'


def _labelled(entry: Entry) -> str:
    return f'<text:span text:style-name="LabelText">{escape(entry.label)}</text:span> {_placeholder(entry)}'


def _placeholder(entry: Entry) -> str:
    prompt = DATE_PROMPT if entry is DATE else TEXT_PROMPT
    return (
        f'<text:placeholder text:placeholder-type="text" text:description={quoteattr(entry.description)}>'
        f"&lt;{escape(prompt)}&gt;</text:placeholder>"
    )


# styles of tables, which belong to the content


def _columns(name: str, widths: tuple[float, ...]) -> str:
    table = (
        f'<style:style style:name="{name}" style:family="table"><style:table-properties style:width="{sum(widths):g}cm"'
        ' table:align="center" table:border-model="collapsing"/></style:style>'
    )
    return table + "".join(
        f'<style:style style:name="{name}{at}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width:g}cm"/></style:style>'
        for at, width in enumerate(widths)
    )


def _row_style(name: str, height: float) -> str:
    return (
        f'<style:style style:name="{name}" style:family="table-row">'
        f'<style:table-row-properties style:min-row-height="{height:g}cm" fo:keep-together="auto"/></style:style>'
    )


def _cell_style(name: str, *, fill: str | None = None, at: str = "middle") -> str:
    shade = f' fo:background-color="#{fill}"' if fill else ""
    return (
        f'<style:style style:name="{name}" style:family="table-cell"><style:table-cell-properties'
        f' style:vertical-align="{at}"{shade} fo:border="0.75pt solid #{LINE}" fo:padding-left="0.2cm"'
        ' fo:padding-right="0.2cm" fo:padding-top="0.1cm" fo:padding-bottom="0.1cm"/></style:style>'
    )


# the other parts


def _manifest(*members: str) -> str:
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>' for name in members
    )
    return (
        f'{_DECLARATION}<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="{_TYPE}"/>'
        f"{entries}</manifest:manifest>"
    )


def _meta() -> str:
    moment = f"{MADE_AT:%Y-%m-%dT%H:%M:%S}"
    return (
        f"{_DECLARATION}<office:document-meta {_ROOT}><office:meta><dc:title>{DOCUMENT_TITLE}</dc:title>"
        f"<dc:subject>{SUBJECT}</dc:subject><meta:initial-creator>{AUTHOR}</meta:initial-creator>"
        f"<dc:creator>{AUTHOR}</dc:creator><meta:creation-date>{moment}</meta:creation-date><dc:date>{moment}</dc:date>"
        "<dc:language>pl-PL</dc:language></office:meta></office:document-meta>"
    )


def _styles() -> str:
    looks = "".join(
        (
            _look("Title", 'fo:text-align="center"', _letters(15, DARK), outline=' style:default-outline-level="1"'),
            _look("System", 'fo:text-align="center"', _letters(14, "FFFFFF")),
            _look("Mark", 'fo:margin-top="0.04cm" fo:margin-bottom="0.04cm"', 'fo:font-size="9.5pt"'),
            _look("Label", "", _letters(10, DARK)),
            _look("Gap", "", 'fo:font-size="7pt"'),
            _look("Last", "", 'fo:font-size="1pt"'),
        )
    )
    return (
        f"{_DECLARATION}<office:document-styles {_ROOT}>"
        '<office:font-face-decls><style:font-face style:name="Arial"'
        ' svg:font-family="Arial, \'Liberation Sans\', sans-serif" style:font-family-generic="swiss"/>'
        '</office:font-face-decls><office:styles><style:default-style style:family="paragraph"><style:text-properties'
        ' style:font-name="Arial" fo:font-size="10.5pt" fo:language="pl" fo:country="PL"/></style:default-style>'
        f'<style:style style:name="Standard" style:family="paragraph" style:class="text"/>{looks}'
        '<style:style style:name="LabelText" style:family="text"><style:text-properties fo:font-weight="bold"'
        f' fo:color="#{DARK}"/></style:style></office:styles><office:automatic-styles>'
        '<style:page-layout style:name="Page"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"'
        ' style:print-orientation="portrait" fo:margin="2cm"/></style:page-layout></office:automatic-styles>'
        '<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="Page"/>'
        "</office:master-styles></office:document-styles>"
    )


def _look(name: str, paragraph: str, letters: str, outline: str = "") -> str:
    return (
        f'<style:style style:name="{name}" style:family="paragraph" style:parent-style-name="Standard"{outline}>'
        f"<style:paragraph-properties {paragraph}/><style:text-properties {letters}/></style:style>"
    )


def _letters(points: int, colour: str) -> str:
    return f'fo:font-size="{points}pt" fo:font-weight="bold" fo:color="#{colour}"'
