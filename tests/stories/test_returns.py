"""What comes back of our letters: bounces undo what was believed, vacation notes and receipts only tell something."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from servers.deployment import ANNA, HOTLINE, PIOTR, Deployment, form_text, mail, reply_to, text_of
from servers.notices import automatic, delivery_notice, invitation, read_receipt

# What the register makes of them is asked of both databases in tests/register.
pytestmark = pytest.mark.only_on("sqlite", "what comes back has nothing to do with the database")

CLERK = "j.bak@ug.debowa.example"
ANSWER = "Dzień dobry,\n\nproszę użyć przycisku Wycofaj.\n\nAnna Nowak"


def asked(gate: Deployment, **form: str) -> dict[str, EmailMessage]:
    """A question on its way: the letters by the first word of their recipient's address."""
    gate.send(mail(form_text(**form)))
    letters = {str(letter["To"]).rpartition("<")[2].split("@")[0]: letter for letter in gate.letters(3)}
    gate.settled()
    return letters


def answered(gate: Deployment, anna: EmailMessage, text: str = ANSWER) -> EmailMessage:
    """The answer of Anna, accepted by the smarthost."""
    gate.send(reply_to(anna, text, ANNA))
    (answer,) = gate.letters(1)
    gate.settled()
    return answer


def return_address(gate: Deployment, letter: EmailMessage) -> str:
    """Where a letter comes back to: the sender of its envelope."""
    return next(row.envelope_sender for row in gate.rows_of_letters() if row.message_id == letter["Message-ID"])


def comes_back(gate: Deployment, letter: EmailMessage, recipient: str = CLERK, **how: str) -> None:
    """A delivery notice about a letter arrives at its return address and is handled."""
    gate.send(delivery_notice(letter, recipient, **how), sender="", recipient=return_address(gate, letter))
    gate.settled()


def to_consultants(letters: list[EmailMessage]) -> bool:
    return bool(letters) and all("wsparcie.example" in str(letter["To"]) for letter in letters)


def test_every_letter_has_a_return_address_of_its_own(gate: Deployment) -> None:
    letters = asked(gate)
    senders = {return_address(gate, letter) for letter in letters.values()}
    assert len(senders) == len(letters)
    assert all(sender.startswith("hotline+b.") and sender.endswith("@csizs.example") for sender in senders)


def test_e63_a_bounced_acknowledgement_is_undone_once_and_somebody_calls(gate: Deployment) -> None:
    receipt = asked(gate)["j.bak"]
    (before,) = gate.register()
    comes_back(gate, receipt)
    (entry,) = gate.register()
    assert (before["acknowledged_at"] is None, entry["acknowledged_at"], entry["status"]) == (False, None, "pending")
    (undone,) = gate.events("not_acknowledged")
    assert undone.detail["was"].startswith(before["acknowledged_at"][:4]) and undone.detail["is"] is None
    (call,) = gate.events("call_task")
    assert (call.detail["phone"], call.detail["purpose"]) == ("+48242614021", "acknowledge")
    told = gate.letters(2)
    assert to_consultants(told)
    assert "pod tym adresem nie ma skrzynki" in text_of(told[0])
    assert "24 261 40 21" in text_of(told[0])
    assert not gate.quarantined()
    comes_back(gate, receipt, words="Once more.")
    assert gate.fresh_letters() == []
    assert len(gate.events("bounced")) == 2
    assert len(gate.events("not_acknowledged")) == len(gate.events("call_task")) == 1


def test_e63_without_a_telephone_a_person_is_told(gate: Deployment) -> None:
    comes_back(gate, asked(gate, contact=CLERK)["j.bak"])
    assert gate.events("call_task") == []
    (aside,) = gate.quarantined()
    assert "was not delivered (5.1.1)" in aside.reason and "no telephone" in aside.reason
    assert CLERK not in aside.reason
    assert "Nie znamy numeru telefonu" in text_of(gate.letters(2)[0])


def test_e64_a_notice_without_any_known_shape_is_told_by_the_address_it_comes_to(gate: Deployment) -> None:
    receipt = asked(gate)["j.bak"]
    odd = automatic("serwer@mx.debowa.example", "Zwrotka", f"Konto {CLERK} zlikwidowano.")
    gate.send(odd, sender="", recipient=return_address(gate, receipt))
    gate.settled()
    assert gate.register()[0]["acknowledged_at"] is None
    assert len(gate.register()) == 1


