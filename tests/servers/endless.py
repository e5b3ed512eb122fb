"""Work for a register that would not come to its end: for tests of those who do not wait for it."""

from __future__ import annotations

from sqlalchemy import Engine, text

from mailgate.register.database import unit_of_work

STATEMENT = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0",
    "postgresql": "SELECT 1 AS i FROM pg_sleep(250)",
}


def make_endless(engine: Engine) -> None:
    """From now on whoever reads the counters of the numbers, as each comparison does, is kept."""
    view = f"CREATE VIEW number AS SELECT i AS year, i AS last FROM ({STATEMENT[engine.dialect.name]}) AS endless"
    with unit_of_work(engine) as session:
        session.connection().execute(text("DROP TABLE number"))
        session.connection().execute(text(view))
