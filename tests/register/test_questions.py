"""The register's numbers have no gap, its answers keep every word, and its export is exact."""

from __future__ import annotations

import random
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from servers.entries import NOW, question, registered
from servers.register_workers import Dropped, in_processes, number_questions
from sqlalchemy import Engine
from sqlmodel import select

from mailgate.errors import RegisterError
from mailgate.register import audit, questions
from mailgate.register.database import reading, unit_of_work
from mailgate.register.faults import RowRefused
from mailgate.register.tables import QuestionRow

CONSULTANT = "anna@csizs.example"


def _serials(engine: Engine, year: int = 2026) -> list[int]:
    with reading(engine) as session:
        return sorted(session.exec(select(QuestionRow.serial).where(QuestionRow.year == year)))


def _one(engine: Engine) -> int:
    with unit_of_work(engine) as session:
        return registered(session)[0]


def _row(engine: Engine, question_id: int) -> QuestionRow:
    with reading(engine) as session:
        return questions.get(session, [question_id])[question_id]


def test_the_printed_number_has_six_digits() -> None:
    """HOT-01, the year, the serial of that year."""
    assert questions.printed_number(2026, 123) == "HOT-01/2026/000123"


def test_each_year_is_numbered_from_one(engine: Engine) -> None:
    """Whatever the order in which mails of two years are handled."""
    with unit_of_work(engine) as session:
        assert list(questions.take_numbers(session, 2026, 2)) == [1, 2]
        assert list(questions.take_numbers(session, 2027, 1)) == [1]
        assert list(questions.take_numbers(session, 2026, 1)) == [3]
        assert list(questions.take_numbers(session, 2026, 0)) == []


def test_a_roll_back_gives_its_numbers_back(engine: Engine) -> None:
    """The next question bears the number that was not used."""
    with pytest.raises(Dropped), unit_of_work(engine) as session:
        registered(session, 3)
        raise Dropped
    _one(engine)
    assert _serials(engine) == [1]


def test_numbers_have_no_gap_and_no_double_among_processes_that_roll_back(engine: Engine, register_url: str) -> None:
    """Several daemons number in one register, and some of their work fails."""
    kept = in_processes(number_questions, [(register_url, seed, 20) for seed in range(3)])
    assert _serials(engine) == list(range(1, sum(kept) + 1))


