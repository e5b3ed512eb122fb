"""Prometheus is told what happens and what stands; the dashboard and the alert rules use nothing else."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from servers.databases import Databases
from servers.deployment import Deployment, form_text, mail
from servers.entries import NOW, letter, registered, spooled

from mailgate import maillog
from mailgate.clock import utc_now
from mailgate.domain.lastbackup import LastBackup
from mailgate.heartbeat import MailboxSeen
from mailgate.metrics import Exporter, serve
from mailgate.register import outbox, outcomes
from mailgate.register.database import unit_of_work

MONITORING = Path(__file__).parents[2] / "systemd" / "monitoring"


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@contextmanager
def exporting(databases: Databases, folder: Path, seconds: Clock | None = None, **sources: Any) -> Iterator[Exporter]:
    url = databases.filled(folder / "mailgate.db")
    look = MailboxSeen("waiting", NOW - timedelta(seconds=42), 3, NOW - timedelta(seconds=90))
    usual: dict[str, Any] = {
        "folders": [folder], "stages": lambda: {"pipeline": (1.5, 960.0)}, "mailbox": lambda: look,
        "backup": lambda: LastBackup(NOW - timedelta(days=4), "x.tar", 4096),
    }  # fmt: skip
    exporter = serve(("127.0.0.1", 0), url, lambda: NOW, seconds or Clock(), **(usual | sources))
    try:
        yield exporter
    finally:
        exporter.close()


def scrape(exporter: Exporter) -> str:
    host, port = exporter.address
    with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=20) as answer:
        return answer.read().decode()


def figures(exporter: Exporter) -> dict[tuple[str, ...], float]:
    """Values by name and the values of labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(scrape(exporter))
        for sample in family.samples
    }


def test_what_stands_is_read_when_somebody_asks(databases: Databases, tmp_path: Path) -> None:
    with exporting(databases, tmp_path) as exporter:
        engine = databases.open(databases.filled(tmp_path / "mailgate.db"))
        spooled(engine, "a", "b")
        with unit_of_work(engine) as session:
            registered(session, 2, acknowledge_by=NOW - timedelta(hours=1))
            ids = outbox.enqueue(session, [letter("1"), letter("2", created_at=NOW - timedelta(hours=2))])
            outcomes.mark_refused(session, ids[0], "550", NOW)
        told = figures(exporter)
    assert told["mailgate_register_up",] == 1
    assert told["mailgate_spool_waiting",] == 2
    assert told["mailgate_questions_overdue",] == 2
    assert told["mailgate_nearest_deadline_seconds",] == -3600
    assert told["mailgate_outbox_letters", "refused"] == 1
    assert told["mailgate_outbox_oldest_age_seconds",] == 7200
    assert told["mailgate_needs_a_person", "refused"] == 1
    assert told["mailgate_needs_a_person", "held"] == 0
    assert told["mailgate_mailbox_poll_age_seconds",] == 42
    assert told["mailgate_mailbox_oldest_age_seconds",] == 90
    assert told["mailgate_mailbox_standby",] == 0
    assert told["mailgate_stage_age_seconds", "pipeline"] == 1.5
    assert told["mailgate_disk_free_bytes", str(tmp_path)] > 0
    assert told["mailgate_backup_age_seconds",] == 4 * 86400
    assert told["mailgate_backup_size_bytes",] == 4096
    assert told["mailgate_backup_due_seconds",] == -3 * 86400
    assert told["mailgate_needs_a_person", "backup"] == 1


def test_where_no_backup_was_ever_made_no_figure_of_one_is_invented(databases: Databases, tmp_path: Path) -> None:
    with exporting(databases, tmp_path, backup=lambda: None) as exporter:
        told = figures(exporter)
    assert not [name for name, *_ in told if name.startswith("mailgate_backup")]
    assert told["mailgate_needs_a_person", "backup"] == 0
    failing = LastBackup().failed(NOW, 1, "No room.")
    with exporting(databases, tmp_path, backup=lambda: failing) as exporter:
        told = figures(exporter)
    assert [name for name, *_ in told if name.startswith("mailgate_backup")] == ["mailgate_backup_due_seconds"]


def test_a_daemon_that_stands_by_says_so_with_the_age_of_the_holders_last_look(
    databases: Databases, tmp_path: Path
) -> None:
    look = MailboxSeen("standby", NOW - timedelta(seconds=42), holder="other:/var/lib/mailgate")
    with exporting(databases, tmp_path, mailbox=lambda: look) as exporter:
        told = figures(exporter)
    assert (told["mailgate_mailbox_standby",], told["mailgate_mailbox_poll_age_seconds",]) == (1, 42)


def test_an_answer_serves_for_five_seconds(databases: Databases, tmp_path: Path) -> None:
    clock = Clock()
    with exporting(databases, tmp_path, clock) as exporter:
        before = figures(exporter)["mailgate_spool_waiting",]
        engine = databases.open(databases.filled(tmp_path / "mailgate.db"))
        spooled(engine, "a")
        clock.seconds += 4.9
        kept = figures(exporter)["mailgate_spool_waiting",]
        clock.seconds += 0.2
        assert (before, kept, figures(exporter)["mailgate_spool_waiting",]) == (0, 0, 1)


