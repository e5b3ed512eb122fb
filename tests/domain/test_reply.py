"""What of a reply is new: the points of replies/CONTRACT.md, one fact each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from replyshapes import AUTHOR, CLIENTS, LETTERS, QUESTION, SECOND, Bodies, mail_of

from mailgate.domain.document import Document, Line
from mailgate.domain.mail import Attachment
from mailgate.domain.reply import ReplyText, read_reply
from mailgate.extract.html.reader import read_html

LETTER = LETTERS["own"]
QUOTE_HTML = (
    '<div class="gmail_quote"><div class="gmail_attr">pt., 20 lis 2026 o 13:30 Hot-line CSIZS &lt;hotline@csizs.example&gt;'
    ' napisał(a):<br></div><blockquote class="gmail_quote"><p>##- Proszę pisać odpowiedź powyżej tej linii -##</p>'
    f"<p>{QUESTION}</p></blockquote></div>"
)


def reply_of(plain: str | None, html: str | None = None, attachments: tuple[Attachment, ...] = ()) -> ReplyText:
    page = read_html(html, "body") if html is not None else None
    return read_reply(mail_of(Bodies(plain, html), attachments), None, page)


def picture(name: str, content_id: str | None = None, size: tuple[int, int] = (900, 520)) -> Attachment:
    content = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    return Attachment(name, "image/png", content, inline=True, content_id=content_id)


def test_a_mail_without_any_text_has_nothing_new_and_no_doubt() -> None:
    assert reply_of(None) == ReplyText(None, False)
    assert reply_of("", "") == ReplyText(None, False)


def test_a_reply_without_a_quote_is_all_new() -> None:
    assert reply_of("Dzień dobry,\n\nproszę o numer decyzji.\n") == ReplyText(
        "Dzień dobry,\n\nproszę o numer decyzji.", False
    )


def test_a_document_stands_in_where_the_mail_has_no_plain_text() -> None:
    document = Document("body", (Line("Tak."), Line(""), *map(Line, LETTER)))
    assert read_reply(mail_of(Bodies(None)), document, None) == ReplyText("Tak.", False)


def test_greeting_name_and_telephone_without_dashes_stay() -> None:
    text = "Tak.\n\nZ poważaniem\nAnna Nowak\ntel. 22 555 01 02"
    assert reply_of(text).new_text == text


@pytest.mark.parametrize(
    ("written", "commands", "text"),
    [
        (
            "#notatka oddzwonić w środę\n\nUstalenia wewnętrzne.",
            (("notatka", "oddzwonić w środę"),),
            "Ustalenia wewnętrzne.",
        ),
        ("#NOTATKA\nUstalenia.", (("notatka", ""),), "Ustalenia."),
        ("#Przypisz Wójcik\n\n#zamknij\nTak.", (("przypisz", "Wójcik"), ("zamknij", "")), "Tak."),
        ("#dokumentacja: Podręcznik, s. 4\nTak.", (("dokumentacja", "Podręcznik, s. 4"),), "Tak."),
        ("#zamknij.\n", (("zamknij", ""),), None),
        ("#bzdura coś\nTak.", (("bzdura", "coś"),), "Tak."),
        ("#2 to wniosek.", (), "#2 to wniosek."),
        ("# zamknij", (), "# zamknij"),
        ("Tak, #zamknij działa.", (), "Tak, #zamknij działa."),
        ("Tak.\n#zamknij", (), "Tak.\n#zamknij"),
        ("\ufeff#zamknij\nTak.", (("zamknij", ""),), "Tak."),
    ],
)
def test_commands_stand_in_the_block_at_the_top(
    written: str, commands: tuple[tuple[str, str], ...], text: str | None
) -> None:
    reply = reply_of(written + "\n\n" + (CLIENTS["outlook pl"]([], LETTER).plain or ""))
    assert (reply.commands, reply.new_text, reply.in_doubt) == (commands, text, False)


def test_nothing_in_the_signature_is_a_command() -> None:
    assert reply_of("-- \n#zamknij\n") == ReplyText(None, False)


def test_html_keeps_lists_links_and_tables() -> None:
    page = (
        "<p>Kroki:</p><ul><li>otworzyć kartę,</li><li>zapisać.</li></ul>"
        '<p>Opis: <a href="https://csizs.example/opis">tutaj</a></p>'
        "<table><tr><td>Pole</td><td>Kwota</td></tr><tr><td>A</td><td>800</td></tr></table>"
    )
    text = reply_of(None, page + QUOTE_HTML).new_text or ""
    assert "- otworzyć kartę,\n- zapisać." in text
    assert "tutaj <https://csizs.example/opis>" in text
    assert "Pole | Kwota\nA | 800" in text


def test_html_tells_what_is_new_and_its_lines_are_not_wrapped() -> None:
    wrapped = "Pierwsza długa linia, którą klient złamał\nw połowie.\n"
    reply = reply_of(wrapped, "<div>Pierwsza długa linia, którą klient złamał w połowie.</div>" + QUOTE_HTML)
    assert reply == ReplyText("Pierwsza długa linia, którą klient złamał w połowie.", False)


def test_a_plain_text_that_only_points_to_the_html_is_not_new() -> None:
    assert reply_of("Twój program pocztowy nie wyświetla HTML.\n", "<p>Tak.</p>" + QUOTE_HTML) == ReplyText(
        "Tak.", False
    )


def test_an_html_notice_of_a_gateway_beside_a_plain_letter_hides_nothing() -> None:
    notice = "<p>This e-mail is confidential and intended only for the addressee.</p>"
    assert reply_of("Proszę odświeżyć dane decyzji.\n", notice).new_text == "Proszę odświeżyć dane decyzji."


def test_new_text_that_only_the_plain_text_holds_is_added_and_the_reply_is_held() -> None:
    plain = "Dzień dobry, konto odblokowane.\nProszę zmienić przeglądarkę internetową.\n"
    reply = reply_of(plain, "<p>Dzień dobry, konto odblokowane.</p>")
    assert reply.in_doubt
    assert "Proszę zmienić przeglądarkę internetową." in (reply.new_text or "")


def test_ones_own_indented_paragraph_above_the_quote_is_new() -> None:
    page = "<p>Komunikat</p><blockquote><p>PORTAL-7: brak podpisu</p></blockquote><p>oznacza brak.</p>" + QUOTE_HTML
    assert "PORTAL-7: brak podpisu" in (reply_of(None, page).new_text or "")


def test_marked_lines_without_any_quoted_letter_are_kept_and_held() -> None:
    reply = reply_of("Komunikat\n\n> PORTAL-7: brak podpisu\n\noznacza brak.\n")
    assert reply == ReplyText("Komunikat\n\n> PORTAL-7: brak podpisu\n\noznacza brak.", True)


def test_a_mail_that_begins_with_marked_lines_quotes() -> None:
    assert reply_of(f"> {SECOND}\n\nNie trzeba.\n") == ReplyText("Nie trzeba.", True)


def test_a_pasted_prompt_or_comparison_keeps_its_sign() -> None:
    text = "Proszę wpisać:\n> 18 lat\n\ni zapisać."
    assert (reply_of(text).new_text or "") == text


def test_a_signature_container_is_no_text_unless_it_opens_with_the_greeting() -> None:
    signature = '<div id="Signature"><p>Anna Nowak</p><p>tel. 22 555 01 02</p></div>'
    greeting = '<div id="Signature"><p>Z poważaniem</p><p>Anna Nowak</p></div>'
    assert reply_of(None, "<p>Tak.</p>" + signature + QUOTE_HTML).new_text == "Tak."
    assert "Anna Nowak" in (reply_of(None, "<p>Tak.</p>" + greeting + QUOTE_HTML).new_text or "")


def test_an_answer_typed_into_the_signature_container_is_not_lost() -> None:
    page = '<div class="gmail_signature">Proszę odświeżyć dane decyzji i wydrukować ją jeszcze raz.</div>'
    assert "odświeżyć dane" in (reply_of(None, page + QUOTE_HTML).new_text or "")


def test_an_answer_below_the_telephones_own_line_is_new() -> None:
    assert reply_of("Wysłane z iPhone'a\n\nTak, proszę.\n") == ReplyText("Tak, proszę.", False)


def test_lines_unlike_our_letter_in_an_unmarked_quote_hold_the_reply() -> None:
    letter = [*LETTERS["labels"]]
    letter.insert(letter.index("Pytanie") - 1, "to jest inny urząd")
    reply = reply_of(CLIENTS["outlook pl"](["Tak."], letter).plain)
    assert reply.in_doubt
    assert "to jest inny urząd" in (reply.new_text or "")


def test_a_comment_of_somebody_else_in_a_colleagues_mail_does_not_leak() -> None:
    block = "Od: Maria Wójcik <m.w@wsparcie.example>\nWysłano: piątek, 20 listopada 2026 11:02\nDo: Anna Nowak\nTemat: kwoty\n\n"
    reply = reply_of(f"Tak.\n\n{block}Zobacz niżej.\n\n[Piotr Zając] nie obiecuj niczego\n[{AUTHOR.name}] to moje\n")
    assert "nie obiecuj" not in (reply.new_text or "")
    assert "to moje" in (reply.new_text or "")
    assert reply.in_doubt


def test_technical_parts_never_go_along() -> None:
    files = tuple(
        Attachment(name, "application/octet-stream", b"")
        for name in ("smime.p7s", "signature.asc", "winmail.dat", "WINMAIL.DAT", "wniosek.pdf")
    )
    assert reply_of("Tak.", attachments=files).attachments == ("wniosek.pdf",)
    signature = Attachment("podpis.bin", "application/pkcs7-signature", b"")
    assert reply_of("Tak.", attachments=(signature,)).attachments == ()


def test_a_screenshot_goes_along_and_logos_and_pictures_of_the_quote_do_not() -> None:
    page = (
        '<p>Pole adresu:</p><p><img src="cid:shot@1"></p><p>Pozdrawiam</p><p>Anna Nowak</p><p><img src="cid:logo@1"></p>'
        + QUOTE_HTML.replace("<p>##-", '<p><img src="cid:quoted@1"></p><p>##-')
    )
    files = (
        picture("image002.png", "shot@1"),
        picture("image001.png", "logo@1", (120, 36)),
        picture("image003.png", "quoted@1"),
    )
    assert reply_of("Pole adresu:", page, files).attachments == ("image002.png",)


def test_a_large_picture_below_the_greeting_is_a_screenshot() -> None:
    page = '<p>Tak.</p><p>Pozdrawiam</p><p><img src="cid:shot@1"></p>' + QUOTE_HTML
    assert reply_of(None, page, (picture("image002.png", "shot@1"),)).attachments == ("image002.png",)


def test_a_picture_in_a_signature_container_stays_behind() -> None:
    page = '<p>Tak.</p><div class="gmail_signature">Anna<br><img src="cid:l@1"></div>' + QUOTE_HTML
    assert reply_of(None, page, (picture("image001.png", "l@1"),)).attachments == ()


def test_a_file_named_inline_without_a_place_in_the_text_goes_along() -> None:
    assert reply_of("Tak.", None, (picture("zrzut.png"),)).attachments == ("zrzut.png",)
    assert reply_of("Tak.", "<p>Tak.</p>", (picture("zrzut.png", "x@1"),)).attachments == ("zrzut.png",)
    assert reply_of("Tak.", "<p>Tak.</p>", (picture("image001.png", "x@1"),)).attachments == ()


def test_placeholders_of_plain_text_are_no_words_and_tell_where_a_picture_stands() -> None:
    shown = CLIENTS["outlook pl"](["Pole:", "[cid:image002.png@01DC5801.11111111]"], LETTER).plain or ""
    files = (picture("image002.png", "image002.png@01DC5801.11111111"),)
    reply = reply_of(shown, None, files)
    assert (reply.new_text, reply.attachments) == ("Pole:", ("image002.png",))
    quoted = shown.replace("[cid:image002.png@01DC5801.11111111]", "") + "\n[cid:image002.png@01DC5801.11111111]\n"
    assert reply_of(quoted, None, files).attachments == ()


def test_our_own_letter_attached_to_the_reply_does_not_go_along() -> None:
    original = Attachment(
        "original.eml", "message/rfc822", b"Message-ID: <hot01.39.gq4n8554bvau3ba7@csizs.example>\r\n"
    )
    other = replace(original, name="inna.eml", content=b"Message-ID: <1@urzad.example>\r\n")
    assert reply_of("Tak.", attachments=(original, other)).attachments == ("inna.eml",)


def test_an_answer_in_the_place_of_the_deleted_quote_is_kept_and_held() -> None:
    sentence = "W dniu 20 listopada 2026 13:30 użytkownik Hot-line CSIZS <hotline@csizs.example> napisał:"
    assert reply_of(f"{sentence}\n\nNie, wystarczy pobrać go ponownie.\n") == ReplyText(
        "Nie, wystarczy pobrać go ponownie.", True
    )
    block = (
        "Od: Hot-line CSIZS <hotline@csizs.example>\nWysłano: piątek, 20 listopada 2026 11:02\nDo: A\nTemat: kwoty\n\n"
    )
    assert reply_of(f"{block}Nie, wystarczy.\n") == ReplyText("Nie, wystarczy.", True)


def test_an_attribution_left_over_from_a_deleted_quote_is_not_new() -> None:
    assert reply_of("Tak.\n\nW dniu 18.11.2026 o 12:14, Hot-line CSIZS pisze:\n") == ReplyText("Tak.", False)


def test_a_colleagues_mail_without_our_letter_below_it_does_not_leak() -> None:
    block = "Od: Maria Wójcik <m.w@wsparcie.example>\nWysłano: piątek, 20 listopada 2026 11:02\nDo: A\nTemat: kwoty\n\n"
    assert reply_of(f"Tak.\n\n{block}Możesz obiecać.\n") == ReplyText("Tak.", False)
    sentence = "W dniu 20 listopada 2026 13:30 Maria Wójcik <m.w@wsparcie.example> napisała:\n\n"
    assert reply_of(f"Tak.\n\n{sentence}Możesz obiecać.\n").new_text == "Tak."


def test_lines_copied_up_from_a_quote_that_is_wrapped_otherwise_are_quoted() -> None:
    shown = CLIENTS["gmail pl, narrow"](["> " + QUESTION, "", "Wgramy ją dziś."], LETTER)
    assert reply_of(shown.plain) == ReplyText("Wgramy ją dziś.", True)


def test_a_comment_whose_name_stands_on_a_line_of_its_own_brings_the_next_line() -> None:
    letter = [*LETTER]
    letter[letter.index(SECOND) + 1 : letter.index(SECOND) + 1] = ["", f"[{AUTHOR.name}]", "", "Nie trzeba."]
    reply = reply_of(CLIENTS["outlook pl"](["Odpowiedzi niżej."], letter).plain)
    assert reply.in_doubt
    assert "Nie trzeba." in (reply.new_text or "")


def test_a_quote_container_at_the_end_is_quoted_even_where_nothing_names_it() -> None:
    reply = reply_of(None, "<p>Tak.</p><blockquote type='cite'><p>Od stycznia kwota jest inna.</p></blockquote>")
    assert reply == ReplyText("Tak.", True)


def test_a_subject_wrapped_onto_a_second_row_hides_no_text_below_the_letter() -> None:
    shown = CLIENTS["outlook pl"]([], LETTER).plain or ""
    wrapped = shown.replace("kwota kryterium\n\n", "kwota\nkryterium\n\n", 1)
    assert reply_of(wrapped + "\nDopisek.\n") == ReplyText("Dopisek.", True)


def test_a_file_that_exchange_made_of_the_quote_and_the_authors_card_do_not_go_along() -> None:
    files = (
        Attachment("ATT00001.htm", "text/html", "\n".join(LETTER).encode()),
        Attachment("anna_nowak.vcf", "text/vcard", b"BEGIN:VCARD"),
        Attachment("urzad.vcf", "text/vcard", b"BEGIN:VCARD"),
        Attachment("wykaz.txt", "text/plain", b"1. wniosek"),
    )
    assert reply_of("Tak.", attachments=files).attachments == ("urzad.vcf", "wykaz.txt")


@pytest.mark.parametrize("client", ["thunderbird pl", "outlook pl", "gmail html", "outlook html"])
@pytest.mark.parametrize("said", [
    "W dniu 20.11.2026 o 12:39 system napisał:\nBŁĄD 17",
    "Dnia 20.11.2026 wpłynął wniosek, a pan Kowalski (jan@urzad.example) pisze:\n„nie działa”",
    "Proszę pisać na a@urzad.example\nKierownik pisze:\nTak.",
    "Od: jan@urzad.example\nDo: anna@urzad.example\nproszę wpisać w polu.",
    "Proszę ustawić:\n\nOd: 8:00\nDo: 16:00\nData: 20.11.2026 12:00",
    "1) Od: Jan\n2) Do: Anna\n3) Temat: x",
])  # fmt: skip
def test_prose_that_tells_who_wrote_what_is_no_quote(client: str, said: str) -> None:
    answer = ["Dzień dobry,", "", *said.split("\n"), "", "Anna"]
    bodies = CLIENTS[client](answer, LETTER)
    reply = reply_of(bodies.plain, bodies.html)
    assert ((reply.new_text or "").split(), reply.in_doubt) == (" ".join(answer).split(), False)


def test_a_strangers_mail_quoted_without_marks_is_held() -> None:
    sentence = "Dnia 18 listopada 2026 12:09 Jan <jan@inna.example> napisał(a):"
    assert reply_of(f"Tak.\n\n{sentence}\n\nNie działa mi wydruk.\n").in_doubt
