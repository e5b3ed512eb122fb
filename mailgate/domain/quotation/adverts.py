"""Lines that a mail client or a virus scanner puts under a mail: "Wysłane z iPhone'a", "Wolny od wirusów".

Prose comes close to them ("Wysłane z telefonu zgłoszenia są w zakładce Moje"), so what stands behind the device's name
must look like a model, a system or an apology.
"""

from __future__ import annotations

import re
from typing import Final

from mailgate.domain.quotation.rows import Row

_LONGEST: Final = 300
_PUNCTUATION: Final = " -_*.!<>\"'()[],;:"
_ENDS: Final = " -_*.!<>\"'()[]"

_SENT: Final = (
    r"(?:napisan[eoya] na|(?:wyslan[eoya]|napisan[eoya]|(?:ta )?wiadomosc (?:zostala )?wyslana|(?:ten )?e-?mail (?:zostal )?wyslany|sent|gesendet|envoye"
    r"|inviato|enviado) (?:z|ze|za pomoca|za posrednictwem|przy uzyciu|poprzez|przez|from|with|via|by|using|mit|von|vom|aus"
    r"|uber|de|depuis|da|desde))\b"
)
_DEVICE: Final = (
    r"(?:i(?:phone|pad|pod|mac|os|pados)(?:'?\w{1,2})?|mac ?os|apple watch|macbook\w*|android\w*|samsung\w*|galaxy|huawei|xiaomi|redmi"
    r"|poco|realme|oppo|motorola|oneplus|nokia|lumia|sony|xperia|lg|htc|pixel|blackberry|windows|outlook\w*|yahoo|gmail\w*"
    r"|proton ?mail\w*|k-9|thunderbird\w*|bluemail|spark|aqua ?mail|mailbird|em client|tuta\w*|canary|edison|typeapp"
    r"|mailspring|fair ?email|poczt[yaeo]?|mail|wp|onet|o2|interi[ai]|gazeta|gmx|web\.de|hcl verse|zimbra|smartfon\w*"
    r"|smartphon\w*|telefon\w*|tablet\w*|komork\w*|urzadzeni\w+ (?:mobiln|przenosn|apple)\w*|phone|handheld|mobile(?: device)?"
    r"|handy|mobiltelefon|mobilger\w+)"
)
_ADVERT: Final = re.compile(rf"{_SENT}.{{0,60}}?\b{_DEVICE}\b(.{{0,120}})")
_JOINING: Final = re.compile(
    r"dla|system(?:u|em)?|na|urzadzeni[ua]|ze?|operacyjn\w+|aplikacj[ia]|mobiln\w+|poczt[ay]|for|on|my|the|an?|device|mobile"
    r"|app|e?-?mail|secure|via|w|sieci|od|marki|firmy|mojego|phone|tablet|smartphone|smartfonie|telefonie|za|pomoca|przez"
    r"|przy|uzyciu|by|using|with|und|aus|auf|fur|meinem|mit|der|gerat|wersji|wp|o2|sluzbow\w+|komorkow\w+|prywatn\w+|apple"
)
_NAME: Final = re.compile(_DEVICE)
"""A device or system may begin with a small letter itself: ``iOS``."""
_APOLOGY: Final = re.compile(
    r"[\W_]*(?:(?:bardzo |z gory )?przeprasz|prosze (?:o |mi )?(?:wybacz|wyrozum)|wybacz|sorry|please (?:excuse|forgive)|excuse"
    r"|za (?:ewentualne )?(?:literowki|bledy))"
)
_CLIENT: Final = (
    r"(?:(?:poczta )?(?:outlook|onet|wp|o2|interia|gazeta|gmail|yahoo|spark|bluemail|aqua ?mail|thunderbird|proton|zimbra)"
    r"(?: poczta| ?mail)?)"
)
_GET_CLIENT: Final = re.compile(
    rf"(?:pobierz|uzyskaj|zainstaluj|get|download)(?: (?:nasza|bezplatna|darmowa|mobilna|the|our|free))*"
    rf"(?: aplikacje| program| app)?(?: mobilna)? (?:microsoft )?{_CLIENT} (?:dla|na|for)\b.{{0,120}}"
    r"|outlook fur .{0,20} (?:beziehen|herunterladen)|holen sie sich outlook fur .{0,20}|(?:telechargez|obtenir) outlook pour .{0,20}"
)
_SCANNER_NAMES: Final = r"avast|avg|eset|kaspersky|norton|mcafee|bitdefender|sophos|f-secure|g ?data|arcabit|symantec"
_OTHERS: Final = re.compile(
    r"(?:mit freundlichen grussen )?von meinem .{2,40} gesendet.{0,20}|mobil gesendet|von unterwegs gesendet|diese nachricht wurde von meinem .{2,60} gesendet"
    r"|wyslane w biegu|wyslane mobilnie|search, organize, conquer|yahoo mail: .{0,80}"
    r"|(?:virus-free|virenfrei|woln[yae] od wirusow|brak wirusow|bez wirusow)[. ]{0,3}(?:www\.\S+)?(?: \S+)?"
    rf"|(?=.*(?:[vw]ir(?:us|en)|malware|spam|{_SCANNER_NAMES}))(?:ta |ten |niniejsza |this |diese )?"
    r"(?:wiadomosc|e-?mail|message|poczta|nachricht)\b.{0,60}(?:sprawdzon|przeskanowan|checked|scanned|(?:uber|ge)pruft).{0,160}"
    r"|[\W_]*(?:informacja (?:programu|od)|information from|informacje o wersji).{0,10} eset\b.{0,200}"
    r"|(?:ta |ten )?(?:wiadomosc|e-?mail) (?:jest woln[ya] od|nie zawiera) wirusow.{0,120}|diese e-?mail ist (?:frei von viren|virenfrei)"
    rf"|(?:sprawdzono|przeskanowano|skan antywirusowy|scanned|checked|gepruft)\b.{{0,40}}\b(?:{_SCANNER_NAMES})\b.{{0,80}}"
    r"|no virus found in this.{0,40}|nie znaleziono wirusow w tej wiadomosci|(?:checked|sprawdzone) (?:by|przez) avg.{0,60}"
    r"|(?:wersja|version): [\d.]{3,20} / (?:virus database|baza wirusow|baza danych wirusow).{0,100}"
    rf"|(?:https?://)?(?:www\.)?(?:{_SCANNER_NAMES})\.\S{{2,80}}(?: (?:lub|or|i|and) \S{{2,80}})?"
)


def is_advert(row: Row) -> bool:
    """True for a whole line that a client or a virus scanner adds."""
    key = row.key.strip(_ENDS)
    if not key or len(row.text) > _LONGEST:
        return False
    if _OTHERS.fullmatch(key) or _GET_CLIENT.fullmatch(key):
        return True
    found = _ADVERT.fullmatch(key)
    return found is not None and _is_tail(found[1], row.text)


def _is_tail(tail: str, text: str) -> bool:
    """True where what follows a device's name is no prose: names, numbers, joining words, an address or an apology."""
    if _APOLOGY.match(tail):
        return True
    words = tail.split()
    written = text.split()[-len(words) :] if words else []
    for index, (folded, word) in enumerate(zip(words, written, strict=False)):
        if _APOLOGY.match(" ".join(words[index:])):
            return True
        bare = word.strip(_PUNCTUATION)
        if bare and bare[0].islower() and _is_prose(folded):
            return False
    return True


def _is_prose(word: str) -> bool:
    bare = word.strip(_PUNCTUATION)
    return "://" not in word and not (_JOINING.fullmatch(bare) or _NAME.fullmatch(bare))
