"""The processes with limits in which foreign bytes are read.

Each library that reads mail, documents or pictures was driven to gigabytes, minutes or a crash by a small file.  So it
happens in a child process that may die: memory, processor time, file sizes and time on the clock are limited, the
environment is scrubbed, and what the child says is checked.  A message that kills its child costs only itself.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

import mailgate
from mailgate.domain.reading import Reading
from mailgate.errors import ReadingFailed, ReadingTooCostly
from mailgate.sandboxed import EXIT_MEMORY
from mailgate.sandboxframes import LENGTH, MAX_FRAME, Request, decode_response

_CHUNK: Final = 1024 * 1024
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_PASSED_ON: Final = ("PATH", "TMPDIR", "TESSDATA_PREFIX")
"""What the child sees of the environment; no setting and no secret of ours is among it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may cost.  Times in seconds, sizes in bytes.

    ``cpu_seconds`` are those of the reading process itself; the programs that it starts for scanned pages have an
    allowance each, and time on the clock for all (``extract.scan``).  The kernel counts whole
    seconds, so a message gets up to one more; at least 1, or a mere start could use it up.
    After ``messages``, or ``growth`` more resident memory than at its start, a child is replaced by a fresh one.
    """

    wall_seconds: float = 120.0
    cpu_seconds: int = 20
    memory: int = 1024 * 1024 * 1024
    messages: int = 2_000
    growth: int = 256 * 1024 * 1024


class SandboxUnavailable(ReadingFailed):
    """No message can be read now, through no fault of the message: it was not tried."""


class SandboxClosed(SandboxUnavailable):
    """The daemon is stopping."""


class ReadingTooSlow(ReadingFailed):
    """Time on the clock ran out, perhaps because the machine was busy."""


class _Stopped(Exception):
    """The child did not answer in time."""


# A child asks the kernel to die with the thread that started it (PR_SET_PDEATHSIG means the thread, not the process).
# So all are started by one thread that lives as long as the program.
_STARTER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-starter")


class Sandbox:
    """One child process, started when it is needed, replaced when it died or has worked enough.

    Safe to use from several threads; they wait for each other.  ``command`` starts something else in its place (tests).
    """

    def __init__(self, limits: Limits | None = None, command: Sequence[str] | None = None) -> None:
        self.limits = limits or Limits()
        self._command = command
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._resident_at_start = 0
        self.used_at = time.monotonic()
        """When the last message came (monotonic seconds)."""
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The child's process id, None where none is alive."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    def read(self, raw: bytes, envelope_sender: str | None = None, *, as_reply: bool = False) -> Reading:
        """Everything that the bytes of one message tell.

        Where reading hits a limit, its files are left to a person and the text of the mail is read alone: a form that
        was typed there counts.  Raises ReadingFailed with the reason where the child hit a limit, died, failed or
        answered nonsense.
        """
        with self._turn:
            try:
                return self._answer(Request(raw, envelope_sender, as_reply))
            except (ReadingTooCostly, ReadingTooSlow) as fault:
                try:
                    reading = self._answer(Request(raw, envelope_sender, as_reply, files=False))
                except ReadingFailed:
                    raise fault from None
                return _without_files(reading, fault)

    def rest(self, seconds: float) -> None:
        """Ends a child that has read nothing for so long; the next message starts another."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            if self._process is not None and time.monotonic() - self.used_at >= seconds:
                self._end(self._process)
        finally:
            self._turn.release()

    def _answer(self, request: Request) -> Reading:
        self.used_at = time.monotonic()
        process = self._running()
        try:
            frame = self._exchange(process, request.encode())
        except _Stopped:
            self._end(process)
            raise ReadingTooSlow(f"The message was not read within {self.limits.wall_seconds:g} seconds.") from None
        except OSError as error:
            raise self._death(process) from error
        return self._judged(process, frame)

    def close(self) -> None:
        """Ends the child, also in the middle of a message; whoever waits for that gets ``SandboxClosed``."""
        self._closed = True
        process = self._process
        if process is not None:
            _kill(process)
        with self._turn:
            if self._process is not None:
                self._end(self._process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _running(self) -> subprocess.Popen[bytes]:
        """The child, alive and not worn out."""
        if self._closed:
            raise SandboxClosed("The sandbox is closed.")
        process = self._process
        if process is not None and (_has_ended(process) or self._worn_out(process)):
            self._end(process)
            process = None
        if process is None:
            process = self._process = _STARTER.submit(self._start).result()
            self._served = 0
            self._resident_at_start = 0
        self._served += 1
        return process

    def _worn_out(self, process: subprocess.Popen[bytes]) -> bool:
        if self._served >= self.limits.messages:
            return True
        if self._served % 20 != 1:
            return False
        resident = _resident(process.pid)
        self._resident_at_start = self._resident_at_start or resident
        return resident - self._resident_at_start > self.limits.growth

    def _start(self) -> subprocess.Popen[bytes]:
        limits = self.limits
        command = self._command or (
            sys.executable, "-P", "-B", "-m", "mailgate.sandboxed",
            "--parent", str(os.getpid()), "--memory", str(limits.memory), "--cpu-seconds", str(limits.cpu_seconds),
        )  # fmt: skip
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=_scrubbed_environment(),
            start_new_session=True,
        )
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
        return process

    def _exchange(self, process: subprocess.Popen[bytes], request: bytes) -> bytes:
        """Sends a request and takes the answer's frame, both at once, so that no full pipe can hold us.

        Raises _Stopped when time is up, OSError when the child is gone, ReadingFailed when its frame has no measure.
        """
        if process.stdin is None or process.stdout is None:
            raise OSError("no pipes")
        to_child, from_child = process.stdin.fileno(), process.stdout.fileno()
        deadline = time.monotonic() + self.limits.wall_seconds
        ready = select.poll()
        ready.register(from_child, select.POLLIN)
        ready.register(to_child, select.POLLOUT)
        unsent = memoryview(request)
        answer = _Answer()
        while not answer.complete:
            left = deadline - time.monotonic()
            events = dict(ready.poll(left * 1000)) if left > 0 else {}
            if not events:
                raise _Stopped
            if from_child in events:
                answer.take(os.read(from_child, _CHUNK))
            if to_child in events and unsent:
                unsent = unsent[os.write(to_child, unsent[:_CHUNK]) :]
                if not unsent:
                    ready.unregister(to_child)
        if unsent:
            raise OSError("an answer before the question")
        return answer.frame

    def _judged(self, process: subprocess.Popen[bytes], frame: bytes) -> Reading:
        try:
            answer = decode_response(frame)
        except ValueError:
            self._end(process)
            raise ReadingFailed("The reading process answered nonsense.") from None
        if isinstance(answer, str):
            raise ReadingFailed(f"The message could not be read: {answer[:300]}.")
        return answer

    def _death(self, process: subprocess.Popen[bytes]) -> ReadingFailed:
        """Buries a child that closed its pipe, and says what it died of."""
        _await_end(process, seconds=1.0)
        self._end(process)
        status = process.returncode
        if self._closed:
            return SandboxClosed("The sandbox was closed while the message was read.")
        match status:
            case int() if status == EXIT_MEMORY:
                return ReadingTooCostly(f"Reading the message needs more than {self.limits.memory} bytes of memory.")
            case int() if status == -signal.SIGXCPU:
                return ReadingTooCostly(
                    f"Reading the message needs more than {self.limits.cpu_seconds} seconds of processor time."
                )
            case int() if status < 0:
                return ReadingFailed(f"The process that read the message was killed by signal {-status}.")
            case _:
                return ReadingFailed(f"The process that read the message ended with status {status}.")

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """Kills a child with all that it started, and takes its exit status, so that no zombie stays."""
        _kill(process)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        if self._process is process:
            self._process = None


