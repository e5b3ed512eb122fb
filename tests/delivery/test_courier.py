"""The couriers against a real SMTP server and a real folder: every fault has its outcome."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_binary_file
from pathlib import Path

import pytest
import trustme
from servers.smtp_sink import DROP, SmtpSink

from mailgate.delivery.courier import (
    LONGEST_IDLE,
    Accepted,
    Deferred,
    MaildirCourier,
    Refused,
    SmtpCourier,
    Uncertain,
    Withheld,
)
from mailgate.register.outbox import ClaimedLetter

CONTENT = b"Subject: x\r\n\r\n.starts with a dot\r\n..two\r\nend\r\n"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def letter(
    recipient: str = "anna@urzad.example", content: bytes = CONTENT, sender: str = "hotline@csizs.example", id: int = 1
) -> ClaimedLetter:
    return ClaimedLetter(id, f"<{id}@csizs.example>", recipient, sender, content, 0, NOW, NOW + timedelta(days=5))


def always() -> bool:
    return True


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as opened:
        yield opened


@pytest.fixture
def courier(sink: SmtpSink) -> Iterator[SmtpCourier]:
    made = plain_courier(sink)
    yield made
    made.close()


def plain_courier(sink: SmtpSink, **more: object) -> SmtpCourier:
    return SmtpCourier(
        "127.0.0.1", sink.port, "none", timeout=5.0, final_timeout=5.0, local_name="csizs.example", **more
    )  # type: ignore[arg-type]


def test_a_letter_arrives_octet_for_octet_with_its_envelope(sink: SmtpSink, courier: SmtpCourier) -> None:
    assert courier.deliver(letter(), always) == Accepted("250 2.0.0 queued")
    [taken] = sink.messages
    assert (taken.sender, taken.recipient, taken.content) == ("hotline@csizs.example", "anna@urzad.example", CONTENT)
    assert taken.parameters == f"SIZE={len(CONTENT)}"
    assert sink.commands[0] == "ehlo csizs.example"


def test_the_null_sender_is_an_empty_path(sink: SmtpSink, courier: SmtpCourier) -> None:
    assert isinstance(courier.deliver(letter(sender=""), always), Accepted)
    assert sink.messages[0].sender == ""


def test_one_connection_carries_many_letters(sink: SmtpSink, courier: SmtpCourier) -> None:
    for _ in range(5):
        assert isinstance(courier.deliver(letter(), always), Accepted)
    assert sink.connections == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "CONTENT"])
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("450 4.2.0 later", Deferred("450 4.2.0 later")), ("550 5.1.1 never", Refused("550 5.1.1 never"))],
)
def test_a_4xx_defers_and_a_5xx_refuses_and_the_next_letter_goes_out_on_the_same_connection(
    sink: SmtpSink, courier: SmtpCourier, step: str, answer: str, outcome: object
) -> None:
    sink.script(step, answer)
    assert courier.deliver(letter(), always) == outcome
    assert isinstance(courier.deliver(letter(), always), Accepted)
    assert sink.connections == 1
    assert len(sink.messages) == 1


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("GREETING", "554 5.3.2 no service"),
        ("GREETING", "421 4.3.2 busy"),
        ("GREETING", DROP),
        ("EHLO", DROP),
        ("MAIL", "421 4.3.2 closing"),
        ("MAIL", DROP),
        ("MAIL", "530 5.7.0 authentication required"),
    ],
)
def test_what_would_befall_every_letter_says_that_the_smarthost_is_out_of_reach(
    sink: SmtpSink, courier: SmtpCourier, step: str, answer: str
) -> None:
    sink.script(step, answer)
    outcome = courier.deliver(letter(), always)
    assert isinstance(outcome, Deferred)
    assert outcome.unreachable
    assert isinstance(courier.deliver(letter(), always), Accepted)


def test_a_server_that_knows_no_ehlo_is_greeted_with_helo(sink: SmtpSink, courier: SmtpCourier) -> None:
    sink.script("EHLO", "502 5.5.1 what?")
    assert isinstance(courier.deliver(letter(), always), Accepted)
    assert "helo csizs.example" in sink.commands
    assert sink.messages[0].parameters == ""


def test_nobody_listening_is_deferred_and_unreachable() -> None:
    with SmtpSink() as sink:
        port = sink.port
    outcome = SmtpCourier("127.0.0.1", port, "none", timeout=2.0).deliver(letter(), always)
    assert isinstance(outcome, Deferred)
    assert outcome.unreachable


@pytest.mark.parametrize("step", ["RCPT", "DATA", "HALF"])
def test_a_connection_lost_before_the_final_dot_is_deferred(sink: SmtpSink, courier: SmtpCourier, step: str) -> None:
    sink.script(step, DROP)
    large = letter(content=b"Subject: x\r\n\r\n" + b"0123456789\r\n" * 500_000)
    outcome = courier.deliver(large, always)
    assert isinstance(outcome, Deferred)
    assert not sink.messages


def test_a_connection_lost_after_the_final_dot_is_uncertain(sink: SmtpSink, courier: SmtpCourier) -> None:
    sink.script("CONTENT", DROP)
    assert isinstance(courier.deliver(letter(), always), Uncertain)
    assert isinstance(courier.deliver(letter(), always), Accepted)


def test_a_verdict_that_does_not_come_in_time_is_uncertain(sink: SmtpSink) -> None:
    given_up = threading.Event()

    def slow() -> str:
        assert given_up.wait(10.0)
        return "250 at last"

    sink.script("CONTENT", slow)
    courier = SmtpCourier("127.0.0.1", sink.port, "none", timeout=5.0, final_timeout=0.2)
    try:
        assert isinstance(courier.deliver(letter(), always), Uncertain)
    finally:
        given_up.set()


@pytest.mark.parametrize("answer", ["354 more please", "nonsense"])
def test_a_verdict_that_is_none_is_uncertain(sink: SmtpSink, courier: SmtpCourier, answer: str) -> None:
    sink.script("CONTENT", answer)
    assert isinstance(courier.deliver(letter(), always), Uncertain)


def test_a_kept_connection_that_died_is_replaced_and_that_is_no_failure(sink: SmtpSink, courier: SmtpCourier) -> None:
    assert isinstance(courier.deliver(letter(), always), Accepted)
    sink.hang_up()
    assert isinstance(courier.deliver(letter(), always), Accepted)
    assert sink.connections == 2


def test_a_kept_connection_that_is_closed_with_421_is_replaced(sink: SmtpSink, courier: SmtpCourier) -> None:
    assert isinstance(courier.deliver(letter(), always), Accepted)
    sink.script("MAIL", "421 4.7.0 too many letters on one connection")
    assert isinstance(courier.deliver(letter(), always), Accepted)
    assert sink.connections == 2


def test_a_connection_that_rested_for_long_is_not_used_again(sink: SmtpSink) -> None:
    seconds = [0.0]
    courier = plain_courier(sink, seconds=lambda: seconds[0])
    courier.deliver(letter(), always)
    seconds[0] += LONGEST_IDLE + 1
    courier.rest()
    sink.await_command("QUIT")
    assert isinstance(courier.deliver(letter(), always), Accepted)
    assert sink.connections == 2
    courier.close()


def test_the_content_leaves_only_when_it_may(sink: SmtpSink, courier: SmtpCourier) -> None:
    assert courier.deliver(letter(), lambda: False) == Withheld()
    assert isinstance(courier.deliver(letter(), always), Accepted)
    assert len(sink.messages) == 1


def test_what_the_last_question_raises_passes_through_and_nothing_was_sent(
    sink: SmtpSink, courier: SmtpCourier
) -> None:
    def fails() -> bool:
        raise LookupError("the database is away")

    with pytest.raises(LookupError):
        courier.deliver(letter(), fails)
    assert isinstance(courier.deliver(letter(), always), Accepted)
    assert len(sink.messages) == 1


def test_a_letter_that_makes_it_stumble_leaves_the_courier_fit_for_the_next(
    sink: SmtpSink, courier: SmtpCourier
) -> None:
    """Here a text where bytes should be; after DATA the server would take the next MAIL for content."""
    with pytest.raises(TypeError):
        courier.deliver(letter(content="text"), always)  # type: ignore[arg-type]
    assert sink.commands[-1] == "DATA"
    assert isinstance(courier.deliver(letter(), always), Accepted)
    assert (sink.connections, len(sink.messages)) == (2, 1)


def test_the_last_question_is_not_asked_where_the_recipient_is_refused(sink: SmtpSink, courier: SmtpCourier) -> None:
    asked: list[bool] = []

    def ask() -> bool:
        asked.append(True)
        return True

    sink.script("RCPT", "550 5.1.1 nobody here")
    courier.deliver(letter(), ask)
    assert not asked


def test_a_letter_above_the_servers_size_is_refused_before_it_is_sent() -> None:
    with SmtpSink(extensions=("SIZE 100",)) as sink:
        courier = plain_courier(sink)
        outcome = courier.deliver(letter(content=b"x" * 101), always)
        assert outcome == Refused("the letter has 101 octets, the smarthost takes 100 at most (SIZE)", answered=False)
        assert not any(command.startswith("MAIL") for command in sink.commands)
        courier.close()


@pytest.mark.parametrize("extensions", [("SIZE",), ("SIZE 0",), ()])
def test_a_server_that_names_no_size_is_not_asked_for_one(extensions: tuple[str, ...]) -> None:
    with SmtpSink(extensions=extensions) as sink:
        courier = plain_courier(sink)
        assert isinstance(courier.deliver(letter(), always), Accepted)
        courier.close()


def test_an_address_outside_ascii_is_sent_with_smtputf8(sink: SmtpSink, courier: SmtpCourier) -> None:
    assert isinstance(courier.deliver(letter("żółć@urzad.example"), always), Accepted)
    [taken] = sink.messages
    assert taken.recipient == "żółć@urzad.example"
    assert taken.parameters.endswith("BODY=8BITMIME SMTPUTF8")


def test_an_address_outside_ascii_is_refused_in_clear_words_where_the_server_cannot() -> None:
    with SmtpSink(extensions=()) as sink:
        courier = plain_courier(sink)
        outcome = courier.deliver(letter("żółć@urzad.example"), always)
        assert isinstance(outcome, Refused)
        assert "SMTPUTF8" in outcome.reply
        assert not outcome.answered
        courier.close()


def test_a_polish_domain_is_written_in_ascii(sink: SmtpSink, courier: SmtpCourier) -> None:
    assert isinstance(courier.deliver(letter("anna@łódź.example"), always), Accepted)
    assert sink.messages[0].recipient == "anna@xn--d-uga0v4h.example"


@pytest.mark.parametrize(
    "recipient", ["", "anna", "a@b>\r\nRCPT TO:<c@d.example", "a b@c.example", "a@b c.example", "a@", "@b.example"]
)
def test_what_is_no_address_is_refused_without_a_connection(
    sink: SmtpSink, courier: SmtpCourier, recipient: str
) -> None:
    outcome = courier.deliver(letter(recipient), always)
    assert isinstance(outcome, Refused)
    assert not outcome.answered
    assert sink.connections == 0


class TestTls:
    """Certificates are always checked and there is no way back to plain text."""

    @pytest.fixture
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
    def cafile(self, authority: trustme.CA, tmp_path: Path) -> Path:
        path = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(str(path))
        return path

    def context(self, authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        return context

    @pytest.mark.parametrize("implicit", [False, True])
    def test_a_letter_goes_out_over_tls_after_the_log_in(
        self, authority: trustme.CA, cafile: Path, *, implicit: bool
    ) -> None:
        with SmtpSink(context=self.context(authority), implicit_tls=implicit, credentials=("hotline", "tajne")) as sink:
            courier = SmtpCourier(
                "127.0.0.1",
                sink.port,
                "implicit" if implicit else "starttls",
                "hotline",
                "tajne",
                timeout=5.0,
                cafile=cafile,
            )
            assert isinstance(courier.deliver(letter(), always), Accepted)
            courier.close()
            [taken] = sink.messages
            assert (taken.over_tls, taken.user) == (True, "hotline")

    @pytest.mark.parametrize("implicit", [False, True])
    def test_an_unknown_certificate_is_not_trusted(self, authority: trustme.CA, *, implicit: bool) -> None:
        with SmtpSink(context=self.context(authority), implicit_tls=implicit) as sink:
            courier = SmtpCourier("127.0.0.1", sink.port, "implicit" if implicit else "starttls", timeout=5.0)
            outcome = courier.deliver(letter(), always)
            assert isinstance(outcome, Deferred)
            assert outcome.unreachable
            assert "certificate is not trusted" in outcome.reply
            assert not any(command.startswith("MAIL") for command in sink.commands)

    def test_a_certificate_of_another_name_is_not_trusted(self, authority: trustme.CA, cafile: Path) -> None:
        with SmtpSink(context=self.context(authority, "other.example")) as sink:
            courier = SmtpCourier("127.0.0.1", sink.port, "starttls", timeout=5.0, cafile=cafile)
            outcome = courier.deliver(letter(), always)
            assert isinstance(outcome, Deferred)
            assert "certificate is not trusted" in outcome.reply

    @pytest.mark.parametrize("script", [None, "454 4.7.0 TLS is not available"])
    def test_without_starttls_nothing_is_sent_in_the_clear(
        self, authority: trustme.CA, cafile: Path, script: str | None
    ) -> None:
        with SmtpSink(context=self.context(authority) if script else None) as sink:
            if script:
                sink.script("STARTTLS", script)
            courier = SmtpCourier("127.0.0.1", sink.port, "starttls", "u", "p", timeout=5.0, cafile=cafile)
            outcome = courier.deliver(letter(), always)
            assert isinstance(outcome, Deferred)
            assert outcome.unreachable
            assert not any(command.startswith(("MAIL", "AUTH")) for command in sink.commands)


def test_a_wrong_password_is_our_trouble_and_is_never_printed() -> None:
    with SmtpSink(credentials=("hotline", "tajne")) as sink:
        courier = SmtpCourier("127.0.0.1", sink.port, "none", "hotline", "złe-hasło", timeout=5.0)
        first = courier.deliver(letter(), always)
        courier = SmtpCourier("127.0.0.1", sink.port, "none", "hotline", "zle-haslo", timeout=5.0)
        second = courier.deliver(letter(), always)
        for outcome in (first, second):
            assert isinstance(outcome, Deferred)
            assert outcome.unreachable
            assert "has" not in outcome.reply.replace("characters", "")
        assert second == Deferred("535 5.7.8 not you", unreachable=True)


class TestMaildir:
    """A Maildir to look at."""

    def test_a_letter_is_one_file_in_new(self, tmp_path: Path) -> None:
        path = tmp_path / "outgoing"
        assert isinstance(MaildirCourier(path).deliver(letter(), never), Accepted)
        [file] = (path / "new").iterdir()
        with file.open("rb") as opened:
            assert message_from_binary_file(opened)["Subject"] == "x"
        assert not list((path / "tmp").iterdir())

    @pytest.mark.parametrize("seen", [False, True])
    def test_the_same_letter_again_is_the_same_file(self, tmp_path: Path, *, seen: bool) -> None:
        courier = MaildirCourier(tmp_path)
        courier.deliver(letter(), never)
        [file] = (tmp_path / "new").iterdir()
        if seen:
            file.rename(tmp_path / "cur" / f"{file.name}:2,S")
        assert isinstance(courier.deliver(letter(), never), Accepted)
        assert len([*(tmp_path / "new").iterdir(), *(tmp_path / "cur").iterdir()]) == 1

    def test_two_letters_are_two_files(self, tmp_path: Path) -> None:
        courier = MaildirCourier(tmp_path)
        courier.deliver(letter(id=1), never)
        courier.deliver(letter(id=2), never)
        assert len(list((tmp_path / "new").iterdir())) == 2

    def test_a_half_written_file_of_a_crash_is_written_anew(self, tmp_path: Path) -> None:
        courier = MaildirCourier(tmp_path)
        courier.deliver(letter(), never)
        [file] = (tmp_path / "new").iterdir()
        file.unlink()
        (tmp_path / "tmp" / file.name).write_bytes(b"half")
        courier.deliver(letter(), never)
        assert (tmp_path / "new" / file.name).read_bytes() == CONTENT.replace(b"\r\n", b"\n")

    def test_a_folder_that_cannot_be_written_defers_every_letter(self, tmp_path: Path) -> None:
        blocked = tmp_path / "file"
        blocked.write_text("not a folder")
        outcome = MaildirCourier(blocked).deliver(letter(), never)
        assert isinstance(outcome, Deferred)
        assert outcome.unreachable


def never() -> bool:
    raise AssertionError("a Maildir needs no mark")


TAGGED = f"hotline+b.{'a' * 24}@csizs.example"


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("MAIL", "553 5.7.1 Sender address rejected: not owned by user hotline"),
        ("RCPT", "550 5.1.8 Sender address rejected: Domain not found"),
        ("CONTENT", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
    ],
)
def test_a_smarthost_that_takes_no_return_address_gets_the_plain_one(
    sink: SmtpSink, courier: SmtpCourier, step: str, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No letter is lost by it: it is tried again, as are all that follow, and said once."""
    sink.script(step, answer)
    assert isinstance(courier.deliver(letter(sender=TAGGED), always), Deferred)
    assert isinstance(courier.deliver(letter(sender=TAGGED), always), Accepted)
    assert [taken.sender for taken in sink.messages] == ["hotline@csizs.example"]
    assert [record.getMessage()[:44] for record in caplog.records] == ["the smarthost refuses return addresses with "]
    sink.script(step, answer)
    assert isinstance(courier.deliver(letter(sender=TAGGED), always), Refused)


def test_a_return_address_is_the_sender_of_its_letter(sink: SmtpSink, courier: SmtpCourier) -> None:
    courier.deliver(letter(sender=TAGGED), always)
    sink.script("RCPT", "550 5.1.1 no such user here")
    assert isinstance(courier.deliver(letter(sender=TAGGED), always), Refused)
    courier.deliver(letter(sender=TAGGED), always)
    assert [taken.sender for taken in sink.messages] == [TAGGED, TAGGED]
