"""The form as a Word document with content controls (ECMA-376, part 1): a click on a prompt, and one types.

Controls are named by alias and tag and cannot be deleted by mistake.  The document is not protected: an office may add
its letterhead or a signature.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from blankforms.content import (
    AUTHOR,
    CONTACT,
    DARK,
    DATE,
    DATE_PROMPT,
    DETAILS,
    DOCUMENT_TITLE,
    LINE,
    MADE_AT,
    OFFICE,
    PALE,
    PROMPT,
    QUESTION,
    REFERENCE,
    SUBJECT,
    SYSTEM,
    TEXT_PROMPT,
    TITLE,
    USER_NAME,
    Entry,
)
from blankforms.package import packed

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Widths in twentieths of a point; each table is 17 cm wide, as the text of the page.
_WIDTH_OF_HEAD = (1560, 4478, 3600)
_WIDTH_OF_DETAILS = (3175, 6463)
_WIDTH_OF_QUESTION = (9638,)
_TEXT_KIND = "<w:text/>"
# A control without a kind holds rich text.  One of plain text with several lines loses their ends in LibreOffice 7.4,
# which joins them without a space; and Enter, lists and pictures are what people expect where they write a lot.
_LINES_KIND = ""
_DATE_KIND = (
    '<w:date><w:dateFormat w:val="dd.MM.yyyy"/><w:lid w:val="pl-PL"/><w:storeMappedDataAs w:val="dateTime"/>'
    '<w:calendar w:val="gregorian"/></w:date>'
)
_IDENTITIES = {entry: 2026001 + at for at, entry in enumerate((DATE, REFERENCE, USER_NAME, OFFICE, CONTACT, QUESTION))}


def word_form() -> bytes:
    """The DOCX file."""
    return packed(
        {
            "[Content_Types].xml": _content_types(),
            "_rels/.rels": _relations(
                (f"{_OFFICE}/officeDocument", "word/document.xml"),
                (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ),
            "docProps/core.xml": _properties(),
            "word/_rels/document.xml.rels": _relations(
                (f"{_OFFICE}/styles", "styles.xml"), (f"{_OFFICE}/settings", "settings.xml")
            ),
            "word/document.xml": _part("document", f"<w:body>{_head()}{_details()}{_question()}{_page()}</w:body>"),
            "word/settings.xml": _part("settings", _SETTINGS),
            "word/styles.xml": _part("styles", _STYLES),
        }
    )


# the three tables


def _head() -> str:
    title = _paragraph("Title", _run(TITLE))
    marks = _paragraph("Mark", _labelled(DATE)) + _paragraph("Mark", _labelled(REFERENCE))
    cells = (
        _cell(_WIDTH_OF_HEAD[0], _paragraph("System", _run(SYSTEM)), fill=DARK),
        _cell(_WIDTH_OF_HEAD[1], title),
        _cell(_WIDTH_OF_HEAD[2], marks),
    )
    return _table("Nagłówek formularza", _WIDTH_OF_HEAD, _row(cells, 1080)) + _gap()


def _details() -> str:
    rows = "".join(
        _row(
            (
                _cell(_WIDTH_OF_DETAILS[0], _paragraph("Label", _run(entry.label)), fill=PALE),
                _cell(_WIDTH_OF_DETAILS[1], _paragraph("Normal", _control(entry))),
            ),
            624,
        )
        for entry in DETAILS
    )
    return _table("Dane Użytkownika", _WIDTH_OF_DETAILS, rows) + _gap()


def _question() -> str:
    (width,) = _WIDTH_OF_QUESTION
    label = _row((_cell(width, _paragraph("Label", _run(QUESTION.label)), fill=PALE),), 454)
    space = _row((_cell(width, _paragraph("Normal", _control(QUESTION)), at="top"),), 10100)
    return _table(QUESTION.name, _WIDTH_OF_QUESTION, label + space)


def _table(name: str, widths: tuple[int, ...], rows: str) -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="Form"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0080" w:firstRow="0" w:lastRow="0" w:firstColumn="1"'
        ' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{escape(name)}"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>'
    )


def _row(cells: tuple[str, ...], height: int) -> str:
    return f'<w:tr><w:trPr><w:trHeight w:val="{height}" w:hRule="atLeast"/></w:trPr>{"".join(cells)}</w:tr>'


def _cell(width: int, content: str, *, fill: str | None = None, at: str = "center") -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="{at}"/></w:tcPr>{content}</w:tc>'


# what stands in the cells


def _paragraph(style: str, content: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p>'


def _gap() -> str:
    """Without a paragraph between them Word makes one table of two."""
    return _paragraph("Gap", "")


def _run(text: str, style: str = "") -> str:
    look = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _labelled(entry: Entry) -> str:
    return _run(f"{entry.label} ", "LabelText") + _control(entry)


def _control(entry: Entry) -> str:
    """An untouched content control; the order of its properties is that of the schema."""
    kind = {DATE: _DATE_KIND, QUESTION: _LINES_KIND}.get(entry, _TEXT_KIND)
    prompt = DATE_PROMPT if entry is DATE else TEXT_PROMPT
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="{escape(entry.name)}"/><w:tag w:val="{entry.key}"/>'
        f'<w:id w:val="{_IDENTITIES[entry]}"/><w:lock w:val="sdtLocked"/><w:showingPlcHdr/>{kind}</w:sdtPr>'
        f"<w:sdtContent>{_run(prompt, 'PlaceholderText')}</w:sdtContent></w:sdt>"
    )


def _page() -> str:
    """What follows a table must be a paragraph; this one takes next to no room."""
    return (
        _paragraph("Last", "") + '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567"'
        ' w:gutter="0"/></w:sectPr>'
    )


# the other parts


def _part(root: str, content: str) -> str:
    return f'{_DECLARATION}<w:{root} xmlns:w="{_W}">{content}</w:{root}>'


def _content_types() -> str:
    parts = {
        "/word/document.xml": f"{_TYPES}.document.main+xml",
        "/word/settings.xml": f"{_TYPES}.settings+xml",
        "/word/styles.xml": f"{_TYPES}.styles+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    overrides = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts.items())
    return (
        f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _properties() -> str:
    moment = f"{MADE_AT:%Y-%m-%dT%H:%M:%SZ}"
    return (
        f'{_DECLARATION}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{DOCUMENT_TITLE}</dc:title><dc:subject>{SUBJECT}</dc:subject><dc:creator>{AUTHOR}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified><dc:language>pl-PL</dc:language>'
        "</cp:coreProperties>"
    )


# Without the version of compatibility Word opens a document as one of Word 2007.
_SETTINGS = (
    '<w:zoom w:percent="100"/><w:defaultTabStop w:val="708"/><w:characterSpacingControl w:val="doNotCompress"/>'
    '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
    ' w:val="15"/></w:compat><w:themeFontLang w:val="pl-PL"/>'
)


def _style(kind: str, name: str, shown: str, *properties: str, base: str = "") -> str:
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    standard = ' w:default="1"' if name in ("Normal", "TableNormal") else ""
    custom = ' w:customStyle="1"' if name in ("System", "Mark", "Label", "LabelText", "Gap", "Last", "Form") else ""
    return (
        f'<w:style w:type="{kind}"{standard}{custom} w:styleId="{name}"><w:name w:val="{shown}"/>{based}'
        f"<w:qFormat/>{''.join(properties)}</w:style>"
    )


def _spaced(before: int, after: int, *, centred: bool = False, outline: bool = False) -> str:
    middle = '<w:jc w:val="center"/>' if centred else ""
    level = '<w:outlineLvl w:val="0"/>' if outline else ""
    return f'<w:pPr><w:spacing w:before="{before}" w:after="{after}" w:line="240" w:lineRule="auto"/>{middle}{level}</w:pPr>'


def _look(half_points: int, *, bold: bool = False, colour: str = "") -> str:
    weight = "<w:b/><w:bCs/>" if bold else ""
    tint = f'<w:color w:val="{colour}"/>' if colour else ""
    return f'<w:rPr>{weight}{tint}<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/></w:rPr>'


def _borders(*sides: str) -> str:
    lines = "".join(f'<w:{side} w:val="single" w:sz="6" w:space="0" w:color="{LINE}"/>' for side in sides)
    return f"<w:tblBorders>{lines}</w:tblBorders>"


_MARGINS = (
    '<w:tblCellMar><w:top w:w="57" w:type="dxa"/><w:left w:w="113" w:type="dxa"/><w:bottom w:w="57" w:type="dxa"/>'
    '<w:right w:w="113" w:type="dxa"/></w:tblCellMar>'
)
_DEFAULTS = (
    '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/>'
    '<w:sz w:val="21"/><w:szCs w:val="21"/><w:lang w:val="pl-PL" w:eastAsia="pl-PL" w:bidi="ar-SA"/></w:rPr>'
    "</w:rPrDefault><w:pPrDefault/></w:docDefaults>"
)
_STYLES = "".join(
    (
        _DEFAULTS,
        _style("paragraph", "Normal", "Normal", _spaced(0, 0)),
        _style("paragraph", "Title", "Title", _spaced(0, 0, centred=True, outline=True), _look(30, bold=True, colour=DARK), base="Normal"),
        _style("paragraph", "System", "Nazwa systemu", _spaced(0, 0, centred=True), _look(28, bold=True, colour="FFFFFF"), base="Normal"),
        _style("paragraph", "Mark", "Data i znak", _spaced(20, 20), _look(19), base="Normal"),
        _style("paragraph", "Label", "Nazwa pola", _spaced(0, 0), _look(20, bold=True, colour=DARK), base="Normal"),
        _style("paragraph", "Gap", "Odstęp", _spaced(0, 0), _look(14), base="Normal"),
        _style("paragraph", "Last", "Koniec", _spaced(0, 0), _look(2), base="Normal"),
        _style("character", "LabelText", "Nazwa pola w wierszu", f'<w:rPr><w:b/><w:bCs/><w:color w:val="{DARK}"/></w:rPr>'),
        _style("character", "PlaceholderText", "Placeholder Text", f'<w:rPr><w:color w:val="{PROMPT}"/></w:rPr>'),
        _style("table", "TableNormal", "Normal Table"),
        _style("table", "Form", "Formularz", "<w:tblPr>", _borders("top", "left", "bottom", "right", "insideH", "insideV"), _MARGINS, "</w:tblPr>", base="TableNormal"),
    )
)  # fmt: skip
