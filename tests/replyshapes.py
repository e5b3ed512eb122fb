"""Replies as mail clients shape them: any answer, any letter of ours, put into plain text and HTML as the world does it.

The shapes are those of the clients' own translations.  ``CLIENTS`` maps a client's name to a function that takes an
answer and a quoted letter (lists of lines) and gives the bodies of the mail.
"""

from __future__ import annotations

import html as entities
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailgate.domain.mail import Address, Attachment, InboundMail
from mailgate.domain.quotation.marks import LAST_LINE, MARKER_LINE

HOTLINE = "Hot-line CSIZS <hotline@csizs.example>"
AUTHOR = Address("Anna Nowak", "anna.nowak@wsparcie.example")
SUBJECT = "[HOT-01/2026/000039] Nowe pytanie: kwota kryterium"
QUESTION = "Od stycznia obowiązuje nowa kwota kryterium, a słownik pokazuje poprzednią."
SECOND = "Czy trzeba go przepisać ręcznie?"

LETTERS: dict[str, list[str]] = {
    "labels": [
        MARKER_LINE, "", "Numer: HOT-01/2026/000039", "Użytkownik: Ireneusz Bąk", "Urząd: GOPS Sośnica",
        "Telefon, e-mail: gops@sosnica.example", "Znak pisma: GOPS.5211.4.2026", "", "Pytanie", "", QUESTION, "", SECOND,
        "", "Termin potwierdzenia: 20.11.2026, godz. 16:00", "",
        "Wystarczy odpowiedzieć na tę wiadomość. Opis poleceń: #pomoc",
    ],
    "commands": [
        "Nowe pytanie HOT-01/2026/000039", "", "Imię i nazwisko Użytkownika: Celina Żyła", "Nazwa Urzędu: MOPS Grudno",
        "Kontakt: c.zyla@mops.grudno.example", "", "Treść pytania", "", QUESTION, "", SECOND, "",
        "Potwierdzić do: 19.11.2026 16:00", "Polecenia (pierwsza linia odpowiedzi):", "",
        "#dokumentacja TYTUŁ, rozdz. ..., s. ...", "#notatka TREŚĆ", "#przypisz NAZWISKO|mnie", "#zamknij",
    ],
    "own": [
        MARKER_LINE, "", "Nowe pytanie HOT-01/2026/000039", "", "Od: Ireneusz Bąk <gops@sosnica.example>",
        "Temat: kwota kryterium", "Wpłynęło: 19.11.2026 10:57:12", "Liczy się od: 19.11.2026 10:57:12",
        "Termin potwierdzenia przyjęcia: 20.11.2026 16:00", "", "Imię i nazwisko Użytkownika: Ireneusz Bąk",
        "Nazwa Urzędu: GOPS Sośnica", "", "Treść pytania:", "", QUESTION, "", SECOND, "",
        "Odpowiedź napisana nad pierwszym wierszem tej wiadomości zostanie przekazana Użytkownikowi w imieniu Hot-line.",
        "", "Kod wiadomości: gq4n8554bvau3ba7gq4n8554", LAST_LINE,
    ],
}  # fmt: skip
"""Our letters: two that were seen quoted, and the one that the templates of this program make."""


@dataclass(frozen=True)
class Bodies:
    """The text parts of one mail."""

    plain: str | None
    html: str | None = None


Client = Callable[[Sequence[str], Sequence[str]], Bodies]
CLIENTS: dict[str, Client] = {}


def mail_of(bodies: Bodies, attachments: tuple[Attachment, ...] = ()) -> InboundMail:
    """The mail that holds the bodies, from the author to the hot-line."""
    return InboundMail(
        message_id="<1@wsparcie.example>",
        in_reply_to=("<hot01.39.gq4n8554bvau3ba7@csizs.example>",),
        references=(),
        subject=f"RE: {SUBJECT}",
        sender=AUTHOR,
        reply_to=(),
        to=(Address("Hot-line CSIZS", "hotline+r.gq4n8554bvau3ba7@csizs.example"),),
        cc=(),
        date=None,
        headers=(),
        plain=() if bodies.plain is None else (bodies.plain,),
        html=() if bodies.html is None else (bodies.html,),
        attachments=attachments,
    )


