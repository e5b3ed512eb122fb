"""What happens to the reading process costs one message, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailgate.domain.reading import Reading
from mailgate.errors import ReadingFailed, ReadingTooCostly
from mailgate.reader import read
from mailgate.sandbox import Limits, Sandbox, SandboxClosed
from mailgate.sandboxpool import SandboxPool

HEAD = b"From: Jan <jan@ug.example>\r\nSubject: pytanie\r\nMessage-ID: <1@ug.example>\r\n"
MAIL = HEAD + b"\r\nTre\xb6\xe6\r\n"
MEGABYTE = 1024 * 1024


def costly(lines: int) -> bytes:
    """Forty open boundaries, which the standard parser looks for at every line."""
    opened = (f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n".encode() for n in range(45))
    return HEAD + b"".join(opened) + b"\r\n" + b"wiersz\r\n" * lines


def await_that(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.01)


def children() -> set[int]:
    """The process ids of our children, zombies included."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        found |= {int(pid) for pid in (task / "children").read_text(encoding="ascii").split()}
    return found


@pytest.fixture(autouse=True)
def nothing_stays_behind() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


def test_a_reading_comes_out_of_the_sandbox_as_it_is_made_in_it() -> None:
    raw = (
        HEAD
        + b"Date: Fri, 20 Nov 2026 11:17:00 +0100\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\n\r\ntekst\r\n--b\r\nContent-Type: application/octet-stream; name=a.bin\r\n"
        + b"Content-Transfer-Encoding: base64\r\n\r\nAP/+\r\n--b--\r\n"
    )
    with Sandbox() as sandbox:
        reading = sandbox.read(raw, "", as_reply=True)
    assert reading == read(raw, "", as_reply=True)
    assert reading.mail.attachments[0].content == b"\0\xff\xfe"


def test_one_child_serves_many_messages() -> None:
    with Sandbox() as sandbox:
        sandbox.read(MAIL)
        pid = sandbox.pid
        assert [sandbox.read(MAIL).mail.subject for _ in range(5)] == ["pytanie"] * 5
        assert sandbox.pid == pid


def test_a_child_is_replaced_after_its_number_of_messages() -> None:
    with Sandbox(Limits(messages=2)) as sandbox:
        pids = []
        for _ in range(5):
            sandbox.read(MAIL)
            pids.append(sandbox.pid)
    assert len(set(pids)) >= 2


def test_a_child_that_has_grown_is_replaced() -> None:
    with Sandbox(Limits(growth=-1)) as sandbox:
        pids = set()
        for _ in range(3):
            sandbox.read(MAIL)
            pids.add(sandbox.pid)
    assert len(pids) > 1


def test_a_message_beyond_the_memory_limit_costs_itself_only() -> None:
    with Sandbox(Limits(memory=400 * MEGABYTE)) as sandbox:
        with pytest.raises(ReadingTooCostly, match="bytes of memory"):
            sandbox.read(HEAD + b"\r\n" + b"x" * (300 * MEGABYTE))
        assert sandbox.read(MAIL).mail.subject == "pytanie"


def test_a_message_beyond_the_processor_time_costs_itself_only() -> None:
    with Sandbox(Limits(cpu_seconds=1)) as sandbox:
        with pytest.raises(ReadingTooCostly, match="processor time"):
            sandbox.read(costly(1_000_000))
        assert sandbox.read(MAIL).mail.subject == "pytanie"


def test_a_message_beyond_the_time_on_the_clock_costs_itself_only() -> None:
    with Sandbox(Limits(wall_seconds=4.0)) as sandbox:
        sandbox.read(MAIL)
        assert sandbox.pid is not None
        os.kill(sandbox.pid, signal.SIGSTOP)
        with pytest.raises(ReadingFailed, match=r"within 4 seconds"):
            sandbox.read(MAIL)
        assert sandbox.read(MAIL).mail.subject == "pytanie"


