"""The inside of the sandbox: a process that gives up what it does not need, then reads one message after the other.

Started by ``mailgate.sandbox`` only.  What it writes to its standard output and error goes nowhere: the pipe of answers
is moved away from there before anything else is imported.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import os
import resource
import signal
import sys
from typing import BinaryIO, Final

EXIT_MEMORY: Final = 77
EXIT_ORPHAN: Final = 78

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
MAX_OPEN_FILES: Final = 128

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38


def main() -> None:
    """Serves requests from standard input until it ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--memory", type=int, required=True)
    parser.add_argument("--cpu-seconds", type=int, required=True)
    options = parser.parse_args()
    requests, responses = _private_pipes()
    _confine(options.parent, options.memory)
    try:
        _serve(requests, responses, options.cpu_seconds)
    except MemoryError:
        os._exit(EXIT_MEMORY)
    except BrokenPipeError:
        os._exit(0)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes on descriptors of their own; 0, 1 and 2 lead nowhere, for libraries that print."""
    requests = os.fdopen(os.dup(0), "rb")
    responses = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return requests, responses


def _confine(parent: int, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, MAX_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_OPEN_FILES, MAX_OPEN_FILES))
    # Ctrl-C is for the program that started us; it ends us by closing the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        kernel = ctypes.CDLL(None)
        kernel.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        kernel.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        # It died before the line above could tie us to it.
        os._exit(EXIT_ORPHAN)


def _serve(requests: BinaryIO, responses: BinaryIO, cpu_seconds: int) -> None:
    # Only now that the limits stand: what reads files may allocate, print and fail from its import on.
    from mailgate.faultplaces import place_of
    from mailgate.reader import read
    from mailgate.sandboxframes import LENGTH, Request, encode_failure, encode_reading

    gc.freeze()
    while True:
        head = requests.read(LENGTH.size)
        if len(head) < LENGTH.size:
            return
        (length,) = LENGTH.unpack(head)
        frame = requests.read(length)
        if len(frame) < length:
            return
        _grant_processor_time(cpu_seconds)
        request = Request.decode(frame)
        del frame
        try:
            answer = encode_reading(read(request.raw, request.sender, request.as_reply, request.files))
        except MemoryError:
            os._exit(EXIT_MEMORY)
        except Exception as error:  # noqa: BLE001 - whatever a message does to a reader must cost that message only
            answer = encode_failure(place_of(error))
        responses.write(answer)
        responses.flush()


def _grant_processor_time(seconds: int) -> None:
    """Each message gets its own allowance: the soft limit moves up, and SIGXCPU ends us when it is passed."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
    sys.exit(0)