@pytest.mark.only_on("sqlite", "it has a file that can be spoiled")
def test_a_register_that_is_gone_is_told_and_no_figure_is_invented(databases: Databases, tmp_path: Path) -> None:
    with exporting(databases, tmp_path) as exporter:
        (tmp_path / "mailgate.db").write_bytes(b"no database at all" * 300)
        for more in ("-wal", "-shm"):
            (tmp_path / f"mailgate.db{more}").unlink(missing_ok=True)
        told = figures(exporter)
    assert told["mailgate_register_up",] == 0
    assert not [name for name, *_ in told if name.startswith("mailgate_spool")]
    assert told["mailgate_mailbox_waiting",] == 3


def test_every_transition_is_counted_where_it_is_told_to_the_journal(databases: Databases, tmp_path: Path) -> None:
    with exporting(databases, tmp_path) as exporter:
        maillog.received(spool_id=1, source="smtp", size=9, duplicate=False)
        maillog.received(spool_id=1, source="imap", size=9, duplicate=True)
        maillog.rejected(client="192.0.2.1", reply="550 5.7.1 Relaying denied")
        maillog.reading_ended(seconds=0.02, ok=True)
        maillog.registered(spool_id=1, number="HOT-01/2026/000001", kind="question", seconds=0.3)
        maillog.handled(spool_id=1, verdict="question")
        maillog.quarantined(spool_id=2, reason="Why.", verdict="bulk")
        maillog.quarantined(spool_id=3, reason="Why.")
        maillog.letter_accepted(letter_id=1, kind="acknowledgement", reply="250", seconds=4)
        maillog.letter_deferred(letter_id=2, kind="question", reply="451", seconds=60)
        maillog.mailbox_unreachable(reason="no")
        told = figures(exporter)
    assert told["mailgate_mails_received_total", "smtp"] == 1
    assert told["mailgate_mails_duplicate_total", "imap"] == 1
    assert told["mailgate_mails_rejected_total", "550"] == 1
    assert told["mailgate_reading_seconds_count",] == 1
    assert told["mailgate_receipt_to_registered_seconds_bucket", "0.25"] == 0
    assert told["mailgate_receipt_to_registered_seconds_bucket", "0.5"] == 1
    assert told["mailgate_registered_to_acknowledged_seconds_sum",] == 4
    verdicts = {name[1]: value for name, value in told.items() if name[0] == "mailgate_verdicts_total"}
    assert verdicts == {"question": 1, "bulk": 1, "unread": 1}
    assert told["mailgate_mails_quarantined_total",] == 2
    assert told["mailgate_letters_total", "question", "deferred"] == 1
    assert told["mailgate_outages_total", "mailbox"] == 1


def test_nobody_listens_any_more_once_it_is_closed(databases: Databases, tmp_path: Path) -> None:
    with exporting(databases, tmp_path) as exporter:
        pass
    maillog.received(spool_id=1, source="no such road", size=9, duplicate=False)
    assert exporter.address[1]
    assert maillog._listeners == []


@pytest.mark.usefixtures("databases")
def test_a_story_of_the_whole_daemon_is_counted(tmp_path: Path) -> None:
    """From the socket to the accepted letters."""
    gate = Deployment(tmp_path)
    with gate.running():
        exporter = serve(("127.0.0.1", 0), gate.settings.database_url, utc_now, monotonic)
        try:
            gate.send(mail(form_text()))
            gate.letters(3)
            gate.settled()
            told = figures(exporter)
        finally:
            exporter.close()
    assert told["mailgate_mails_received_total", "smtp"] == 1
    assert told["mailgate_questions_registered_total", "question"] == 1
    assert told["mailgate_verdicts_total", "question"] == 1
    assert told["mailgate_reading_seconds_count",] >= 1
    assert told["mailgate_receipt_to_registered_seconds_count",] == 1


def expressions() -> list[str]:
    rules = yaml.safe_load((MONITORING / "mailgate-alerts.yml").read_text("utf-8"))
    board = json.loads((MONITORING / "mailgate-dashboard.json").read_text("utf-8"))
    alerts = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    return alerts + [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def test_the_dashboard_and_the_rules_use_only_figures_that_exist(databases: Databases, tmp_path: Path) -> None:
    # A counter with labels that nobody has counted yet shows its family, and no figure.
    with exporting(databases, tmp_path) as exporter:
        engine = databases.open(databases.filled(tmp_path / "mailgate.db"))
        with unit_of_work(engine) as session:
            registered(session)
        maillog.rejected(client="192.0.2.1", reply="550")
        maillog.handled(spool_id=1, verdict="question")
        exported = {name for name, *_ in figures(exporter)}
    named = {name for text in expressions() for name in re.findall(r"\b(?:mailgate|process)_[a-z_]+", text)}
    assert len(named) > 20
    assert named - exported == set()


def test_each_alert_has_a_severity_and_says_where_to_look() -> None:
    rules = yaml.safe_load((MONITORING / "mailgate-alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["labels"]["severity"] in ("warning", "critical"), rule
        assert {"summary", "description"} <= rule["annotations"].keys(), rule


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    board = json.loads((MONITORING / "mailgate-dashboard.json").read_text("utf-8"))
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in board["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) == 23