def test_a_child_killed_in_the_middle_is_told_and_replaced() -> None:
    with Sandbox() as sandbox, ThreadPoolExecutor(1) as thread:
        sandbox.read(MAIL)
        pid = sandbox.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        waiting = thread.submit(sandbox.read, MAIL)
        os.kill(pid, signal.SIGKILL)
        try:
            assert waiting.result().mail.subject == "pytanie"  # it died before the message was sent
        except ReadingFailed as failure:
            assert "killed by signal 9" in str(failure)
        assert sandbox.read(MAIL).mail.subject == "pytanie"
        assert sandbox.pid != pid


def test_a_child_killed_while_idle_costs_no_message() -> None:
    with Sandbox() as sandbox:
        sandbox.read(MAIL)
        pid = sandbox.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await_that(lambda: Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[2] == "Z")
        assert sandbox.read(MAIL).mail.subject == "pytanie"


PROGRAMS = {
    "flood": ("import os\nwhile True: os.write(1, b'\\xff' * 65536)", "ended with status|killed"),
    "early": ("import os\nos.write(1, b'\\0' * 7 + b'\\5' + b'Rabcd')\nos.read(0, 9)", "nonsense|status|killed"),
    "cut": (
        "import os\nos.read(0, 1 << 20)\nos.write(1, b'\\0' * 7 + b'\\3' + b'abc')\nos.read(0, 1)",
        "nonsense",
    ),
    "mute": ("import os\nos.close(1)\nos.read(0, 1)\nimport time\ntime.sleep(60)", "killed by signal 9"),
    "ends": ("raise SystemExit(3)", "status 3"),
    "forged": (
        (
            "import os\nos.read(0, 1 << 20)\nframe = b'R' + (2).to_bytes(8, 'big') + b'{}'\n"
            "os.write(1, len(frame).to_bytes(8, 'big') + frame)\nos.read(0, 1)"
        ),
        "nonsense",
    ),
}


@pytest.mark.parametrize(("program", "reason"), PROGRAMS.values(), ids=PROGRAMS)
def test_garbage_from_the_child_is_a_reason_and_no_reading(program: str, reason: str) -> None:
    with (
        Sandbox(Limits(wall_seconds=20), command=(sys.executable, "-c", program)) as sandbox,
        pytest.raises(ReadingFailed, match=reason),
    ):
        sandbox.read(MAIL)


def test_a_large_message_goes_through_the_pipe_both_ways() -> None:
    part = b"Content-Type: application/x\r\nContent-Transfer-Encoding: binary\r\n\r\n" + b"\xb1x" * (4 * MEGABYTE)
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + part + b"\r\n--b--\r\n"
    with Sandbox() as sandbox:
        assert len(sandbox.read(raw).mail.attachments[0].content) == 8 * MEGABYTE


def test_the_child_sees_no_setting_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILGATE_SECRET_KEY", "sekret")
    with Sandbox() as sandbox:
        sandbox.read(MAIL)
        environment = Path(f"/proc/{sandbox.pid}/environ").read_bytes()
    assert b"MAILGATE" not in environment
    assert b"sekret" not in environment


def test_the_child_has_given_up_what_it_does_not_need() -> None:
    with Sandbox() as sandbox:
        sandbox.read(MAIL)
        limits = Path(f"/proc/{sandbox.pid}/limits").read_text(encoding="ascii")
        status = Path(f"/proc/{sandbox.pid}/status").read_text(encoding="utf-8")
    values = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert values["Max core file size"] == "0"
    assert values["Max address space"] == str(1024 * MEGABYTE)
    assert values["Max cpu time"] != "unlimited"
    assert "NoNewPrivs:\t1" in status


