"""The blank forms of the checkout, filled as the programs of people fill them, without any code that made or reads them."""

from __future__ import annotations

import ctypes
import zipfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from io import BytesIO
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
from forms.layouts import Filled
from lxml import etree
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

FOLDER = Path(__file__).resolve().parents[2] / "forms"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
KEYS = ("data", "znak", "imie_i_nazwisko", "nazwa_urzedu", "kontakt", "tresc_pytania")


def blank(suffix: str) -> bytes:
    return (FOLDER / f"HOT-01.{suffix}").read_bytes()


def values_of(form: Filled) -> dict[str, str]:
    """The filled fields by the names that the files give them."""
    written = (form.date, form.reference, form.user_name, form.office, form.contact, form.question)
    return {key: value for key, value in zip(KEYS, written, strict=True) if value}


def word(form: Filled) -> bytes:
    """As Word where lines end by Shift and Enter: a prompt gives way to what is typed, a line ends by a break."""
    return _word(form, _type_into)


def word_with_paragraphs(form: Filled) -> bytes:
    """As Word where lines end by Enter: the control of the question then goes around the paragraphs."""
    return _word(form, _type_paragraphs)


def _word(form: Filled, typed: Callable[[etree._Element, str], None]) -> bytes:
    def change(root: etree._Element) -> None:
        values = values_of(form)
        for control in list(root.iter(f"{W}sdt")):
            properties = control.find(f"{W}sdtPr")
            value = values.get(properties.find(f"{W}tag").get(f"{W}val"))
            if value is not None:
                properties.remove(properties.find(f"{W}showingPlcHdr"))
                typed(control, value)

    return _changed(blank("docx"), "word/document.xml", change)


def _type_into(control: etree._Element, value: str) -> None:
    control.find(f"{W}sdtContent")[:] = [_word_run(value)]


def _type_paragraphs(control: etree._Element, value: str) -> None:
    _type_into(control, value)
    if "\n" not in value:
        return
    paragraph = control.getparent()
    paragraph.getparent().replace(paragraph, control)
    content = control.find(f"{W}sdtContent")
    content.clear()
    for line in value.split("\n"):
        following = etree.SubElement(content, f"{W}p")
        following.append(deepcopy(paragraph.find(f"{W}pPr")))
        following.append(_word_run(line))


def _word_run(value: str) -> etree._Element:
    run = etree.Element(f"{W}r")
    for index, line in enumerate(value.split("\n")):
        if index:
            etree.SubElement(run, f"{W}br")
        text = etree.SubElement(run, f"{W}t")
        text.set(XML_SPACE, "preserve")
        text.text = line
    return run


def opendocument(form: Filled) -> bytes:
    """As LibreOffice: the placeholder is replaced, Enter makes a paragraph."""

    def change(root: etree._Element) -> None:
        for key, placeholder in zip(KEYS, list(root.iter(f"{TEXT}placeholder")), strict=True):
            value = values_of(form).get(key)
            if value is not None:
                _type_over(placeholder, value)

    return _changed(blank("odt"), "content.xml", change)


def _type_over(placeholder: etree._Element, value: str) -> None:
    paragraph = placeholder.getparent()
    first, *others = value.split("\n")
    span = etree.Element(f"{TEXT}span")
    _spaced(span, first)
    span.tail = placeholder.tail
    paragraph.replace(placeholder, span)
    for line in others:
        following = etree.Element(paragraph.tag, dict(paragraph.attrib))
        _spaced(following, line)
        paragraph.addnext(following)
        paragraph = following


def _spaced(element: etree._Element, line: str) -> None:
    """A line's text; each space after another one is an element, else it would be folded."""
    for index, piece in enumerate(line.split("  ")):
        if index:
            etree.SubElement(element, f"{TEXT}s", {f"{TEXT}c": "2"})
        if len(element):
            element[-1].tail = piece
        else:
            element.text = piece


def _changed(content: bytes, member: str, change: Callable[[etree._Element], None]) -> bytes:
    raw = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == member:
                root = etree.fromstring(data)
                change(root)
                data = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
            target.writestr(entry, data)
    return raw.getvalue()