class _Answer:
    """A frame that arrives in pieces."""

    def __init__(self) -> None:
        self._taken = bytearray()
        self._wanted: int | None = None

    def take(self, piece: bytes) -> None:
        """Adds what a read gave; OSError at the end of the pipe or for a frame without measure."""
        if not piece:
            raise OSError("the reading process closed its pipe")
        self._taken += piece
        if self._wanted is None and len(self._taken) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._taken)
            if length > MAX_FRAME:
                raise OSError("a frame beyond all measure")
            self._wanted = LENGTH.size + length

    @property
    def complete(self) -> bool:
        return self._wanted is not None and len(self._taken) >= self._wanted

    @property
    def frame(self) -> bytes:
        """What follows the length; more than that is not expected, and is nonsense by its size."""
        return bytes(memoryview(self._taken)[LENGTH.size :])


def _without_files(reading: Reading, fault: ReadingFailed) -> Reading:
    """What is known of a mail whose files could not be read; the fault again where that does not tell what it is.

    A form typed into the mail stands.  Without one the question may lie in a file, so a person must open the mail; and
    a reply is not judged by half.
    """
    mail = reading.mail
    if not mail.attachments or not (reading.forms.filled or reading.reply is None):
        raise fault
    left = tuple(f"attachment:{file.name}: not read: {fault}" for file in mail.attachments)
    told = replace(reading, mail=replace(mail, notes=(*mail.notes, *left)))
    machine = reading.bounce or reading.automation
    return told if reading.forms.filled or machine else replace(told, unreadable=str(fault))


def _scrubbed_environment() -> dict[str, str]:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    package = Path(mailgate.__file__).resolve().parent.parent
    return {**environment, "PYTHONPATH": str(package), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """True for a dead child; it is left a zombie, so that its process group cannot be anybody else's yet."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _await_end(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Gives a child that has closed its pipe the time to end by itself, so that its exit status tells why."""
    handle = os.pidfd_open(process.pid)
    try:
        ended = select.poll()
        ended.register(handle, select.POLLIN)
        ended.poll(seconds * 1000)
    finally:
        os.close(handle)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the child and whatever it started; the group is its own since it leads a session."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _resident(pid: int) -> int:
    """Resident memory of a process in bytes, 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0
