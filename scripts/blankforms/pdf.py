"""The form as a fillable, tagged PDF of one page (ISO 32000-1: 12.7 forms, 14.8 tagged PDF; PDF/UA-1).

No scripts, since gateways stop mail that holds them, and no ``NeedAppearances``: each field has its (empty) appearance,
viewers draw anew what is typed, and a form that was signed stays as it was signed.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, Stream, String

from blankforms.content import (
    AUTHOR,
    DARK,
    DATE,
    DETAILS,
    DOCUMENT_TITLE,
    LINE,
    MADE_AT,
    PALE,
    QUESTION,
    REFERENCE,
    SUBJECT,
    SYSTEM,
    TITLE,
    USER_NAME,
    Entry,
)
from blankforms.pdffont import ENCODING, EmbeddedFont

_PAGE = (595.28, 841.89)
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.7, 538.58, 785.2, 56.7
_PRINT = 4
_MULTILINE = 1 << 12
# A size of 0 lets the viewer choose it, so that a long value shrinks and is seen, printed and scanned whole.
# The font is ours; "Wingdings" is only its name among the resources.  PDFium, which Chrome and Edge draw forms with, asks
# for each letter beyond ASCII whether the font of the field has it only where the font is so named (CPDF_BAFontMap); else
# it takes another font for Polish letters and leaves Polish quotation marks out.
_FIELD_FONT = "Wingdings"
_APPEARANCE = f"/{_FIELD_FONT} 0 Tf 0 g"
# Measures in points: between a frame and its field, the height of a field of one line, the rows.
_PAD = 3.0
_ONE_LINE = 18.0
_LINE_HEIGHT, _TWO_LINES_HEIGHT = 28.0, 38.0

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points."""


def pdf_form() -> bytes:
    """The PDF file; its streams are not compressed, for what that gives depends on the version of zlib."""
    with Pdf.new() as pdf:
        pdf.add_blank_page(page_size=_PAGE)
        sheet = _Sheet(pdf)
        _draw(sheet)
        sheet.finish()
        _describe(pdf)
        raw = BytesIO()
        pdf.save(
            raw,
            min_version="1.7",
            deterministic_id=True,
            compress_streams=False,
            object_stream_mode=ObjectStreamMode.disable,
        )
        return raw.getvalue()


def _draw(sheet: _Sheet) -> None:
    """The form from top to bottom, which is the order in which it is read aloud and walked through by Tab."""
    _draw_head(sheet, _TOP, _TOP - 56)
    top = _TOP - 70
    for entry in DETAILS:
        bottom = top - (_LINE_HEIGHT if entry is USER_NAME else _TWO_LINES_HEIGHT)
        _draw_detail(sheet, entry, top, bottom)
        top = bottom
    _draw_question(sheet, top - 14)


def _draw_head(sheet: _Sheet, top: float, bottom: float) -> None:
    title, marks, middle = _LEFT + 78, _RIGHT - 172, (top + bottom) / 2
    sheet.box((_LEFT, bottom, title, top), DARK)
    sheet.box((title, bottom, marks, top))
    sheet.box((marks, middle, _RIGHT, top))
    sheet.box((marks, bottom, _RIGHT, middle))
    sheet.centred("P", SYSTEM, 15, (_LEFT, bottom, title, top), "FFFFFF")
    sheet.centred("H1", TITLE, 15, (title, bottom, marks, top), DARK)
    for entry, low, high in ((DATE, middle, top), (REFERENCE, bottom, middle)):
        sheet.text("P", entry.label, 10, marks + 7, (low + high) / 2 - 3.5, DARK)
        sheet.field(entry, (marks + 40, low, _RIGHT, high))


def _draw_detail(sheet: _Sheet, entry: Entry, top: float, bottom: float) -> None:
    value = _LEFT + 168
    sheet.box((_LEFT, bottom, value, top), PALE)
    sheet.box((value, bottom, _RIGHT, top))
    sheet.text("P", entry.label, 10, _LEFT + 7, (top + bottom) / 2 - 3.5, DARK)
    sheet.field(entry, (value, bottom, _RIGHT, top), multiline=entry is not USER_NAME)


def _draw_question(sheet: _Sheet, top: float) -> None:
    bar = top - 24
    sheet.box((_LEFT, bar, _RIGHT, top), PALE)
    sheet.box((_LEFT, _BOTTOM, _RIGHT, bar))
    sheet.text("P", QUESTION.label, 10, _LEFT + 7, bar + 8.5, DARK)
    sheet.field(QUESTION, (_LEFT, _BOTTOM, _RIGHT, bar), multiline=True)


