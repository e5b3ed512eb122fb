"""SMTP: mails a second accepted durably, beside bare aiosmtpd in the same run, and memory over many mails.

Ours is the receiver with committer and register (SQLite, synchronous=FULL) as the daemon builds them, in a process of
its own; what happens to the mails afterwards is measured by ``throughput``.  Bare aiosmtpd answers 250 and keeps
nothing.  Both are given the same mails by the same clients, on the same machine, in turns so short that other work on
it meets both alike: the ratio is the median of those of the turns.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

HOTLINE = "hotline@csizs.example"
MAILS_OF_A_CLIENT = 10
"""In each turn at least, or connecting would be what is measured."""
STEPS = 10
_numbers = count(1)


def arguments(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--clients", default="1,4,16,64", help="numbers of clients at a time, comma separated")
    parser.add_argument("--turns", type=int, default=15, help="turns of each server for each number of clients")
    parser.add_argument("--mails", type=int, default=200, help="mails of each turn, at least ten of each client")
    parser.add_argument("--folder", type=Path, help="where the register is made (the disk that is measured)")


def run(given: argparse.Namespace) -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory(prefix="mailgate-bench-", dir=given.folder) as folder,
        server("bare", folder) as plain,
        server("ours", folder) as durable,
    ):
        yield f"load before: {os.getloadavg()[0]:.1f}"
        for clients in map(int, given.clients.split(",")):
            mails = max(given.mails, MAILS_OF_A_CLIENT * clients)
            yield compared(plain, durable, clients, mails, given.turns)
        yield from memory_over(durable, given.count)


@dataclass
class Server:
    """A server in a process of its own, and what it did for the mails of the present number of clients."""

    port: int
    pid: int
    rates: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def take(self, clients: int, mails: int) -> None:
        before = processor_seconds(self.pid)
        self.rates.append(rate(self.port, clients, mails))
        self.milliseconds.append((processor_seconds(self.pid) - before) / mails * 1000)

    def told(self) -> str:
        each = statistics.median(self.milliseconds)
        return f"{statistics.median(self.rates):6.0f}/s ({each:.2f} ms of processor each)"


def compared(plain: Server, durable: Server, clients: int, mails: int, turns: int) -> str:
    """The medians of the turns, and between what the middle half of the ratios lies."""
    for one in (plain, durable):
        one.rates, one.milliseconds = [], []
    for turn in range(turns + 1):
        for one in (plain, durable) if turn % 2 else (durable, plain):
            one.take(clients, mails)
    # The first turn was to warm up.
    ratios = [ours / bare for ours, bare in zip(durable.rates[1:], plain.rates[1:], strict=True)]
    low, ratio, high = statistics.quantiles(ratios, n=4)
    return (
        f"{clients:>3} clients: {durable.told()} durably, {plain.told()} bare aiosmtpd,"
        f" ratio {ratio:.2f} (half of the turns {low:.2f} to {high:.2f})"
    )


def memory_over(server: Server, mails: int) -> Iterator[str]:
    """Resident memory after each tenth; the growth after the second is what may not be."""
    begin, sizes = time.perf_counter(), []
    for step in range(1, STEPS + 1):
        rate(server.port, 16, mails // STEPS)
        sizes.append(resident_mib(server.pid))
        yield f"after {step * (mails // STEPS):>7} mails: {sizes[-1]:6.1f} MiB"
    spent = time.perf_counter() - begin
    yield f"{mails / spent:.0f} mails/s over {mails} mails; memory grew by {sizes[-1] - sizes[1]:.1f} MiB after the second tenth"


def rate(port: int, clients: int, mails: int) -> float:
    """Mails a second, from the first connection to the last 250."""
    batches = [[one_mail(next(_numbers)) for _ in range(mails // clients)] for _ in range(clients)]

    async def all_clients() -> None:
        await asyncio.gather(*(deliver(port, batch) for batch in batches))

    begin = time.perf_counter()
    asyncio.run(all_clients())
    return sum(map(len, batches)) / (time.perf_counter() - begin)


def one_mail(number: int) -> bytes:
    """A form of the usual size; no two are the same mail."""
    head = f"From: j.lis@ug{number}.example\r\nSubject: HOT-01 {number}\r\nMessage-ID: <{number}.bench@ug.example>\r\n"
    rows = f"Nazwa Urzędu: Urząd Gminy nr {number}\r\nTreść pytania: Dlaczego wniosek jest nadal roboczy?\r\n" * 10
    return f"{head}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{rows}".encode()


async def deliver(port: int, mails: list[bytes]) -> None:
    """One connection that sends mail after mail and waits for each reply."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def say(line: bytes, code: bytes) -> None:
        writer.write(line)
        while (reply := await reader.readline())[3:4] == b"-":
            pass
        if not reply.startswith(code):
            raise SystemExit(f"channel: {code.decode()} was expected, not {reply!r}")

    await say(b"", b"220")
    await say(b"EHLO client.example\r\n", b"250")
    for mail in mails:
        await say(b"MAIL FROM:<clerk@ug.example>\r\n", b"250")
        await say(f"RCPT TO:<{HOTLINE}>\r\n".encode(), b"250")
        await say(b"DATA\r\n", b"354")
        await say(mail + b".\r\n", b"250")
    await say(b"QUIT\r\n", b"221")
    writer.close()


@contextmanager
def server(kind: str, folder: str) -> Iterator[Server]:
    process = subprocess.Popen([sys.executable, __file__, kind, folder], stdout=subprocess.PIPE, stdin=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield Server(int(process.stdout.readline()), process.pid)
    finally:
        process.communicate()


def processor_seconds(pid: int) -> float:
    """Of all its threads, in the program and in the kernel; they live as long as the server does."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def resident_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


# What runs in the servers' processes, until their standard input is closed.


async def bare(_folder: str) -> None:
    from aiosmtpd.smtp import SMTP

    class Handler:
        async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name for it
            return "250 Ok"

    handler, loop = Handler(), asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(handler, loop=loop), "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


async def ours(folder: str) -> None:
    from mailgate.clock import utc_now
    from mailgate.intake.committer import Committer
    from mailgate.intake.doorkeeper import Limits
    from mailgate.intake.receiver import Receiver
    from mailgate.register import spool
    from mailgate.register.database import migrate, open_database, unit_of_work
    from mailgate.register.spool import Arrival, Spooled

    engine = open_database(f"sqlite:///{folder}/mailgate.db")
    migrate(engine)

    def store(arrivals: list[Arrival]) -> list[Spooled]:
        with unit_of_work(engine) as session:
            return spool.put(session, arrivals, utc_now())

    committer = Committer(store)  # type: ignore[arg-type]
    # One client sends all mails of a round on one connection, which is not what the limit is for.
    limits = Limits(mails_per_connection=10**9)
    receiver = Receiver(HOTLINE, committer, [("127.0.0.1", 0)], limits=limits)
    [(_, port)] = await receiver.start()
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await receiver.stop(1)
    committer.close()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    kinds: dict[str, Callable[[str], object]] = {"bare": bare, "ours": ours}
    asyncio.run(kinds[sys.argv[1]](sys.argv[2]))  # type: ignore[arg-type]