def pdf(form: Filled) -> bytes:
    """As a PDF reader: the value and its drawing."""
    return _written(_filled(values_of(form)))


def pdf_without_drawing(form: Filled) -> bytes:
    """As programs that fill forms in bulk: values only, which viewers are asked to draw."""
    writer = PdfWriter(BytesIO(blank("pdf")))
    writer.set_need_appearances_writer(True)
    values = values_of(form)
    for annotation in writer.pages[0]["/Annots"]:
        field = annotation.get_object()
        if field["/T"] in values:
            # A reader of PDF ends a line as the keyboard does.
            field[NameObject("/V")] = TextStringObject(values[field["/T"]].replace("\n", "\r"))
    return _written(writer)


def pdf_flattened(form: Filled) -> bytes:
    """As "print to PDF" of pypdf: the drawings become the page's, and no field is left."""
    writer = _filled(values_of(form), flatten=True)
    writer.remove_annotations(subtypes=None)
    del writer.root_object["/AcroForm"]
    return _written(writer)


def pdf_typed_in_a_browser(form: Filled) -> bytes:
    """As typed and saved in Chrome or Edge: a click into each field, then the keyboard; their engine draws the letters."""
    document = pypdfium2.PdfDocument(blank("pdf"))
    document.init_forms()
    page, forms = document[0], document.formenv
    values = values_of(form)
    for name, (left, bottom, right, top) in _places().items():
        if name in values:
            place = (left + right) / 2, (bottom + top) / 2
            pdfium.FORM_OnLButtonDown(forms, page, 0, *place)
            pdfium.FORM_OnLButtonUp(forms, page, 0, *place)
            typed = (values[name] + "\0").encode("utf-16-le")
            pdfium.FORM_ReplaceSelection(forms, page, ctypes.cast(typed, pdfium.FPDF_WIDESTRING))
            pdfium.FORM_ForceToKillFocus(forms)
    return _saved(document)


def _places() -> dict[str, tuple[float, ...]]:
    fields = PdfReader(BytesIO(blank("pdf"))).pages[0]["/Annots"]
    return {field.get_object()["/T"]: tuple(map(float, field.get_object()["/Rect"])) for field in fields}


def pdf_printed_by_a_browser(form: Filled) -> bytes:
    """As typed in Chrome or Edge and printed to a file."""
    return _printed(pdf_typed_in_a_browser(form))


def _printed(content: bytes) -> bytes:
    document = pypdfium2.PdfDocument(content)
    document.init_forms()
    document[0].flatten()
    return _saved(document)


def _saved(document: pypdfium2.PdfDocument) -> bytes:
    raw = BytesIO()
    document.save(raw)
    document.close()
    return raw.getvalue()


def _filled(values: Mapping[str, str], *, flatten: bool = False) -> PdfWriter:
    writer = PdfWriter(BytesIO(blank("pdf")))
    writer.update_page_form_field_values(writer.pages[0], dict(values), auto_regenerate=False, flatten=flatten)
    return writer


def _written(writer: PdfWriter) -> bytes:
    raw = BytesIO()
    writer.write(raw)
    return raw.getvalue()


def pdf_fields(content: bytes) -> dict[str, object]:
    """The fields of a PDF by name."""
    return dict(PdfReader(BytesIO(content)).get_fields() or {})


def text(form: Filled) -> bytes:
    """As typed into the text form."""
    values = values_of(form)
    labels = dict(zip(("data:", "znak:", "Imię", "Nazwa", "Zwrotny"), KEYS, strict=False))
    lines = []
    for line in blank("txt").decode().split("\r\n"):
        key = next((key for start, key in labels.items() if line.startswith(start)), None)
        lines.append(f"{line} {values[key]}" if key in values else line)
    question = values.get("tresc_pytania", "").replace("\n", "\r\n")
    return ("\r\n".join(lines).rstrip() + "\r\n" + question).encode()