def marked(lines: Sequence[str], mark: str = "> ") -> list[str]:
    """Lines with marks of quotation."""
    return [(mark + line).rstrip() for line in lines]


def divs(lines: Sequence[str], tag: str = "div", attributes: str = "") -> str:
    """Lines as blocks of HTML, an empty line as a block with a break."""
    return "".join(f"<{tag}{attributes}>{entities.escape(line, quote=False) or '<br>'}</{tag}>\n" for line in lines)


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]


def _plain(answer: Sequence[str], *rest: Sequence[str]) -> str:
    return "\n".join([*answer, "", *(line for part in rest for line in part)]) + "\n"


def client(name: str) -> Callable[[Client], Client]:
    """Registers a shape under its client's name."""

    def register(shape: Client) -> Client:
        CLIENTS[name] = shape
        return shape

    return register


SENTENCES: dict[str, str] = {
    "thunderbird pl": "W dniu 18.11.2026 o 12:14, Hot-line CSIZS pisze:",
    "thunderbird 24 pl": "W dniu 2026-11-18 12:14, Hot-line CSIZS pisze:",
    "thunderbird old pl": "Użytkownik Hot-line CSIZS napisał:",
    "thunderbird en": "On 18/11/2026 12:14, Hot-line CSIZS wrote:",
    "thunderbird de": "Am 18.11.26 um 12:14 schrieb Hot-line CSIZS:",
    "gmail pl": f"pt., 20 lis 2026 o 13:30 {HOTLINE} napisał(a):",
    "gmail pl old": f"W dniu 20 listopada 2026 13:30 użytkownik {HOTLINE} napisał:",
    "gmail android pl": f"śr., 18 lis 2026, 13:30 użytkownik {HOTLINE} napisał:",
    "gmail en": f"On Fri, Nov 20, 2026 at 1:30 PM {HOTLINE} wrote:",
    "gmail iso": f"2026-11-20 13:30 GMT+01:00 {HOTLINE}:",
    "gmail fr": f"Le ven. 20 nov. 2026 à 13:30, {HOTLINE} a écrit :",
    "gmail uk": f"пт, 20 лист. 2026 р. о 13:30 {HOTLINE} пише:",
    "apple pl": f"Wiadomość napisana przez {HOTLINE} w dniu 18.11.2026, o godz. 13:05:",
    "iphone pl": f"Dnia 19 lis 2026 o godz. 10:57, {HOTLINE} napisał(a):",
    "iphone en": f"On 19 Nov 2026, at 10:57, {HOTLINE} wrote:",
    "roundcube pl": "W dniu 2026-11-20 10:08, Hot-line CSIZS napisał(a):",
    "roundcube old": "Dnia 2026-11-20, o godz. 10:08:12, Hot-line CSIZS napisał(a):",
    "horde pl": f"Cytowanie {HOTLINE}:",
    "horde en": f"Quoting {HOTLINE}:",
    "horde de": f"Zitat von {HOTLINE}:",
    "sogo pl": f"Piątek, Listopad 20, 2026 10:08 CET, {HOTLINE} napisał:",
    "onet": f"W dniu 2026-11-20 10:08:12 użytkownik {HOTLINE} napisał:",
    "wp": f"Dnia 18 listopada 2026 12:09 {HOTLINE} napisał(a):",
    "kmail pl": "W dniu piątek, 20 listopada 2026 12:03:40 CET Hot-line CSIZS pisze:",
    "kmail en": "On Friday, 20 November 2026 12:03:40 CET Hot-line CSIZS wrote:",
    "evolution pl": "W dniu pią, 20.11.2026 o godzinie 10∶08 +0100, użytkownik Hot-line CSIZS napisał:",
    "mutt pl": "Dnia 20.11.2026 o 12:39, Hot-line CSIZS pisze:",
    "mutt en": "On Fri, Nov 20, 2026 at 12:39:11PM +0100, Hot-line CSIZS wrote:",
    "k-9 pl": f"Dnia 20 listopada 2026 12:03:40 CET, {HOTLINE} napisał(a):",
    "the bat": "W Twoim liście datowanym 20 listopada 2026 (10:08:12) można przeczytać:",
    "proton": f"W dniu piątek, 20 listopada 2026 10:08, {HOTLINE} napisał(a):",
    "spark": f"Dnia 20 lis 2026, 10:08 +0100, {HOTLINE}, napisał:",
    "yahoo": f"W dniu piątek, 20 listopada 2026 10:08:12 CET użytkownik {HOTLINE} napisał:",
    "zoho": f"---- Włączony pt., 20 lis 2026 10:08:12 +0100 {HOTLINE} napisał ----",
    "notes sentence": f"{HOTLINE} napisał(a) w dniu 19.11.2026 13:04:05:",
    "groupwise": f">>> {HOTLINE} 20.11.2026 10:08 >>>",
}