def outcome_of(gate: Deployment, sender: str, subject: str, text: str) -> str:
    """What a notice about the receipt is taken to say, which stays given whatever that is."""
    receipt = asked(gate)["j.bak"]
    gate.send(automatic(sender, subject, text.format(CLERK)), sender="", recipient=return_address(gate, receipt))
    gate.settled()
    assert gate.register()[0]["acknowledged_at"] is not None
    (note,) = gate.events("bounced")
    return str(note.detail["outcome"])


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("MAILER-DAEMON@mx.example", "Potwierdzenie dostarczenia", "Wiadomość do {} została dostarczona do skrzynki."),
        ("postmaster@mx.example", "Delivery Status Notification (Success)", "It was successfully delivered to {}."),
        ("postmaster@outlook.com", "Relayed: Potwierdzenie", "Delivery to these recipients or groups is complete: {}"),
        ("postmaster@outlook.com", "Dostarczono: Potwierdzenie", "Wiadomość została dostarczona do adresatów: {}"),
        ("postmaster@mx.example", "Limit", "Skrzynka {} jest zapełniona w 95%. Wiadomość została dostarczona."),
    ],
)
def test_e65_a_notice_of_success_undoes_nothing_and_tells_nobody(
    gate: Deployment, sender: str, subject: str, text: str
) -> None:
    assert outcome_of(gate, sender, subject, text) == "delivered"
    assert gate.fresh_letters() == [] and not gate.quarantined()


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        (
            "antyspam@mx.example",
            "Wiadomość w kwarantannie",
            "Wiadomość do {} czeka na sprawdzenie i zostanie dostarczona.",
        ),
        ("weryfikacja@mx.example", "Potwierdź nadawcę", "Aby wiadomość do {} została dostarczona, kliknij w link."),
        ("helpdesk@mx.example", "[#450 1] Potwierdzenie", "Sprawa 450 przyjęta. Wysłano kopię do {}"),
        ("postmaster@mx.example", "Ostrzeżenie o limicie", "Skrzynka {} jest zapełniona w 95%."),
        ("MAILER-DAEMON@mx.example", "Info", "Poczta: {}"),
    ],
)
def test_e66_what_does_not_say_that_a_letter_failed_undoes_nothing_and_a_person_looks(
    gate: Deployment, sender: str, subject: str, text: str
) -> None:
    assert outcome_of(gate, sender, subject, text) == "unknown"
    assert gate.fresh_letters() == []
    (aside,) = gate.quarantined()
    assert (
        aside.reason == "a notice on a letter to a clerk about HOT-01/2026/000001 does not say whether it was delivered"
    )


def test_e65_a_delayed_notice_is_a_note_only(gate: Deployment) -> None:
    comes_back(gate, asked(gate)["j.bak"], action="delayed", status="4.4.1")
    assert gate.register()[0]["acknowledged_at"] is not None
    (note,) = gate.events("bounced")
    assert (note.detail["outcome"], note.detail["status"]) == ("delayed", "4.4.1")
    assert gate.fresh_letters() == [] and not gate.quarantined()


def test_e66_a_forged_notice_changes_nothing_and_is_kept_for_a_person(gate: Deployment) -> None:
    receipt = asked(gate)["j.bak"]
    receipt.clear_content()
    receipt.set_content("Dzień dobry")
    for forged in ("<hot01.1.aaaaaaaabbbbbbbbcccccccc@csizs.example>", "<other@csizs.example>"):
        receipt.replace_header("Message-ID", forged)
        notice = delivery_notice(receipt, CLERK)
        gate.send(notice, sender="", recipient="hotline+b.aaaaaaaabbbbbbbbcccccccc@csizs.example")
    gate.settled()
    assert gate.register()[0]["acknowledged_at"] is not None
    assert [one.verdict for one in gate.quarantined()] == ["bounce", "bounce"]
    assert gate.fresh_letters() == []


def test_a_notice_that_lost_the_return_address_is_told_by_our_message_id(gate: Deployment) -> None:
    gate.send(delivery_notice(asked(gate)["j.bak"], CLERK), sender="", recipient=HOTLINE)
    gate.settled()
    assert gate.register()[0]["acknowledged_at"] is None


def test_e104_a_bounced_answer_opens_the_question_and_counts_from_the_real_delivery(gate: Deployment) -> None:
    letters = asked(gate)
    first = answered(gate, letters["anna.nowak"])
    (finished,) = gate.register()
    assert (finished["status"], finished["answered_at"] is None) == ("finished", False)
    comes_back(gate, first, status="5.2.2")
    (entry,) = gate.register()
    assert (entry["status"], entry["answered_at"]) == ("pending", None)
    assert [event.detail["purpose"] for event in gate.events("call_task")] == ["answer"]
    (told,) = gate.letters(1)
    assert "anna.nowak" in str(told["To"]) and "skrzynka adresata jest pełna" in text_of(told)
    answered(gate, told, "Wysyłam jeszcze raz: proszę użyć przycisku Wycofaj.")
    (again,) = gate.register()
    assert again["status"] == "finished"
    assert again["answered_at"] > finished["answered_at"]


