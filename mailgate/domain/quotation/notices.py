"""Notices under a mail that its author did not write for it: confidentiality, privacy clauses, pleas for trees.

An answer may speak of confidential data, of privacy or of printing as well; so a notice is known by several traits, and
by speaking of the very message in which it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from mailgate.domain.quotation.rows import Row

MAX_ROWS_OF_NOTICE: Final = 30
_MAX_TEXT: Final = 3_000
_MAX_ROWS_OF_CLAUSE: Final = 60
_CLAUSE_ALONE: Final = 3
_MOST_WORDS_OF_HEADING: Final = 3

_HEADING: Final = re.compile(
    r"\W{0,3}(?:klauzula (?:poufnosci|o poufnosci|informacyjna|rodo)|zastrzezenie|nota prawna|poufnosc\b"
    r"|informacja o (?:poufnosci|przetwarzaniu danych)|ochrona danych osobowych|rodo\b|disclaimer"
    r"|confidentiality (?:notice|note)|legal notice|datenschutzhinweis|polityka prywatnosci|haftungsausschluss|rechtlicher hinweis|vertraulichkeit)"
)
_THIS_MESSAGE: Final = re.compile(
    # An adjective may stand between ("tej poufnej wiadomości"), a matter may not ("w tej sprawie informacje").
    r"(?:\bt[aey]j?|niniejsz\w+) (?:(?!spraw)\w+(?:ej|[cknw]a|[knw][ye]|ego|ym) )?"
    r"(?:wiadomosc|mail|e-mail|korespondencj|poczt|przesylk|transmisj|informacj|tresc)"
    r"|(?:wiadomosc|korespondencj|informacj)\w* ta\b|ten e-?mail|tego e-?mail|this (?:e-?mail|message|communication)"
    r"|diese[rs]? (?:e-?mail|nachricht|mitteilung)|zalacznik\w* do niej"
)


def _shapes(*written: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one) for one in written)


_COPYING: Final = (
    "(?:rozpowszechni|kopiowa|ujawni|wykorzyst|rozprowadz|dystrybu|powiela|udostepni|publikowa|przekazywa)"
)
_FORBIDDEN: Final = "(?:zabron|niedozwol|bezprawn|zakaz|nielegaln|sprzeczn|nie mozna|nie wolno)"
_ADDRESSED: Final = _shapes(
    r"(?:wiadomosc|mail|poczt|korespondencj|przesylk|tresc|transmisj|informacj).{0,80}"
    r"(?:przeznaczon|skierowan|adresowan)|przeznaczon\w* (?:jest )?(?:wylacznie|tylko|jedynie)",
    r"omylk|pomylk|bledn\w+ (?:zaadres|dorecz|otrzym|wysl)|nie (?:jest|jestes|sa)\b.{0,50}(?:adresat|odbiorc)"
    r"|(?:niezamierzon|niewlasciw)\w+ (?:adresat|odbiorc)",
    r"intended (?:only|solely|for|exclusively|recipient)|not the (?:intended|named) |sole use of",
    r"(?:received|sent|transmitted) .{0,40}(?:in error|by mistake|erroneously)",
    r"(?:nicht der|(?:falls|sollten) sie nicht|sind sie nicht).{0,40}(?:adressat|empfanger)|irrtumlich",
    r"fur den .{0,40}(?:adressat|empfanger)\w* bestimmt",
)
_GUARDED: Final = _shapes(
    r"poufn(?:e|y|a|ych|ego|osc)",
    r"(?:usuna|usun|skasowa|zniszcz|wykasowa)\w*.{0,80}(?:wiadomosc|poczt|kopi|mail|korespondencj|system|tresc|transmisj)"
    r"|(?:usuniecie|skasowanie|zniszczenie)\b|\busun (?:go|ja)\b",
    r"prawnie (?:chronion|zastrzezon)|chronion\w* (?:prawem|prawnie)|zastrzezon"
    r"|tajemnic\w+ (?:przedsiebiorstw|zawodow|prawn|sluzbow|handlow)",
    rf"{_COPYING}.{{0,160}}{_FORBIDDEN}|{_FORBIDDEN}.{{0,160}}{_COPYING}",
    r"(?:powiadom|zawiadom|poinformow|kontakt|zwrotn|niezwloczn).{0,80}(?:nadawc|autor|zwrotn|telefon)",
    r"nie stanowi\w* oferty|nie ponosi\w* (?:zadnej )?odpowiedzialnosci|(?:opinie|poglady).{0,60}(?:autora|nadawcy)",
    r"confidential|privileged",
    r"(?:delete|destroy|notify|inform) .{0,60}(?:sender|message|mail|copies|immediately|it\b)",
    r"(?:disclos|distribut|copying|dissemination|unauthori[sz]ed|use of).{0,120}(?:prohibited|forbidden|unlawful)",
    r"vertraulich|rechtlich geschutzt",
    r"vernichten|loschen sie|um loschung|unbefugte weitergabe|unerlaubte",
)
_PRIVACY: Final = _shapes(
    r"administrator\w* .{0,40}danych|administratorem danych|verantwortlich\w* im sinne",
    r"2016/679|\brodo\b|\bgdpr\b|\bds-?gvo\b|rozporzadzeni\w+ o ochronie danych",
    r"inspektor\w* ochrony danych|\biodo?\b",
    r"klauzul\w (?:informacyjn|rodo)|polityk\w+ prywatnosci|privacy (?:policy|notice)|datenschutz(?:hinweis|erklarung|information)",
    r"przetwarza\w*.{0,80}dan(?:e|ych)\b|dan(?:e|ych)\b.{0,80}przetwarza",
    r"\bart\. ?(?:6|13|14)\b",
    r"praw[oa] (?:dostepu|do zadania|wniesienia|do wniesienia|sprostowania|zadania)|wniesienia skargi"
    r"|prezes\w* u(?:rzedu|odo)",
    r"podanie danych .{0,40}(?:dobrowoln|obowiazk)|okres\w* .{0,30}przechowyw|odbiorc\w+ danych|profilowan",
)
_ADDRESSES_READER: Final = re.compile(
    r"(?:panstwa|pani|pana|twoich|twoje) dan(?:e|ych)|informuj\w+, (?:ze|iz)"
    r"|administratorem\b.{0,60}\bjest\b.{0,120}(?:https?://|www\.|sp\. ?z ?o|\bs\. ?a\.)"
    r"|informacj\w o przetwarzaniu danych|obowiazek informacyjny|finden sie (?:unter|auf)"
)
_CLAUSE_OPENS: Final = re.compile(
    r"[^\w\"]*(?:1[.)] ?)?(?:zgodnie z|na podstawie|w zwiazku z|administratorem|informuj|stosownie do|szczegolowe informacje"
    r"|obowiazek informacyjny|datenschutz|informacj\w+ o przetwarzaniu (?=.{0,200}(?:https?://|www\.)))"
)
_REGISTER: Final = _shapes(
    r"\bkrs\b", r"kapital\w* zakladow", r"sad\w* rejonow", r"\bnip\b", r"\bregon\b", r"wydzial\w* gospodarcz"
)
_OF_THIS_MESSAGE_ALONE: Final = re.compile(
    r"\W*(?:uwaga\W{1,3})?(?:(?:tresc|zawartosc) )?(?:t(?:a|en|ej|ego)|niniejsz\w{1,4}) "
    r"(?:wiadomos\w{1,3}|e-?mail\w?|mail\w?|korespondencj\w)(?: (?:wraz|i|oraz|z) .{1,60}?)? "
    r"(?:(?:jest|sa|ma charakter|zawiera)(?: informacje| dane)? (?:w pelni |scisle |prawnie )?(?:poufn|chronion|zastrzezon)\w{1,4})"
    r".{0,80}"
)
_NATURE: Final = re.compile(r"srodowisk|przyrod|drzew|\blas(?:y|ow|ach|om|u)?\b|natur|planet|environment|trees|umwelt")
# Who explains how to print may speak of paper as well: it is a plea where one shall save it and not print.
_SAVES_PAPER: Final = re.compile(
    r"(?:oszczedzaj|szanuj|chron)\w{0,4} papier.{0,60}(?:nie drukuj|zanim|przed wydruk)"
    r"|(?:nie drukuj|zanim|przed wydruk).{0,60}(?:oszczedzaj|szanuj|chron)\w{0,4} papier|save paper.{0,60}print"
)
_LONGEST_PLEA: Final = 250
_PRINTING: Final = re.compile(r"druk|print|druck")
_PLEA: Final = re.compile(
    r"pomysl|rozwaz|zastanow|dbaj|dbam|chron|szanuj|oszczedz|przemysl|wez pod uwage|wezcie|zanim wydruk|nie drukuj|wplyw na"
    r"|\bconsider\b|think (?:of|about|before)|protect|before (?:you )?print|save|only (?:when|if)|nur (?:bei|wenn)|tylko (?:wtedy|jesli|gdy)|denken sie|muss diese"
)


def _count(shapes: Iterable[re.Pattern[str]], text: str) -> int:
    return sum(1 for shape in shapes if shape.search(text))


def end_of_confidentiality(rows: Sequence[Row], index: int) -> int | None:
    """The end of the notice of confidentiality that begins at this row, within its paragraph, or None."""
    key = rows[index].key
    heading = _HEADING.match(key) is not None and not (_is_sentence(key) and _count(_PRIVACY, key))
    if not heading and not _may_open_notice(key):
        return None
    end = index
    while end < len(rows) and not rows[end].blank and end < index + MAX_ROWS_OF_NOTICE:
        end += 1
    text = " ".join(row.key for row in rows[index:end])[:_MAX_TEXT]
    addressed, guarded = _count(_ADDRESSED, text), _count(_GUARDED, text)
    if heading:
        return end if addressed + guarded >= 1 else None
    of_itself = addressed > 0 or _THIS_MESSAGE.search(text) is not None
    enough = 2 if _THIS_MESSAGE.search(key[:120]) else 3
    return end if of_itself and addressed + guarded >= enough else None


def _may_open_notice(key: str) -> bool:
    """A whole sentence that shows one trait and speaks of no message in hand is the author's, whatever stands below."""
    known = _count(_ADDRESSED, key) + _count(_GUARDED, key)
    alone = key.endswith((".", "!", "?")) and _THIS_MESSAGE.search(key) is None
    return known > alone