def _sentence_client(sentence: str) -> Client:
    def shape(answer: Sequence[str], letter: Sequence[str]) -> Bodies:
        return Bodies(_plain(answer, [sentence], marked(letter)))

    return shape


def _wrapping_client(sentence: str, width: int) -> Client:
    """As Gmail does it: the sentence wrapped and a blank line behind it, the quote re-wrapped."""

    def shape(answer: Sequence[str], letter: Sequence[str]) -> Bodies:
        quote = [piece for line in letter for piece in _wrapped(line, width - 2)]
        return Bodies(_plain(answer, _wrapped(sentence, width), [""], marked(quote)))

    return shape


def _tight_client(sentence: str) -> Client:
    """The mark without a space, as K-9 writes it."""

    def shape(answer: Sequence[str], letter: Sequence[str]) -> Bodies:
        return Bodies(_plain(answer, [sentence], marked(letter, ">")))

    return shape


def _inside_client(sentence: str) -> Client:
    """Apple's: the sentence stands inside the quote."""

    def shape(answer: Sequence[str], letter: Sequence[str]) -> Bodies:
        return Bodies(_plain(answer, marked([sentence, "", *letter])))

    return shape


for _name, _sentence in SENTENCES.items():
    CLIENTS[_name] = _sentence_client(_sentence)
    CLIENTS[f"{_name}, tight"] = _tight_client(_sentence)
    if "<" in _sentence and not _sentence.startswith((">>>", "----")):
        CLIENTS[f"{_name}, wrapped"] = _wrapping_client(_sentence, 72)
        CLIENTS[f"{_name}, narrow"] = _wrapping_client(_sentence, 44)
    if not _sentence.startswith(">>>"):
        CLIENTS[f"{_name}, inside"] = _inside_client(_sentence)