def test_numbers_have_no_gap_and_no_double_among_threads_that_roll_back(engine: Engine) -> None:
    """The pipeline and, later, a portal in one process."""
    kept: list[int] = []

    def number_some(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(15):
            try:
                with unit_of_work(engine) as session:
                    ids = registered(session, dice.randint(1, 3))
                    if dice.random() < 0.4:
                        raise Dropped
            except Dropped:
                continue
            kept.extend(ids)

    threads = [threading.Thread(target=number_some, args=(seed,)) for seed in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _serials(engine) == list(range(1, len(kept) + 1))


def test_questions_get_their_ids_in_order_with_two_events_each(engine: Engine) -> None:
    """The events keep receipt and deadline as they were told at first."""
    with unit_of_work(engine) as session:
        ids = registered(session, 3)
        rows = questions.get(session, [*ids, 999])
        received, entered = audit.history(session, ids[1])
    assert [rows[one].serial for one in ids] == [1, 2, 3]
    assert (received.kind, received.at, received.actor) == ("received", NOW, "clerk jan@urzad.example")
    assert (entered.kind, entered.actor) == ("registered", "mailgate")
    assert entered.detail == {
        "number": "HOT-01/2026/000002",
        "counted_from": "2026-11-23T11:00:00+01:00",
        "acknowledge_by": "2026-11-24T11:00:00+01:00",
        "because": ["Wpłynęło w godzinach pracy."],
    }


def test_adding_nothing_adds_nothing(engine: Engine) -> None:
    """A batch of mails may hold no question."""
    with unit_of_work(engine) as session:
        assert questions.add(session, []) == []
        assert questions.get(session, []) == {}


def test_polish_letters_nul_and_lone_surrogates_are_stored_in_composed_form(engine: Engine) -> None:
    """Decomposed diacritics are composed, NUL goes, a lone surrogate becomes U+FFFD, also inside JSON."""
    odd = "Z\u0307o\u0301łw\0 \udc80"
    with unit_of_work(engine) as session:
        [question_id] = questions.add(session, [question(1, question=odd, problems=[{"field\0": odd}])])
    row = _row(engine, question_id)
    assert (row.question, row.problems) == ("Żółw \ufffd", [{"field": "Żółw \ufffd"}])


def test_a_time_without_zone_is_refused(engine: Engine) -> None:
    """Rather than guessed; and the text of the error holds no data."""
    with pytest.raises(RowRefused, match=r"cannot hold: ValueError\.$"), unit_of_work(engine) as session:
        questions.add(session, [question(1, received_at=datetime(2026, 1, 1), question="tajne")])


def test_the_repeated_hour_of_october_is_kept_apart(engine: Engine) -> None:
    """02:30 comes twice in that night; each is exported with its own offset."""
    early, late = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    with unit_of_work(engine) as session:
        questions.add(session, [question(1, received_at=early), question(2, received_at=late)])
    with reading(engine) as session:
        times = [questions.exported(row)["received_at"] for row in questions.listed(session)]
    assert times == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]


def test_a_question_is_found_by_its_number(engine: Engine) -> None:
    """And by no other text."""
    question_id = _one(engine)
    with reading(engine) as session:
        found = questions.by_number(session, "HOT-01/2026/000001")
        assert found is not None
        assert found.id == question_id
        assert questions.by_number(session, "HOT-01/2026/1\0") is None


def test_listing_takes_whole_days_of_warsaw(engine: Engine) -> None:
    """Both days included: from the first midnight to the last."""
    times = [
        datetime(2026, 6, 30, 21, 59, 59, 999999, tzinfo=UTC),  # 30 June
        datetime(2026, 6, 30, 22, 0, tzinfo=UTC),  # 1 July, midnight
        datetime(2026, 7, 31, 21, 59, 59, 999999, tzinfo=UTC),  # 31 July, the last moment
        datetime(2026, 7, 31, 22, 0, tzinfo=UTC),  # 1 August
    ]
    with unit_of_work(engine) as session:
        rows = [question(serial, received_at=time) for serial, time in enumerate(times, 1)]
        questions.add(session, rows)
    with reading(engine) as session:
        july = questions.listed(session, date(2026, 7, 1), date(2026, 7, 31))
        assert [row.serial for row in july] == [2, 3]
        assert [row.serial for row in questions.listed(session, since=date(2026, 8, 1))] == [4]


def test_listing_goes_on_beyond_one_portion_in_order_of_number(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """All kinds are listed, over the years, finished or not, and can be chosen by status."""
    monkeypatch.setattr(questions, "PORTION", 2)
    with unit_of_work(engine) as session:
        questions.add(session, [question(1, 2027)])
        kinds = ("question", "blank_form", "unformalised", "unreadable", "question")
        questions.add(session, [question(6 - place, kind=kind) for place, kind in enumerate(kinds, 1)])
        questions.add(session, [question(6, status="finished")])
    with reading(engine) as session:
        assert [(row.year, row.serial) for row in questions.listed(session)] == [
            *((2026, serial) for serial in range(1, 7)),
            (2027, 1),
        ]
        assert [row.serial for row in questions.listed(session, status="finished")] == [6]


def test_a_recorded_answer_waits_for_its_letter(engine: Engine) -> None:
    """The register has the words at once; it is answered when the letter is accepted."""
    question_id = _one(engine)
    with unit_of_work(engine) as session:
        questions.record_answer(session, question_id, "Proszę otworzyć…", CONSULTANT, "Podręcznik, rozdz. 3", NOW)
    row = _row(engine, question_id)
    assert (row.answer, row.consultant, row.documentation) == ("Proszę otworzyć…", CONSULTANT, "Podręcznik, rozdz. 3")
    assert (row.status, row.answered_at) == ("pending", None)


def test_a_further_answer_stands_below_the_first(engine: Engine) -> None:
    """Nothing is overwritten, and the history tells who wrote what."""
    question_id = _one(engine)
    with unit_of_work(engine) as session:
        questions.record_answer(session, question_id, "Pierwsza.", CONSULTANT, "A", NOW)
        questions.record_answer(session, question_id, "Druga.", "ewa@csizs.example", None, NOW + timedelta(hours=1))
        questions.record_answer(session, question_id, "Trzecia.", CONSULTANT, "B", NOW + timedelta(hours=2))
        events = audit.history(session, question_id)[2:]
    row = _row(engine, question_id)
    assert row.answer == (
        "Pierwsza.\n\n----- Uzupełnienie odpowiedzi z dnia 23.11.2026, godz. 12:00 -----\n\nDruga."
        "\n\n----- Uzupełnienie odpowiedzi z dnia 23.11.2026, godz. 13:00 -----\n\nTrzecia."
    )
    assert (row.consultant, row.documentation) == (CONSULTANT, "A\nB")
    assert [(event.kind, event.actor, event.detail["text"]) for event in events] == [
        ("answer_recorded", f"consultant {CONSULTANT}", "Pierwsza."),
        ("answer_recorded", "consultant ewa@csizs.example", "Druga."),
        ("answer_recorded", f"consultant {CONSULTANT}", "Trzecia."),
    ]


def test_answers_recorded_at_the_same_moment_are_both_kept(engine: Engine) -> None:
    """Two consultants answer at once."""
    question_id = _one(engine)
    start = threading.Barrier(4)

    def answer(name: str) -> None:
        start.wait()
        with unit_of_work(engine) as session:
            questions.record_answer(session, question_id, f"Tekst {name}.", name, None, NOW)

    threads = [threading.Thread(target=answer, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = _row(engine, question_id).answer or ""
    assert all(f"Tekst {name}." in kept for name in "abcd")


def test_a_reopened_question_is_pending_with_the_time_of_its_first_answer(engine: Engine) -> None:
    """And reopening what is pending adds no event."""
    with unit_of_work(engine) as session:
        [question_id] = questions.add(session, [question(1, status="finished", answered_at=NOW)])
        questions.reopen(session, question_id, "clerk jan@urzad.example", NOW)
        questions.reopen(session, question_id, "clerk jan@urzad.example", NOW)
        kinds = [event.kind for event in audit.history(session, question_id)]
    row = _row(engine, question_id)
    assert (row.status, row.answered_at, kinds.count("reopened")) == ("pending", NOW, 1)


def test_what_does_not_exist_can_neither_be_answered_nor_reopened(engine: Engine) -> None:
    """A mistake of the program, said in a sentence."""
    with unit_of_work(engine) as session:
        with pytest.raises(RegisterError, match="no question with the id 999"):
            questions.record_answer(session, 999, "x", CONSULTANT, None, NOW)
        with pytest.raises(RegisterError, match="no question with the id 999"):
            questions.reopen(session, 999, "mailgate", NOW)


def test_the_exported_object_has_the_agreed_keys_in_order() -> None:
    """DESIGN section 7: Warsaw's offset, ISO dates, null for what is absent."""
    row = question(7, document_date=date(2026, 11, 20), reference="OPS.1", subject="", answered_at=NOW)
    assert list(questions.exported(row).items()) == [
        ("number", "HOT-01/2026/000007"),
        ("channel", "email"),
        ("status", "pending"),
        ("received_at", "2026-11-23T11:00:00+01:00"),
        ("counted_from", "2026-11-23T11:00:00+01:00"),
        ("acknowledge_by", "2026-11-24T11:00:00+01:00"),
        ("acknowledged_at", None),
        ("document_date", "2026-11-20"),
        ("reference", "OPS.1"),
        ("user_name", None),
        ("office", None),
        ("phone", None),
        ("email", None),
        ("subject", None),
        ("question", "Gdzie znajdę zażółconą gęś?"),
        ("answer", None),
        ("answered_at", "2026-11-23T11:00:00+01:00"),
        ("consultant", None),
        ("documentation", None),
    ]


def test_an_entry_that_another_continues_ends_without_an_answer(engine: Engine) -> None:
    """Once: finishing it again adds no event."""
    question_id = _one(engine)
    with unit_of_work(engine) as session:
        questions.finish_continued(session, question_id, "clerk jan@urzad.example", NOW)
        questions.finish_continued(session, question_id, "clerk jan@urzad.example", NOW)
        kinds = [event.kind for event in audit.history(session, question_id)]
    row = _row(engine, question_id)
    assert (row.status, row.answered_at) == ("finished", None)
    assert kinds == ["received", "registered", "continued", "finished"]


def test_a_call_is_the_acknowledgement_at_its_own_moment_and_never_replaces_one(engine: Engine) -> None:
    """The second call is a note."""
    question_id, called_at = _one(engine), NOW + timedelta(minutes=5)
    later = NOW + timedelta(hours=2)
    with unit_of_work(engine) as session:
        assert questions.record_call(session, question_id, called_at, f"consultant {CONSULTANT}", later, text="p. Bąk")
    with unit_of_work(engine) as session:
        assert not questions.record_call(session, question_id, later, f"consultant {CONSULTANT}", later)
    assert _row(engine, question_id).acknowledged_at == called_at
    with reading(engine) as session:
        kinds = {event.kind: event for event in audit.history(session, question_id)}
    assert (kinds["acknowledged"].at, kinds["acknowledged"].detail["text"]) == (called_at, "p. Bąk")
    assert "Rozmowa telefoniczna 23.11.2026, godz. 13:00" in kinds["note"].detail["text"]


def test_the_author_of_a_mail_is_kept_where_we_write_to_another_address(engine: Engine) -> None:
    """Whoever is written to himself needs no second record."""
    with unit_of_work(engine) as session:
        first, second, third = questions.add(
            session, [question(1), question(2), question(3)], ["Jan@Urzad.example", "j.nowak@urzad.example", None]
        )
        assert [questions.author(session, id) for id in (first, second, third)] == [None, "j.nowak@urzad.example", None]
        questions.use_author(session, second, "j.nowak@urzad.example", NOW)
    assert _row(engine, second).asker_address == "j.nowak@urzad.example"
