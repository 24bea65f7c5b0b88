"""What the tables keep and what they let go; who sends what is no event; messages in time."""

import datetime
from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from consumers.indicators import store as stores
from consumers.indicators.connection import Connection
from consumers.indicators.deliveries import Delivery, deliveries, in_time
from consumers.indicators.figures import NATION, Scope
from consumers.indicators.quality import Counted, Origin, goals_of, quality
from consumers.indicators.questions import series
from consumers.indicators.settings import IndicatorsSettings
from consumers.indicators.tables import HEAD, TooNew, upgrade
from consumers.notification_gateway import tables as gateway
from consumers.reading.store import StoreConflict, StoreUnavailable
from schemas.indicators import IndicatorValue, Level, Window
from tests.integration.indicators.seasons import lively
from tests.integration.indicators.tools import asking, fill, messages_of, row, rows_of, store_of

pytestmark = pytest.mark.integration

ASTANA, ORAL = "710000000", "271010000"
HOURS, DAYS = 3, 20


def test_old_windows_are_dropped_by_level_of_detail_and_what_is_kept_answers_as_before(
    make_indicators: Callable[..., IndicatorsSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.indicators.retention.PIECE_ROWS", 300)
    monkeypatch.setattr(stores, "CLEAN_EVERY_S", 0.0)
    indicators, rows = make_indicators(keep_hours_days=HOURS, keep_days_days=DAYS), rows_of(lively())
    fill(indicators, rows)
    connection, scope = asking(indicators), Scope(Level.LOCALITY, ASTANA)
    try:
        ((newest,),) = connection.execute(
            "SELECT newest FROM subjects WHERE level = 'LOCALITY' AND subject = %s", [ASTANA]
        ).fetchall()
        today = datetime.datetime.combine(newest, datetime.time())
        # Each part lets go by its own time; the nation has all of what its newest part still has.
        of_nation = max(now for (now,) in connection.execute("SELECT newest FROM subjects").fetchall())
        by_day_of_nation = datetime.datetime.combine(of_nation, datetime.time()) - datetime.timedelta(days=DAYS)
        by_hour, by_day = today - datetime.timedelta(days=HOURS), today - datetime.timedelta(days=DAYS)

        def told() -> list[object]:
            return [
                *series(connection, scope, "waiting", Window.HOUR, by_hour, newest),
                *series(connection, scope, "waiting", Window.DAY, by_day, newest),
                *series(connection, NATION, "places", Window.LAST_7_DAYS, by_day_of_nation, of_nation),
                *series(connection, NATION, "archived", Window.WEEK, datetime.date(2021, 1, 1), of_nation),
            ]

        before = told()
        assert len(before) > 100
        kept = _count(connection)
        store = store_of(indicators)
        store.open()
        rounds = 0
        while (left := _count(connection)) and rounds < 1_000:
            store.idle()
            rounds += 1
            if _count(connection) == left:
                break
        store.close()
        assert rounds > 3, "piece by piece"
        assert told() == before
        now = _count(connection)
        assert now["WEEK"] == kept["WEEK"]
        assert all(now[window] < kept[window] for window in kept if window != "WEEK")
        # Of each part at most one window is older: that which tells how many there were at the beginning.
        for window, limit in (("HOUR", by_hour), ("LAST_24_HOURS", by_hour), ("DAY", by_day), ("LAST_7_DAYS", by_day)):
            older = connection.execute(
                'SELECT count(*) FROM measures WHERE level = %s AND subject = %s AND "window" = %s AND starts < %s',
                ["LOCALITY", ASTANA, window, limit],
            ).fetchone()
            assert older is not None
            assert older[0] <= 1, window
    finally:
        connection.close()


def _count(connection: Connection) -> dict[str, int]:
    return dict(connection.execute('SELECT "window", count(*) FROM measures GROUP BY 1').fetchall())


def test_a_record_that_is_no_row_stops_the_reader(indicators: IndicatorsSettings) -> None:
    (message,) = messages_of([row(Level.NATION, "", "2021-06-31T00:00")])
    store = store_of(indicators)
    store.open()
    with pytest.raises(StoreConflict, match="no moment of local time"):
        store.take([message], {0: 1})
    store.close()


def test_an_older_version_leaves_newer_tables_alone(indicators: IndicatorsSettings) -> None:
    assert upgrade(indicators) == (None, HEAD)
    assert upgrade(indicators) == (HEAD, HEAD)
    connection = asking(indicators)
    connection.execute("UPDATE schema_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(TooNew, match="install the version"):
        upgrade(indicators)


# ------------------------------------------------------------------------------------------------ messages in time


def _reason(state: str) -> str | None:
    return "TERM" if state == "UNDELIVERED" else None


@pytest.fixture
def log(postgres: str) -> Iterator[str]:
    """The schema of a delivery log with messages of two days in two zones."""
    schema = f"g{uuid4().hex[:12]}"
    gateway.upgrade(postgres, schema)
    with psycopg.connect(postgres, autocommit=True, options=f"-csearch_path={schema}") as connection:
        for number, (locality, at, state, finished, channel) in enumerate(
            (
                # 23:30 in Astana, then 00:30: the next day there, though not yet in UTC.
                (ASTANA, "2021-06-10 17:30+00", "DELIVERED", "2021-06-10 17:31+00", "webhook"),
                (ASTANA, "2021-06-10 18:30+00", "DELIVERED", "2021-06-10 18:31+00", "webhook"),
                (ASTANA, "2021-06-11 05:00+00", "DELIVERED", "2021-06-12 05:00+00", "smtp"),
                (ASTANA, "2021-06-11 05:00+00", "UNDELIVERED", "2021-06-11 06:00+00", "smtp"),
                (ASTANA, "2021-06-11 05:00+00", "PENDING", None, None),
                # 23:30 in Oral, an hour behind.
                (ORAL, "2021-06-10 18:30+00", "DELIVERED", "2021-06-10 18:31+00", "webhook"),
                (ORAL, "2021-06-20 18:30+00", "DELIVERED", "2021-06-20 18:31+00", "webhook"),
            )
        ):
            connection.execute(
                "INSERT INTO messages (id, shard, audience, recipient, kind, locality, at, arrived_at, deliver_by,"
                " state, reason, channel, finished_at, notification) VALUES"
                " (%s, 0, 'APPLICANT', 'p1', 'QUEUED', %s, %s, %s, %s::timestamptz + interval '1 hour', %s, %s, %s, %s,"
                " '{}')",
                [
                    str(number),
                    locality,
                    at,
                    at,
                    at,
                    state,
                    "TERM" * (state == "UNDELIVERED") or None,
                    channel,
                    finished,
                ],
            )
    yield schema
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


def test_messages_are_counted_on_the_local_day_on_which_they_were_decided(
    log: str, indicators: IndicatorsSettings
) -> None:
    upgrade(indicators)
    connection, tenth, eleventh = asking(indicators), datetime.date(2021, 6, 10), datetime.date(2021, 6, 11)
    try:
        assert deliveries(connection, log, tenth, tenth) == [Delivery(tenth, "QUEUED", "webhook", 2, 0, 0, 0)]
        capital = deliveries(connection, log, tenth, eleventh, ASTANA)
        assert capital == [
            Delivery(tenth, "QUEUED", "webhook", 1, 0, 0, 0),
            Delivery(eleventh, "QUEUED", "smtp", 0, 1, 1, 0),
            Delivery(eleventh, "QUEUED", "webhook", 1, 0, 0, 0),
            Delivery(eleventh, "QUEUED", None, 0, 0, 0, 1),
        ]
        assert in_time(capital) == Counted(2, 4)
        assert deliveries(connection, log, tenth, eleventh, "27") == [Delivery(tenth, "QUEUED", "webhook", 1, 0, 0, 0)]
        assert deliveries(connection, log, tenth, eleventh, "79") == []
        with pytest.raises(StoreUnavailable, match="no delivery log"):
            deliveries(connection, "nowhere", tenth, eleventh)
    finally:
        connection.close()


# -------------------------------------------------------------------------------------------------- quality table


def test_the_quality_table_is_counted_by_the_days_that_are_asked_for(indicators: IndicatorsSettings) -> None:
    def checked(in_time: int, late: int) -> tuple[IndicatorValue, ...]:
        return (
            IndicatorValue("documents_checked", "REGISTRATION/IN_TIME", in_time),
            IndicatorValue("documents_checked", "REGISTRATION/LATE", late),
            IndicatorValue("released", "REGULAR", 10),
            IndicatorValue("recalled", "PUBLISHED_BY_MISTAKE", 1),
            IndicatorValue("recalled", "MAJOR_REPAIR", 5),
        )

    fill(
        indicators,
        [
            row(Level.NATION, "", "2020-12-31T00:00", *checked(0, 100)),
            row(Level.NATION, "", "2021-06-10T00:00", *checked(6, 2), through=2),
            row(Level.NATION, "", "2021-06-10T00:00", *checked(1, 1), partition=1),
            row(Level.NATION, "", "2021-06-11T00:00", *checked(2, 0), through=3),
        ],
    )
    goals = goals_of("[papers_checked_in_time]\nnormative = 70\n[justified_complaints]\nnormative = 5\ncurrent = 7")
    connection = asking(indicators)
    try:
        table = quality(connection, NATION, goals, messages=Counted(9, 10))
        assert (table.first, table.last) == (datetime.date(2021, 1, 1), datetime.date(2021, 6, 11))
        rows = {each.name: each for each in table.rows}
        papers = rows["papers_checked_in_time"]
        assert (papers.part, papers.whole, papers.current, papers.met) == (9, 12, 75.0, True)
        assert rows["places_published_rightly"].current == 90.0
        assert rows["messages_in_time"].current == 90.0
        complaints = rows["justified_complaints"]
        assert (complaints.origin, complaints.current, complaints.met) == (Origin.STATED, 7, False)
        assert (rows["second_checks_in_time"].current, rows["second_checks_in_time"].met) == (None, None)
        day = datetime.date(2021, 6, 11)
        (one,) = (each for each in quality(connection, NATION, goals, day, day).rows if each.name == papers.name)
        assert (one.part, one.whole) == (2, 2)
        assert quality(connection, Scope(Level.REGION, "39"), goals).last is None
    finally:
        connection.close()