HEADER_BLOCKS: dict[str, list[str]] = {
    "outlook pl": ["Od: " + HOTLINE, "Wysłano: czwartek, 19 listopada 2026 13:58", "Do: Anna Nowak <anna.nowak@wsparcie.example>", "Temat: " + SUBJECT],
    "outlook pl with copy": ["Od: Hot-line CSIZS [mailto:hotline@csizs.example]", "Wysłano: czwartek, 19 listopada 2026 13:58", "Do: Anna Nowak; Piotr Zając", "DW: Maria Wójcik", "Temat: " + SUBJECT, "Ważność: Wysoka"],
    "outlook pl names only": ["Od: Hot-line CSIZS", "Wysłano: 19 listopada 2026 13:58", "Do: Anna Nowak", "Temat: " + SUBJECT],
    "outlook en": ["From: " + HOTLINE, "Sent: Thursday, November 19, 2026 1:58 PM", "To: Anna Nowak <anna.nowak@wsparcie.example>", "Subject: " + SUBJECT],
    "outlook de": ["Von: " + HOTLINE, "Gesendet: Donnerstag, 19. November 2026 13:58", "An: Anna Nowak <anna.nowak@wsparcie.example>", "Betreff: " + SUBJECT],
    "outlook original": ["-----Original Message-----", "From: " + HOTLINE, "Sent: Thursday, November 19, 2026 1:58 PM", "To: Anna Nowak", "Subject: " + SUBJECT],
    "outlook original pl": ["-----Oryginalna wiadomość-----", "Od: " + HOTLINE, "Wysłano: czwartek, 19 listopada 2026 13:58", "Do: Anna Nowak", "Temat: " + SUBJECT],
    "outlook stars": ["*Od:* " + HOTLINE, "*Wysłano:* czwartek, 19 listopada 2026 13:58", "*Do:* Anna Nowak", "*Temat:* " + SUBJECT],
    "owa": ["________________________________", "Od: " + HOTLINE, "Wysłane: czwartek, 19 listopada 2026 13:58", "Do: Anna Nowak <anna.nowak@wsparcie.example>", "Temat: " + SUBJECT],
    "owa long to": ["________________________________", "Od: " + HOTLINE, "Wysłane: czwartek, 19 listopada 2026 13:58", "Do: Anna Nowak <anna.nowak@wsparcie.example>;", "Piotr Zając <piotr.zajac@wsparcie.example>", "Temat: " + SUBJECT],
    "owa long subject": ["________________________________", "Od: " + HOTLINE, "Wysłane: czwartek, 19 listopada 2026 13:58", "Temat: " + SUBJECT, " i jeszcze dalszy ciąg tematu", "Do: Anna Nowak <anna.nowak@wsparcie.example>"],
    "samsung": ["-------- Oryginalna wiadomość --------", "Od: " + HOTLINE, "Data: 19.11.2026  13:58  (GMT+01:00)", "Do: Anna Nowak <anna.nowak@wsparcie.example>", "Temat: " + SUBJECT],
    "zimbra": ["----- Oryginalna wiadomość -----", 'Od: "Hot-line CSIZS" <hotline@csizs.example>', 'Do: "Anna Nowak" <anna.nowak@wsparcie.example>', "Wysłane: czwartek, 19 listopad 2026 13:58:12", "Temat: " + SUBJECT],
    "em client": ["------ Wiadomość oryginalna ------", 'Od: "Hot-line CSIZS" <hotline@csizs.example>', 'Do: "Anna Nowak" <anna.nowak@wsparcie.example>', "Data: 19.11.2026 13:58:12", "Temat: " + SUBJECT],
    "em client colonless": ["------ Wiadomość oryginalna ------", 'Od "Hot-line CSIZS" <hotline@csizs.example>', 'Do "Anna Nowak" <anna.nowak@wsparcie.example>', "Data 19.11.2026 13:58:12", "Temat " + SUBJECT],
    "notes": ['Od: "Hot-line CSIZS" <hotline@csizs.example>', 'Do: "Anna Nowak" <anna.nowak@wsparcie.example>', "Data: 2026-11-19 13:04", "Temat: " + SUBJECT],
    "notes tabs": ['Od:\t"Hot-line CSIZS" <hotline@csizs.example>', 'Do:\t"Anna Nowak" <anna.nowak@wsparcie.example>, ', "DW:\t", "Data:\t2026-11-19 13:04", "Temat:\t" + SUBJECT],
    "interia": ['Od: "Hot-line CSIZS" <hotline@csizs.example>', 'Do: "Anna Nowak" <anna.nowak@wsparcie.example>;', "Wysłane: 13:04 Czwartek 2026-11-19", "Temat: " + SUBJECT],
    "forward": ["---------- Forwarded message ---------", "Od: " + HOTLINE, "Date: czw., 19 lis 2026 o 13:58", "Subject: " + SUBJECT, "To: <anna.nowak@wsparcie.example>"],
}  # fmt: skip