def is_plea_for_trees(row: Row) -> bool:
    """``Proszę rozważyć wpływ na środowisko przed wydrukowaniem``; an environment in which one prints is none."""
    key = row.key
    if len(key) >= _LONGEST_PLEA:
        return False
    return _SAVES_PAPER.search(key) is not None or all(shape.search(key) for shape in (_NATURE, _PRINTING, _PLEA))


def is_register_line(row: Row) -> bool:
    """The company's entry in the register, which the law wants on letters: court, number, capital."""
    return _count(_REGISTER, row.key) >= 3


def is_confidentiality_line(row: Row) -> bool:
    """``Treść tej wiadomości jest poufna.``: one sentence that says of its own message that it is confidential."""
    return _OF_THIS_MESSAGE_ALONE.fullmatch(row.key) is not None


def is_privacy_clause(row: Row, *, below_signature: bool) -> bool:
    """True for a privacy clause in one row; where no signature stands above it, it must be plainer."""
    known = _count(_PRIVACY, row.key)
    linked = re.search(r"https?://|www\.", row.key) is not None
    headed = _HEADING.match(row.key) is not None and (linked or not _is_sentence(row.key))
    if below_signature and (known >= 2 or (known == 1 and headed)):
        return True
    opens = _CLAUSE_OPENS.match(row.key) is not None
    return _ADDRESSES_READER.search(row.key) is not None and 0 < known >= _CLAUSE_ALONE - opens - linked