def test_closing_ends_a_message_that_is_being_read() -> None:
    sandbox = Sandbox()
    sandbox.read(MAIL)
    assert sandbox.pid is not None
    os.kill(sandbox.pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(sandbox.read, MAIL)
        await_that(lambda: sandbox._turn.locked() or waiting.done())
        sandbox.close()
        with pytest.raises(SandboxClosed):
            waiting.result()


def test_a_closed_sandbox_reads_nothing() -> None:
    sandbox = Sandbox()
    sandbox.close()
    sandbox.close()
    with pytest.raises(SandboxClosed):
        sandbox.read(MAIL)


def test_a_child_outlives_the_thread_that_asked_for_it() -> None:
    with Sandbox() as sandbox:
        thread = threading.Thread(target=sandbox.read, args=(MAIL,))
        thread.start()
        thread.join()
        pid = sandbox.pid
        assert sandbox.read(MAIL).mail.subject == "pytanie"
        assert sandbox.pid == pid


def test_a_parent_that_dies_takes_its_child_with_it() -> None:
    program = (
        "import sys, time\nfrom mailgate.sandbox import Sandbox\ns = Sandbox()\n"
        f"s.read({MAIL!r})\nprint(s.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert Path(f"/proc/{child}").exists()
    finally:
        parent.kill()
        parent.communicate()
    await_that(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    """False for a process that is gone, or dead and waiting for init to take notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_pool_keeps_the_order_and_a_bad_message_costs_only_itself() -> None:
    mails = [HEAD.replace(b"pytanie", f"pytanie {n}".encode()) + b"\r\nx" for n in range(12)]
    batch: list[tuple[bytes, str | None]] = [(raw, None) for raw in mails]
    batch[5] = (HEAD + b"\r\n" + b"x" * (300 * MEGABYTE), None)
    with SandboxPool(2, Limits(memory=400 * MEGABYTE)) as pool:
        answers = pool.read_all(batch)
    assert isinstance(answers[5], ReadingFailed)
    subjects = [answer.mail.subject for answer in answers if isinstance(answer, Reading)]
    assert subjects == [f"pytanie {n}" for n in range(12) if n != 5]


def test_a_pool_that_rests_keeps_one_child_warm_and_starts_the_others_again() -> None:
    others = children()
    with SandboxPool(3) as pool:
        pool.warm()
        begun = children() - others
        assert len(begun) == 3
        pool.rest(60.0)
        assert children() - others == begun
        pool.rest(0.0)
        (warm,) = children() - others
        assert isinstance(pool.read_all([(MAIL, None)])[0], Reading)
        assert children() - others == {warm}
        assert all(isinstance(answer, Reading) for answer in pool.read_all([(MAIL, None)] * 9))


def test_a_closed_pool_answers_that_it_is_closed() -> None:
    pool = SandboxPool(1)
    pool.close()
    pool.close()
    assert all(isinstance(answer, SandboxClosed) for answer in pool.read_all([(MAIL, None), (MAIL, "")]))


def with_a_costly_file(text: str, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "j.lis@ug.example", "pytanie"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    message.add_attachment(costly(1_000_000), maintype="application", subtype="octet-stream", filename="dalej.eml")
    return message.as_bytes()


FORM = "Zgłoszenie pytania HOT-1\nImię i nazwisko Użytkownika: Jan Lis\nTreść pytania:\nJak wycofać wniosek?\n"


def test_a_form_typed_into_the_mail_stands_where_its_files_cost_too_much() -> None:
    with Sandbox(Limits(cpu_seconds=1)) as sandbox:
        reading = sandbox.read(with_a_costly_file(FORM))
    assert [form.question for form in reading.forms.forms] == ["Jak wycofać wniosek?"]
    assert reading.unreadable is None
    assert any(note.startswith("attachment:dalej.eml: not read: ") for note in reading.mail.notes)


def test_without_a_form_in_its_text_a_mail_with_costly_files_needs_a_person() -> None:
    with Sandbox(Limits(cpu_seconds=1)) as sandbox:
        reading = sandbox.read(with_a_costly_file("Formularz w załączeniu."))
    assert reading.forms.forms == ()
    assert "processor time" in (reading.unreadable or "")


def test_a_reply_with_costly_files_is_not_judged_by_half() -> None:
    with Sandbox(Limits(cpu_seconds=1)) as sandbox, pytest.raises(ReadingTooCostly):
        sandbox.read(
            with_a_costly_file("Proszę wycofać wniosek w zakładce Sprawy.", In_Reply_To="<hot01.1.x@csizs.example>")
        )