def _block_client(block: list[str], mark: str | None) -> Client:
    def shape(answer: Sequence[str], letter: Sequence[str]) -> Bodies:
        return Bodies(_plain(answer, block, [""], letter if mark is None else marked(letter, mark)))

    return shape


for _name, _block in HEADER_BLOCKS.items():
    CLIENTS[_name] = _block_client(_block, None)
    CLIENTS[f"{_name}, marked"] = _block_client(_block, "> ")


@client("marker line alone")
def _marker_alone(answer: Sequence[str], letter: Sequence[str]) -> Bodies:
    return Bodies(_plain(answer, letter))


@client("marks without attribution")
def _marks_alone(answer: Sequence[str], letter: Sequence[str]) -> Bodies:
    return Bodies(_plain(answer, marked(letter)))


@client("unknown language")
def _unknown(answer: Sequence[str], letter: Sequence[str]) -> Bodies:
    return Bodies(_plain(answer, ["2026. nov. 18. 12:14 keltezéssel, Hot-line CSIZS írta:"], marked(letter)))


def _escaped(line: str) -> str:
    return entities.escape(line, quote=False)


def _html_sentence(name: str, template: str) -> None:
    """An HTML shape: ``template`` has places for the answer, the sentence and the letter, the plain part is Gmail's."""

    def shape(answer: Sequence[str], letter: Sequence[str]) -> Bodies:
        sentence = SENTENCES["gmail pl"]
        page = template.format(answer=divs(answer), sentence=_escaped(sentence), letter=divs(letter, "p"))
        return Bodies(_wrapping_client(sentence, 76)(answer, letter).plain, page)

    CLIENTS[name] = shape


def _html_block(name: str, template: str, block_name: str, *, plain: bool = True) -> None:
    block = HEADER_BLOCKS[block_name]
    lines = [line for line in block if not line.startswith(("_", "-"))]

    def shape(answer: Sequence[str], letter: Sequence[str]) -> Bodies:
        headers = "<br>\n".join(
            f"<b>{_escaped(a)}:</b>{_escaped(b)}" for a, _, b in (one.partition(":") for one in lines)
        )
        mso = divs(answer, "p", " class=MsoNormal").replace("<br>", "<o:p>&nbsp;</o:p>")
        page = template.format(answer=divs(answer), mso=mso, headers=headers, letter=divs(letter, "p"))
        return Bodies(_plain(answer, block, [""], letter) if plain else None, page)

    CLIENTS[name] = shape