def start_of_privacy_block(rows: Sequence[Row], *, closes_answer: bool = False) -> int | None:
    """Where a privacy clause of many rows begins that goes on to the end, or None.

    As the whole of a text it needs its heading, unless an answer stands above (``closes_answer``): somebody may answer
    with just the law's words.
    """
    for index in range(max(0, len(rows) - _MAX_ROWS_OF_CLAUSE), len(rows)):
        if not (_is_heading(rows[index]) or ((index > 0 or closes_answer) and _opens_block(rows, index))):
            continue
        if _speaks_of_privacy([row for row in rows[index:] if not row.blank]):
            return index
    return None


def _speaks_of_privacy(rows: Sequence[Row]) -> bool:
    """Two rows or more do, and from the first row on as many as do not: prose or a farewell between ends a clause."""
    known = 0
    for number, row in enumerate(rows, start=1):
        known += bool(_count(_PRIVACY, row.key))
        if known * 2 < number:
            return False
    return known > 1


def _is_heading(row: Row) -> bool:
    """``Klauzula informacyjna RODO``, and no sentence on one."""
    return _HEADING.match(row.key) is not None and len(row.key) < 80 and not _is_sentence(row.key)


def _is_sentence(key: str) -> bool:
    return key.endswith((".", "!", "?")) and len(key.split()) > _MOST_WORDS_OF_HEADING


def _opens_block(rows: Sequence[Row], index: int) -> bool:
    """A clause without its heading: it speaks to its reader of his data, where an answer speaks of the law."""
    key = rows[index].key
    if _CLAUSE_OPENS.match(key) is None or _count(_PRIVACY, key) < 2:
        return False
    return any(_ADDRESSES_READER.search(row.key) for row in rows[index:])