def test_e104_after_a_bounce_any_consultant_may_answer_the_question(gate: Deployment) -> None:
    letters = asked(gate)
    comes_back(gate, answered(gate, letters["anna.nowak"]))
    gate.letters(1)
    gate.send(reply_to(letters["piotr.zajac"], "Proszę użyć przycisku Wycofaj.", PIOTR))
    assert gate.letters(1)[0]["To"].endswith(f"<{CLERK}>")
    gate.settled()
    assert (gate.register()[0]["status"], gate.held()) == ("finished", [])


def test_e20_one_consultants_letter_that_bounces_is_an_alarm_and_the_others_stay_delivered(gate: Deployment) -> None:
    letters = asked(gate)
    comes_back(gate, letters["piotr.zajac"], "piotr.zajac@wsparcie.example")
    (aside,) = gate.quarantined()
    assert aside.reason.startswith("a letter to a consultant about HOT-01/") and "5.1.1" in aside.reason
    assert [row.recipient for row in gate.rows_of_letters() if row.bounced_at] == ["piotr.zajac@wsparcie.example"]
    assert gate.register()[0]["acknowledged_at"] is not None
    assert gate.fresh_letters() == []
    assert answered(gate, letters["anna.nowak"])["To"].endswith(f"<{CLERK}>")


NOTE = "Dzień dobry, przebywam na urlopie do 31 grudnia 2026 r. W sprawach pilnych proszę o kontakt z sekretariatem."


@pytest.mark.parametrize(
    ("headers", "envelope"),
    [
        ({"Auto_Submitted": "auto-replied"}, ""),
        ({}, CLERK),
        ({}, ""),
    ],
    ids=["e67 with headers", "e69 without any", "e67 to the return address"],
)
def test_e67_e69_a_clerks_vacation_note_says_until_when_and_opens_nothing(
    gate: Deployment, headers: dict[str, str], envelope: str
) -> None:
    letters = asked(gate)
    answer = answered(gate, letters["anna.nowak"])
    threaded = headers | ({"In_Reply_To": str(answer["Message-ID"])} if envelope or headers else {})
    note = automatic(f"Jan Bąk <{CLERK}>", f"Odpowiedź automatyczna: {answer['Subject']}", NOTE, **threaded)
    gate.send(note, sender=envelope, recipient=return_address(gate, answer) if not threaded else HOTLINE)
    gate.settled()
    (absent,) = gate.events("absent")
    assert (absent.detail["until"], absent.actor) == ("2026-12-31", f"clerk {CLERK}")
    assert [entry["status"] for entry in gate.register()] == ["finished"]
    assert gate.fresh_letters() == [] and gate.events("follow_up") == []


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-replied"}, {}], ids=["e68", "e69"])
def test_e68_e69_a_consultants_vacation_note_is_never_relayed_and_marks_him_absent(
    gate: Deployment, headers: dict[str, str]
) -> None:
    letters = asked(gate)
    threaded = headers | {"In_Reply_To": str(letters["anna.nowak"]["Message-ID"])}
    gate.send(automatic(ANNA, "Odpowiedź automatyczna: Nowe pytanie", NOTE, **threaded))
    gate.settled()
    (absent,) = gate.events("absent")
    assert absent.actor == "consultant anna.nowak@wsparcie.example"
    assert absent.detail["until"] == "2026-12-31"
    assert gate.fresh_letters() == [] and gate.held() == []
    gate.send(reply_to(letters["piotr.zajac"], "Proszę użyć przycisku Wycofaj.", PIOTR))
    assert gate.letters(1)[0]["To"].endswith(f"<{CLERK}>")


def test_e74_our_own_letter_that_comes_back_is_dropped_and_counted(gate: Deployment) -> None:
    receipt = asked(gate)["j.bak"]
    gate.send(receipt, sender="j.bak@ug.debowa.example")
    gate.settled()
    assert len(gate.register()) == 1
    assert [row.verdict for row in gate.rows_of_mail()] == ["question", "own_letter"]
    assert gate.fresh_letters() == [] and not gate.quarantined() and gate.events("note") == []


def test_e75_a_mail_in_our_name_that_we_did_not_send_is_quarantined(gate: Deployment) -> None:
    for sender in (HOTLINE, "hotline+r.aaaaaaaabbbbbbbbcccccccc@csizs.example"):
        gate.send(mail(form_text(), sender=f"Hot-line <{sender}>"))
    gate.settled()
    assert [one.reason[:19] for one in gate.quarantined()] == ["spoofed own address"] * 2
    assert gate.register() == [] and gate.fresh_letters() == []