_html_sentence(
    "gmail html",
    '<div dir="ltr">{answer}<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{sentence}'
    '<br></div><blockquote class="gmail_quote" style="border-left:1px solid">{letter}</blockquote></div></div>',
)
_html_sentence(
    "thunderbird html",
    '<html><body>{answer}<div class="moz-cite-prefix">{sentence}<br></div><blockquote type="cite">{letter}</blockquote></body></html>',
)
_html_sentence(
    "thunderbird, typed into its prefix",
    '<html><body><div class="moz-cite-prefix">{answer}<br>{sentence}<br></div><blockquote type="cite">{letter}</blockquote></body></html>',
)
_html_sentence(
    "apple html",
    '<html><body dir="auto">{answer}<div><br><blockquote type="cite"><div>{sentence}</div><br class="Apple-interchange-newline">'
    "<div>{letter}</div></blockquote></div><br></body></html>",
)
_html_sentence(
    "wp html",
    '<html><body>{answer}<div class="nh_extra"><p>{sentence}</p></div><blockquote style="border-left:2px solid #ccc">{letter}</blockquote></body></html>',
)
_html_sentence(
    "sentence over a bare blockquote",
    "<html><body>{answer}<p>{sentence}</p><blockquote>{letter}</blockquote></body></html>",
)
_html_sentence("sentence over nothing marked", "<html><body>{answer}<p>{sentence}</p><div>{letter}</div></body></html>")
_html_block(
    "outlook html",
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang=PL><div class="WordSection1">{mso}<div>'
    "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>{headers}<o:p></o:p></p>"
    "</div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>{letter}</div></body></html>",
    "outlook pl",
)
_html_block(
    "outlook html without the border",
    '<html><body><div class="WordSection1">{mso}<p class=MsoNormal>{headers}</p>{letter}</div></body></html>',
    "outlook pl with copy",
)
_html_block(
    "outlook html alone",
    '<html><body><div class="WordSection1">{mso}<p class=MsoNormal>{headers}</p>{letter}</div></body></html>',
    "outlook pl names only",
    plain=False,
)
_html_block(
    "owa html",
    '<html><body dir="ltr">{answer}<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
    '<div id="divRplyFwdMsg" dir="ltr"><font color="#000000">{headers}</font><div>&nbsp;</div></div><div>{letter}</div></body></html>',
    "owa",
)
_html_block(
    "notes html",
    "<div><font size=2>{answer}<br><font size=1 color=#5f5f5f>{headers}</font><hr noshade><br>{letter}</font></div>",
    "notes",
)
_html_block(
    "zimbra html",
    '<html><body>{answer}<hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">{headers}</div>'
    '<div data-marker="__QUOTED_TEXT__">{letter}</div></body></html>',
    "zimbra",
)

MARKED: tuple[str, ...] = tuple(
    name for name, shape in CLIENTS.items()
    if (bodies := shape(["Tak."], LETTERS["labels"])).html is None and "\n>" in (bodies.plain or "") and name != "groupwise"
)  # fmt: skip
"""The clients of plain text alone that mark each line of the quote."""
UNMARKED: tuple[str, ...] = tuple(
    name for name, shape in CLIENTS.items() if shape(["Tak."], LETTERS["labels"]).html is None and name not in MARKED
)
WITH_HTML: tuple[str, ...] = tuple(name for name, shape in CLIENTS.items() if shape(["Tak."], LETTERS["labels"]).html)

ANSWERS: dict[str, list[str]] = {
    "a word": ["Tak."],
    "an ordinary letter": [
        "Dzień dobry,", "", "proszę odświeżyć dane decyzji przed wydrukiem.", "", "Z poważaniem", "Anna Nowak",
        "tel. 22 555 01 02",
    ],
    "a period": [
        "Dzień dobry,", "", "konta zablokowane w okresie", "", "Od: 3 listopada", "Do: 9 listopada", "",
        "odblokujemy zbiorczo.",
    ],
    "dates at the start of lines": [
        "W dniu 3 listopada wysłaliśmy aktualizację.", "Kierownik napisał: proszę czekać.", "", "On 3 November it works.",
    ],
    "our own labels": ["Numer: HOT-01/2026/000039", "Temat: kwota", "", "Data: 20.11.2026", "Do: końca roku"],
    "somebody's words": ["W dniu 20.11.2026 użytkownik napisał:", "", "Kwota jest zła.", "", "To nieprawda."],
    "a list": ["Kroki:", "- otworzyć kartę,", "- nacisnąć Przelicz,", "1. zapisać."],
    "an address": ["Proszę pisać na pomoc@urzad.example.", "Data: dziś, Temat: dowolny, Od: kogokolwiek."],
    "dashes between long lines": [
        "Mamy dwie możliwości:", "--",
        ("pierwsza jest taka, że zostawiamy wszystko tak, jak jest, i nikt nie zmienia słownika aż do stycznia "
        "przyszłego roku."),
        "druga jest prostsza.",
    ],
    "a number sign": ["#2 na liście jest Państwa wniosek, a # 3 to następny."],
    "nearly advertisements": [
        "Wysłane z systemu dokumenty są już widoczne.", "Wysłane z telefonu zgłoszenia widać w zakładce Moje.", "",
        "Pobierz plik instalacyjny i zainstaluj program na urządzeniu z systemem Windows.",
    ],
    "nearly a plea for trees": ["Dzień dobry,", "", "w środowisku testowym nie można wykonać wydruku decyzji."],
    "nearly a notice": [
        "Dane poufne proszę wysyłać tylko adresatowi przez ePUAP.", "",
        "Wysłano 3 wnioski; dwa otrzymali Państwo omyłkowo, proszę je usunąć z listy.",
    ],
    "nearly a privacy clause": [
        "Administratorem danych jest wójt, a inspektor ochrony danych odpowiada mailem.", "",
        "Klauzula informacyjna RODO znajduje się w zakładce Dokumenty.",
    ],
    "nearly a virus scanner": ["Komputer powinien być sprawdzony programem antywirusowym Eset.", "Wersja: 5.1.2026"],
}  # fmt: skip
"""Answers of which every line must come through."""