class _Sheet:
    """The page while it is drawn: lines and grounds are artifacts, texts and fields go into the structure in order."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._page = pdf.pages[0].obj
        self._bold = EmbeddedFont(pdf, "NotoSans-Bold", 140)
        self._regular = EmbeddedFont(pdf, "NotoSans-Regular", 88)
        self._artifacts: list[str] = []
        self._texts: list[str] = []
        self._widgets: list[Any] = []
        self._document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document))
        self._elements: list[Any] = []
        self._text_elements: list[Any] = []

    def box(self, box: Box, fill: str | None = None) -> None:
        """A frame, filled or not."""
        left, bottom, right, top = box
        ground = f"{_colour(fill)} rg " if fill else ""
        self._artifacts.append(
            f"{ground}{_colour(LINE)} RG 0.75 w {left:g} {bottom:g} {right - left:g} {top - bottom:g} re"
            f" {'B' if fill else 'S'}"
        )

    def centred(self, kind: str, text: str, size: float, box: Box, colour: str) -> None:
        """A text in the middle of a box."""
        left, bottom, right, top = box
        start = (left + right - self._bold.width(text, size)) / 2
        self.text(kind, text, size, start, (bottom + top) / 2 - 0.36 * size, colour)

    def text(self, kind: str, text: str, size: float, x: float, y: float, colour: str) -> None:
        """A bold text from a place on, as an element of the structure."""
        mark = len(self._texts)
        octets = text.encode(ENCODING).hex()
        self._texts.append(
            f"/{kind} <</MCID {mark}>> BDC BT {_colour(colour)} rg /Bold {size:g} Tf {x:.2f} {y:.2f} Td <{octets}> Tj ET EMC"
        )
        element = self._element(kind, mark)
        element.Pg = self._page
        self._text_elements.append(element)

    def field(self, entry: Entry, box: Box, *, multiline: bool = False) -> None:
        """A text field within a box, under the name that a screen reader says."""
        left, bottom, right, top = box
        pad = _PAD if multiline else (top - bottom - _ONE_LINE) / 2
        place = [round(edge, 2) for edge in (left + _PAD, bottom + pad, right - _PAD, top - pad)]
        widget = self._pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T=String(entry.key),
                TU=String(entry.description),
                Rect=Array(place),
                F=_PRINT,
                Ff=_MULTILINE if multiline else 0,
                DA=String(_APPEARANCE),
                P=self._page,
                # The tree of parents counts the page's own texts as 0.
                StructParent=len(self._widgets) + 1,
            )
        )
        widget.AP = Dictionary(N=self._empty_appearance(place[2] - place[0], place[3] - place[1]))
        self._widgets.append(widget)
        self._element("Form", Dictionary(Type=Name.OBJR, Obj=widget, Pg=self._page))

    def finish(self) -> None:
        """Put the page, the form and the structure together."""
        root = self._pdf.Root
        content = "\n".join(("/Artifact BMC q", *self._artifacts, "Q EMC", *self._texts))
        self._page.Contents = self._pdf.make_indirect(Stream(self._pdf, content.encode("ascii")))
        fonts = Dictionary(Bold=self._bold.reference)
        self._page.Resources = Dictionary(Font=fonts)
        self._page.Annots = Array(self._widgets)
        self._page.Tabs = Name.S
        self._page.StructParents = 0
        root.AcroForm = Dictionary(
            Fields=Array(self._widgets), DA=String(_APPEARANCE), DR=Dictionary(Font=self._field_fonts())
        )
        root.StructTreeRoot = self._structure()

    def _structure(self) -> Any:
        forms = [element for element in self._elements if str(element.S) == "/Form"]
        numbers: list[Any] = [0, Array(self._text_elements)]
        for at, element in enumerate(forms, start=1):
            numbers += [at, element]
        tree = self._pdf.make_indirect(
            Dictionary(
                Type=Name.StructTreeRoot,
                K=self._document,
                ParentTree=self._pdf.make_indirect(Dictionary(Nums=Array(numbers))),
                ParentTreeNextKey=len(forms) + 1,
            )
        )
        self._document.P = tree
        self._document.K = Array(self._elements)
        return tree

    def _element(self, kind: str, content: Any) -> Any:
        element = self._pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name(f"/{kind}"), P=self._document, K=content)
        )
        self._elements.append(element)
        return element

    def _empty_appearance(self, width: float, height: float) -> Any:
        return self._pdf.make_indirect(
            Stream(
                self._pdf,
                b"/Tx BMC EMC",
                Type=Name.XObject,
                Subtype=Name.Form,
                BBox=Array([0, 0, round(width, 2), round(height, 2)]),
                Resources=Dictionary(Font=self._field_fonts()),
            )
        )

    def _field_fonts(self) -> Dictionary:
        return Dictionary({f"/{_FIELD_FONT}": self._regular.reference})


def _colour(name: str) -> str:
    """Six hexadecimal digits as three parts of one."""
    return " ".join(f"{octet / 255:.3f}" for octet in bytes.fromhex(name))


def _describe(pdf: Pdf) -> None:
    """What the file tells of itself: language, title, that it is tagged."""
    root = pdf.Root
    root.Lang = String("pl-PL")
    root.MarkInfo = Dictionary(Marked=True)
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    root.Metadata = pdf.make_indirect(Stream(pdf, _metadata().encode("utf-8"), Type=Name.Metadata, Subtype=Name.XML))
    moment = String(f"{MADE_AT:D:%Y%m%d%H%M%SZ}")
    pdf.docinfo = pdf.make_indirect(
        Dictionary(
            Title=String(DOCUMENT_TITLE),
            Author=String(AUTHOR),
            Subject=String(SUBJECT),
            CreationDate=moment,
            ModDate=moment,
        )
    )


def _metadata() -> str:
    """The same in XMP, with the mark of PDF/UA-1 (ISO 14289-1, 5)."""
    moment = f"{MADE_AT:%Y-%m-%dT%H:%M:%SZ}"

    def in_polish(text: str) -> str:
        return f'<rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt>'

    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
        f"<dc:title>{in_polish(DOCUMENT_TITLE)}</dc:title><dc:description>{in_polish(SUBJECT)}</dc:description>"
        f"<dc:creator><rdf:Seq><rdf:li>{AUTHOR}</rdf:li></rdf:Seq></dc:creator>"
        "<dc:language><rdf:Bag><rdf:li>pl-PL</rdf:li></rdf:Bag></dc:language>"
        f"<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>"
        "<pdfuaid:part>1</pdfuaid:part></rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    )
