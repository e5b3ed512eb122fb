"""A reply that would carry out what must stay inside is in doubt, so that ``parse`` and the daemon say the same."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from domain.factories import standing
from replyshapes import CLIENTS, LETTERS, Bodies, mail_of

from mailgate.domain.document import Document, Line
from mailgate.domain.holding import hold_on
from mailgate.domain.mail import Attachment
from mailgate.domain.quotation.attributions import is_separator
from mailgate.domain.quotation.marks import MARKER_LINE
from mailgate.domain.reply import ReplyText, read_reply
from mailgate.extract.html.reader import read_html

LETTER = LETTERS["own"]
ANSWER = "Dzień dobry,\n\nsprawozdanie wycofuje kierownik.\n\nAnna Nowak"
SENTENCE = "W dniu 20.11.2026 10:31, Hot-line CSIZS napisał(a):"
QUOTED = "\n".join(f"> {line}" for line in LETTER)
SEPARATORS = [
    "-------- Oryginalna wiadomość --------",
    "-----Wiadomość oryginalna-----",
    "---- Oryginalna wiadomość od Hot-line CSIZS ----",
    "--- Początek wiadomości ---",
    "--- Treść oryginalnej wiadomości ---",
    "----- Wiadomość pierwotna -----",
    "---- Poprzednia wiadomość ----",
    "======= Cytowana wiadomość =======",
    "-------- Wiadomość przesłana dalej --------",
    "-------- Original Message --------",
    "----- Previous message -----",
]


def reply_of(
    plain: str | None, html: str | None = None, files: tuple[Attachment, ...] = (), documents: tuple[Document, ...] = ()
) -> ReplyText:
    page = read_html(html, "body") if html is not None else None
    return read_reply(mail_of(Bodies(plain, html), files), None, page, documents)


def zipped(content: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", content)
    return made.getvalue()


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_line_drawn_above_an_attribution_is_part_of_the_quote(separator: str) -> None:
    assert reply_of(f"{ANSWER}\n\n{separator}\n{SENTENCE}\n\n{QUOTED}") == ReplyText(ANSWER, False)


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_separator_that_stays_in_a_text_is_in_doubt_and_held(separator: str) -> None:
    reply = reply_of(f"{ANSWER}\n\n{separator}\nCoś jeszcze.")

    assert reply.in_doubt
    assert hold_on((), f"{ANSWER}\n{separator}", (), in_doubt=False, question=standing()) is not None
    assert is_separator(f"> {separator}")


@pytest.mark.parametrize("line", ["--- Ważne ---", "-- Anna Nowak --", "--- 1. Wiadomość ---", "Oryginalna wiadomość"])
def test_prose_between_dashes_is_no_separator(line: str) -> None:
    assert not is_separator(line)
    assert reply_of(f"{line}\nTak.") == ReplyText(f"{line}\nTak.", False)


def test_a_file_that_holds_our_letter_is_in_doubt() -> None:
    packed = Attachment("x.docx", "application/octet-stream", zipped("\n".join(LETTER)))

    reply = reply_of("Plik w załączeniu.", files=(packed,))

    assert (reply.attachments, reply.in_doubt, reply.leak is not None) == (("x.docx",), True, True)


def test_what_a_file_says_once_it_is_opened_counts_as_well() -> None:
    printed = Attachment("wydruk.pdf", "application/pdf", b"%PDF-1.6")
    text = tuple(map(Line, LETTER))

    for source in ("attachment:wydruk.pdf", "attachment:wydruk.pdf/strona"):
        assert reply_of("Plik.", files=(printed,), documents=(Document(source, text),)).in_doubt, source
    assert not reply_of("Plik.", files=(printed,), documents=(Document("attachment:inny.pdf", text),)).in_doubt
    assert not reply_of("Plik.", files=(printed,), documents=(Document("attachment:wydruk.pdf", text[:0]),)).in_doubt


def test_a_leak_that_its_reader_found_is_told_as_such() -> None:
    hold = hold_on((), "Plik.", (), in_doubt=True, question=standing(), leaks=True)

    assert hold is not None
    assert "letter of ours" in hold.reason


def test_a_note_stays_here_so_that_nothing_of_it_leaks() -> None:
    packed = Attachment("x.docx", "application/octet-stream", zipped("\n".join(LETTER)))

    assert not reply_of("#notatka\nPlik.", files=(packed,)).in_doubt


@pytest.mark.parametrize("line", [MARKER_LINE[:-4], MARKER_LINE[:24], f"> {MARKER_LINE[:-5]}", f"*{MARKER_LINE[:-4]}*"])
def test_a_damaged_marker_line_that_stays_in_a_text_is_in_doubt(line: str) -> None:
    assert reply_of(f"{ANSWER}\n\n{line}").in_doubt


@pytest.mark.parametrize("line", ["#notatka klient jest trudny", "- #Notatka: trudny", "# notatka", "*#notatki*"])
def test_a_note_below_the_greeting_is_in_doubt(line: str) -> None:
    assert reply_of(f"Dzień dobry,\nodpowiedź.\n{line}\n\n{SENTENCE}\n{QUOTED}").in_doubt


OUTLOOK = "outlook html"


@pytest.mark.parametrize(
    "top",
    [
        ["Odpowiedzi poniżej."],
        ["Dzień dobry,", "odpowiedzi poniżej.", "", "Pozdrawiam", "Anna Nowak", "tel. 22 555 01 02"],
        ["Dzień dobry, odpowiadam niżej, w treści pytania."],
        ["Odpowiedziałam na czerwono."],
        ["Moje uwagi innym kolorem w tekście.", "W razie pytań proszę dzwonić."],
        ["Odpowiedź pod pytaniem", "Nowak Anna"],
        ["See my answers below, in red."],
        ["Jak niżej."],
    ],
)
def test_a_text_that_points_into_an_unmarked_quote_is_in_doubt(top: list[str]) -> None:
    bodies = CLIENTS[OUTLOOK](top, LETTER)

    assert read_reply(mail_of(bodies), None, read_html(bodies.html or "", "body")).in_doubt


@pytest.mark.parametrize(
    "top",
    [
        ["Poniżej instrukcja:", "1. Proszę otworzyć listę.", "2. Proszę ją zapisać."],
        ["Odpowiedzi poniżej:", "1. Tak.", "2. Nie."],
        ["Odpowiedzi poniżej.", "1. Tak.", "2. Nie."],
        ["Proszę wypełnić pole zaznaczone na czerwono w formularzu wniosku."],
        ["Kwota nie może być poniżej minimum, proszę ją poprawić na liście."],
        ["Tak, proszę wykonać poniższe kroki i zapisać dane w systemie."],
        ["W odpowiedzi na pytanie informuję, że kwota jest poniżej progu."],
        ["Wyjaśnienie poniżej. Sprawozdanie wycofuje kierownik w module Sprawozdania."],
        ["Proszę zwrócić uwagę na pole w treści decyzji i wpisać je na niebiesko."],
    ],
)
def test_a_text_that_points_at_its_own_lines_is_none(top: list[str]) -> None:
    bodies = CLIENTS[OUTLOOK](top, LETTER)

    reply = read_reply(mail_of(bodies), None, read_html(bodies.html or "", "body"))

    assert (reply.new_text, reply.in_doubt) == ("\n".join(top), False)


def test_without_a_quote_there_is_nothing_to_point_into() -> None:
    assert reply_of("Odpowiedzi poniżej.") == ReplyText("Odpowiedzi poniżej.", False)


def test_a_line_typed_above_all_text_stays_and_is_in_doubt() -> None:
    reply = reply_of(f"_______\n\nTak.\n\n{SENTENCE}\n{QUOTED}")

    assert (reply.new_text, reply.in_doubt) == ("_______\nTak.", True)


def test_a_line_that_a_client_draws_is_none() -> None:
    assert reply_of(None, "<hr><p>Tak.</p>") == ReplyText("Tak.", False)


@pytest.mark.parametrize(
    "tail",
    [
        ["Wysłane z programu Outlook dla systemu iOS"],
        ["Wysłane z programu Outlook dla systemu Android"],
        ["Wysłane z aplikacji Outlook dla macOS"],
        ["Wysłano z bezpiecznej poczty e-mail Proton Mail."],
        ["Bez wirusów. www.avg.com"],
        ["Wiadomość wysłana z telefonu. Przepraszam za literówki."],
        ["Pobierz aplikację Onet Poczta na Android"],
        ["Pobierz aplikację mobilną Poczta WP na iOS"],
        [
            "Wsparcie Sp. z o.o., KRS 0000123456, NIP 525-000-00-00, kapitał zakładowy 50 000 zł",
            "Treść tej wiadomości jest poufna.",
        ],
        ["Ta wiadomość zawiera informacje poufne."],
        ["Niniejsza wiadomość wraz z załącznikami jest poufna i prawnie chroniona."],
    ],
)
def test_what_a_client_or_an_office_adds_is_dropped(tail: list[str]) -> None:
    assert reply_of("\n".join([ANSWER, "", *tail, "", SENTENCE, QUOTED])) == ReplyText(ANSWER, False)


@pytest.mark.parametrize(
    "line",
    [
        "Pobierz aplikację mObywatel na Android",
        "Wysłane z telefonu zgłoszenia są w zakładce Moje",
        "Ta wiadomość trafiła do poufnej skrzynki, proszę ją przenieść.",
        "Treść tej wiadomości jest poprawna.",
        "Nasz NIP 525-000-00-00 jest w nagłówku decyzji.",
        "W tej sprawie informacje poufne przekazujemy wyłącznie listem poleconym.",
        "## - Krok 2: proszę zatwierdzić wniosek - ##",
    ],
)
def test_prose_that_sounds_alike_stays(line: str) -> None:
    assert reply_of(f"Tak.\n\n{line}") == ReplyText(f"Tak.\n\n{line}", False)


def test_one_sentence_on_confidentiality_stays_as_the_whole_of_an_answer() -> None:
    assert reply_of("Treść tej wiadomości jest poufna.").new_text == "Treść tej wiadomości jest poufna."


@pytest.mark.parametrize("mark", ["", "> "])
@pytest.mark.parametrize("broken", [["##- Proszę pisać odpowiedź powyżej", "tej linii -##"], [MARKER_LINE[:-4]]])
def test_a_broken_marker_line_right_above_our_letter_is_part_of_it(broken: list[str], mark: str) -> None:
    letter = [*broken, "", *LETTER[1:]]

    assert reply_of("\n".join([ANSWER, "", *(mark + line for line in letter)])) == ReplyText(ANSWER, False)


def test_marked_lines_below_the_letter_that_stand_nowhere_in_it_are_the_authors_own() -> None:
    below = "Proszę sprawdzić komunikat:\n\n> PORTAL-7: brak podpisu kwalifikowanego w dokumencie\n\nJan"

    assert reply_of(f"{SENTENCE}\n\n{QUOTED}\n\n{below}").new_text == below


def test_prose_between_marked_rows_that_tells_who_writes_what_is_no_head_of_a_quote() -> None:
    said = "W dniu 3.11.2026 ministerstwo pisze:\nnależy wycofać sprawozdanie."
    top, rest = QUOTED.splitlines()[:6], QUOTED.splitlines()[6:]

    assert reply_of("\n".join([SENTENCE, "", *top, "", said, "", *rest])).new_text == said