_CONFIDENTIAL = (
    "Wiadomość ta jest przeznaczona wyłącznie dla osoby lub podmiotu, do którego jest zaadresowana, i może zawierać "
    "informacje poufne. Jeśli otrzymali Państwo tę wiadomość omyłkowo, prosimy o kontakt z nadawcą oraz usunięcie "
    "wiadomości."
)
TAILS: dict[str, list[str]] = {
    "dashes": ["-- ", "Anna Nowak", "tel. 22 555 01 02"],
    "dashes without their space": ["--", "Anna Nowak", "Wsparcie CSIZS"],
    "K-9": ["-- ", "Wysłane z urządzenia Android za pomocą K-9 Mail. Proszę wybaczyć moją zwięzłość."],
    "ESET": [
        "__________ Informacja programu ESET Endpoint Antivirus, wersja bazy sygnatur wirusów 12345 (20261119) __________",
        "", "Wiadomość została sprawdzona przez program ESET Endpoint Antivirus.", "",
        "http://www.eset.pl lub http://www.eset.com",
    ],
    "AVG": [
        "No virus found in this message.", "Checked by AVG - www.avg.com",
        "Version: 2016.0.7 / Virus Database: 4604/12 - Release Date: 11/19/26",
    ],
    "Avast": [
        "---", "Ta wiadomość została sprawdzona na obecność wirusów przez oprogramowanie antywirusowe Avast.",
        "https://www.avast.com/antivirus",
    ],
    "RODO in many lines": [
        "Klauzula informacyjna RODO", "1. Administratorem danych osobowych jest Wsparcie CSIZS.",
        "2. Kontakt z inspektorem ochrony danych: iod@wsparcie.example.",
        "3. Dane są przetwarzane w celu udzielenia odpowiedzi.", "4. Podanie danych jest dobrowolne.",
        "5. Przysługuje Pani/Panu prawo dostępu do danych oraz wniesienia skargi do Prezesa UODO.",
    ],
    "all of it": [
        "-- ", "Anna Nowak", "konsultantka", "",
        "Administratorem danych osobowych jest Wsparcie CSIZS. Informacje o przetwarzaniu danych: www.wsparcie.example",
        "", "Proszę rozważyć wpływ na środowisko przed wydrukowaniem.",
    ],
    "register and notice": [
        "Wsparcie sp. z o.o., ul. Polna 1, KRS 0000123456, NIP 123-45-67-890, kapitał zakładowy 5 000 zł", "",
        "Niniejsza wiadomość jest przeznaczona wyłącznie dla adresata i może zawierać informacje poufne.",
    ],
    "telephone and notice": ["Wysłane z iPhone'a", "", _CONFIDENTIAL],
    "notice in English": [
        "This e-mail and any attachments are confidential and intended solely for the addressee.",
        "If you have received it in error, please notify the sender and delete it.",
    ],
    "heading and notice": [
        "NOTA PRAWNA", "Niniejsza korespondencja jest poufna. Jeśli nie jest Pani/Pan jej adresatem, prosimy o jej zniszczenie.",
    ],
} | {
    line: [line]
    for line in (
        "Wysłane z iPhone'a", "Wysłane z mojego iPhone’a", "Wysłano z iPada", "Wysłane z urządzenia Android",
        "Wysłane z telefonu Galaxy", "Wysłano z mojego smartfonu Samsung Galaxy.", "Wysłane z telefonu",
        "Wysłane z telefonu, przepraszam za literówki.", "Wysłane z mojego telefonu Huawei",
        "Wysłane z aplikacji Poczta dla systemu Windows", "Sent from Mail for Windows 10", "Sent from my iPhone",
        "Sent from my Galaxy", "Sent from Yahoo Mail on Android", "Wysłane z Yahoo Mail na urządzeniu z Androidem",
        "Pobierz aplikację Outlook dla systemu iOS<https://aka.ms/o0ukef>",
        "Pobierz program Outlook dla systemu Android <https://aka.ms/x>", "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Uzyskaj aplikację Outlook dla systemu iOS", "Wysłane z Proton Mail", "Sent with Proton Mail secure email.",
        "Wysłano za pomocą bezpiecznej poczty Proton Mail.", "Wysłano z Proton Mail dla systemu Android.",
        "Wysłano z aplikacji mobilnej WP Poczta", "Wysłano z aplikacji Onet Poczta", "Wysłano z Poczty Interia",
        "Wysłane z aplikacji mobilnej Poczta o2", "Von meinem iPhone gesendet", "Envoyé de mon iPhone",
        "Wolny od wirusów. www.avast.com <https://www.avast.com/sig-email>", "Wolne od wirusów.www.avast.com",
        "Brak wirusów. www.avg.com", "Proszę rozważyć wpływ na środowisko przed wydrukowaniem tej wiadomości.",
        "Zanim wydrukujesz tę wiadomość, pomyśl o środowisku.", _CONFIDENTIAL,
        "Please consider the environment before printing this e-mail.",
        ("Treść tej wiadomości zawiera informacje przeznaczone tylko dla adresata. Jeżeli nie jesteście Państwo jej "
        "adresatem, bądź otrzymaliście ją przez pomyłkę, prosimy o powiadomienie o tym nadawcy oraz trwałe jej usunięcie."),
        ("UWAGA: Informacje zawarte w niniejszej wiadomości są poufne i prawnie chronione. Rozpowszechnianie, kopiowanie "
        "lub inne wykorzystanie jest zabronione."),
        "Klauzula poufności: niniejsza wiadomość jest przeznaczona wyłącznie dla jej adresata.",
        "Ten e-mail może zawierać informacje poufne. Jeśli nie jesteś adresatem, usuń go i powiadom nadawcę.",
    )
}  # fmt: skip
"""What clients, offices and scanners put under an answer: none of it is new."""
PRIVACY_TAILS: tuple[str, ...] = (
    (
        "Administratorem Państwa danych osobowych jest Wsparcie CSIZS sp. z o.o. Dane przetwarzane są w celu udzielenia "
        "odpowiedzi na podstawie art. 6 ust. 1 lit. c RODO. Przysługuje Państwu prawo dostępu do danych."
    ),
    (
        "Zgodnie z art. 13 ogólnego rozporządzenia o ochronie danych osobowych z dnia 27 kwietnia 2016 r. (RODO) informujemy, "
        "że administratorem danych osobowych jest Wsparcie CSIZS."
    ),
    "Informujemy, że Państwa dane osobowe przetwarzamy zgodnie z RODO. Szczegóły: https://wsparcie.example/rodo",
    (
        "Szczegółowe informacje o przetwarzaniu danych osobowych znajdują się na stronie https://wsparcie.example/rodo "
        "(klauzula informacyjna RODO)."
    ),
)
"""Clauses in one line; below an answer they are not new."""