def test_e75_our_message_id_under_another_name_is_quarantined_and_nothing_is_lost(gate: Deployment) -> None:
    answer = answered(gate, asked(gate)["anna.nowak"])
    answer.replace_header("From", f"Jan Bąk <{CLERK}>")
    gate.send(answer, sender=CLERK)
    gate.settled()
    assert ["another sender" in one.reason for one in gate.quarantined()] == [True]


def test_e78_a_read_receipt_says_that_the_answer_was_seen(gate: Deployment) -> None:
    answer = answered(gate, asked(gate)["anna.nowak"])
    for disposition in ("displayed", "deleted"):
        gate.send(read_receipt(answer, CLERK, disposition), sender=CLERK)
        gate.settled()
    assert [event.actor for event in gate.events("seen")] == [f"clerk {CLERK}"]
    assert [event.actor for event in gate.events("note")] == [f"clerk {CLERK}"]
    assert [entry["status"] for entry in gate.register()] == ["finished"]
    assert gate.fresh_letters() == []


def test_e79_an_invitation_is_no_question_and_is_answered_politely_once_a_day(gate: Deployment) -> None:
    for subject in ("Narada w sprawie świadczeń", "Narada przeniesiona"):
        gate.send(invitation(f"Jan Bąk <{CLERK}>", subject))
        gate.settled()
    (told,) = gate.fresh_letters()
    assert "tylko do przyjmowania pytań na formularzu HOT-01" in text_of(told)
    assert told["Auto-Submitted"] == "auto-replied"
    assert gate.register() == []
    assert ["calendar" in one.reason for one in gate.quarantined()] == [True, True]


def test_thanks_alone_do_not_open_a_finished_question_again(gate: Deployment) -> None:
    answer = answered(gate, asked(gate)["anna.nowak"])
    gate.send(reply_to(answer, "Dziękuję bardzo za szybką pomoc!\n\nPozdrawiam\nJan Bąk", f"Jan Bąk <{CLERK}>"))
    gate.settled()
    assert [entry["status"] for entry in gate.register()] == ["finished"]
    assert gate.fresh_letters() == []
    assert [event.detail["text"][:15] for event in gate.events("note")] == ["Dziękuję bardzo"]
    gate.send(reply_to(answer, "Dziękuję, ale nadal nie działa.", f"Jan Bąk <{CLERK}>"))
    assert to_consultants(gate.letters(2))
    gate.settled()
    assert [entry["status"] for entry in gate.register()] == ["pending"]


def test_data_that_the_form_lacked_are_filled_in_when_the_clerk_sends_them(gate: Deployment) -> None:
    receipt = asked(gate, office="", contact=CLERK)["j.bak"]
    assert "Nie podano nazwy Urzędu" in text_of(receipt)
    text = (
        "Dzień dobry,\n\nNazwa Urzędu: Urząd Gminy Dębowa\nTelefon: 24 261 40 21\nImię i nazwisko: Ktoś Inny\n\nJan Bąk"
    )
    gate.send(reply_to(receipt, text, f"Jan Bąk <{CLERK}>"))
    letters = gate.letters(3)
    assert "[HOT-01/2026/000001] Otrzymaliśmy uzupełnienie: Zgłoszenie pytania" in [
        str(letter["Subject"]) for letter in letters
    ]
    assert len([letter for letter in letters if CLERK not in letter["To"]]) == 2
    gate.settled()
    (entry,) = gate.register()
    assert (entry["office"], entry["phone"], entry["user_name"]) == ("Urząd Gminy Dębowa", "+48242614021", "Jan Bąk")
    (completed,) = gate.events("completed")
    assert completed.detail == {"office": "Urząd Gminy Dębowa", "phone": "+48242614021"}


def test_e77_a_reply_that_comes_to_two_of_our_addresses_is_relayed_once(gate: Deployment) -> None:
    reply = reply_to(asked(gate)["anna.nowak"], ANSWER, ANNA, Cc=HOTLINE)
    for address in (HOTLINE, "hotline+r.aaaaaaaabbbbbbbbcccccccc@csizs.example"):
        gate.send(reply, recipient=address)
    gate.settled()
    assert [letter["To"].endswith(f"<{CLERK}>") for letter in gate.letters(1)] == [True]
    gate.settled()
    assert gate.fresh_letters() == []


def test_without_plus_addresses_a_bounce_is_told_by_our_message_id_alone(tmp_path: Path) -> None:
    with Deployment(tmp_path, REPLY_ADDRESSES="no").running() as gate:
        receipt = asked(gate)["j.bak"]
        assert return_address(gate, receipt) == HOTLINE
        comes_back(gate, receipt)
        assert gate.register()[0]["acknowledged_at"] is None
