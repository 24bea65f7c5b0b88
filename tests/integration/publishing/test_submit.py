"""`oryn submit` and `oryn outcome` as a user runs them, on a real broker and with the real pipeline behind it."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schemas.event_json import decode_event
from schemas.events import Event
from tests.integration.publishing.log import ids, make_topics, published
from tests.unit.client.events import LOCALITY, SOURCE, event

pytestmark = pytest.mark.integration

EVENTS = 4_000
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(kafka: str, prefix: str, tmp_path: Path) -> dict[str, str]:
    """What the commands are told; nothing of the machine's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORYN_")}
    own = {"ORYN_KAFKA_BOOTSTRAP": kafka, "ORYN_KAFKA_TOPIC_PREFIX": prefix, "ORYN_DATA": str(tmp_path / "data")}
    return kept | own | {"COLUMNS": "200"}


@pytest.fixture
def oryn(environment: dict[str, str], tmp_path: Path) -> Run:
    def run(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "infra", *arguments],
            check=False,
            capture_output=True,
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": os.getcwd()},
            input=text,
            text=True,
            timeout=120,
        )

    return run


def line(told: Event) -> str:
    """An event as a line of an events file."""
    data = {
        "place_id": told.data.place_id,  # type: ignore[attr-defined]  # the events of this module are releases
        "organisation_id": "organisation-17",
        "queue_kind": "GENERAL",
        "birth_year": 2018,
        "age_from": 3,
        "age_to": 3,
        "language": "kk",
        "group_type": "GENERAL_DEVELOPMENTAL",
        "regime": "FULL_DAY",
        "admission": "REGULAR",
        "admission_from": "2021-09-01",
    }
    envelope = {"topic": told.topic, "time": "2021-06-10T09:00:00.000+06:00", "id": told.event_id}
    return json.dumps(envelope | {"source": SOURCE, "type": told.type, "locality": told.locality, "data": data}) + "\n"


def summary(output: str) -> dict[str, str]:
    """The figures of the summary."""
    rows = [each.strip("│ ").split("│") for each in output.splitlines() if each.startswith("│")]
    return {name.strip(): value.strip() for name, value in rows}


def test_a_file_is_sent_once_though_its_run_is_killed(
    oryn: Run, environment: dict[str, str], kafka: str, prefix: str, tmp_path: Path
) -> None:
    make_topics(kafka, prefix)
    file = tmp_path / "releases.jsonl"
    file.write_text("".join(line(event(number)) for number in range(EVENTS)), encoding="utf-8")
    assert decode_event(line(event(7)).encode()).data == event(7).data
    spool = tmp_path / "data" / "spool" / "submit.db"
    kills = 0
    for size in (1, 150_000):  # of the spool's log, which grows with what is accepted
        process = subprocess.Popen(
            [sys.executable, "-m", "infra", "submit", str(file), "-q"],
            env=environment | {"PYTHONPATH": os.getcwd()},
            stderr=subprocess.PIPE,
        )
        log = spool.with_name("submit.db-wal")
        while process.poll() is None and (not log.exists() or log.stat().st_size < size):
            time.sleep(0.002)
        process.kill()
        process.communicate()
        kills += process.returncode == -9
    assert kills == 2
    last = oryn("submit", str(file))
    assert last.returncode == 0, last.stderr
    found = ids(published(kafka, prefix, "vacancy-releases")["vacancy-releases"])
    assert list(dict.fromkeys(found)) == [f"e-{number}" for number in range(EVENTS)]
    told = summary(last.stderr)
    accepted = [int(told[name].replace(",", "")) for name in ("accepted before", "accepted")]
    assert sum(accepted) == EVENTS
    assert accepted[0] > 0
    # Once sent, it is not sent again, unless that is wanted.
    again = oryn("submit", str(file))
    assert (again.returncode, summary(again.stderr)["accepted"]) == (0, "0")
    assert "--again" in again.stderr
    repeated = oryn("submit", str(file), "--again")
    assert summary(repeated.stderr)["confirmed"] == f"{EVENTS:,}"


def test_malformed_lines_are_named_and_the_rest_is_sent(oryn: Run, kafka: str, prefix: str, tmp_path: Path) -> None:
    make_topics(kafka, prefix)
    file = tmp_path / "releases.jsonl"
    wrong = line(event(2)).replace('"birth_year": 2018', '"birth_year": "x"')
    file.write_text(line(event(1)) + wrong + "\nno JSON\n" + line(event(3)), encoding="utf-8")
    strict = oryn("submit", str(file), "--strict")
    assert strict.returncode == 1
    assert "line 2: " in strict.stderr
    run = oryn("submit", str(file))
    assert run.returncode == 1
    assert "line 2: Expected `int`, got `str` - at `$.birth_year`" in run.stderr
    assert "line 4: " in run.stderr
    assert ids(published(kafka, prefix, "vacancy-releases")["vacancy-releases"]) == ["e-1", "e-3"]
    assert summary(run.stderr)["malformed lines"] == "2"


def test_a_table_is_sent(oryn: Run, kafka: str, prefix: str, tmp_path: Path) -> None:
    make_topics(kafka, prefix)
    file = tmp_path / "places.csv"
    header = (
        "id;place_id;organisation_id;queue_kind;birth_year;age_from;age_to;language;group_type;regime;admission;"
        "admission_from\n"
    )
    rest = "organisation-17;GENERAL;{year};3;3;kk;GENERAL_DEVELOPMENTAL;FULL_DAY;REGULAR;2021-09-01\n"
    rows = ["e-1;place-1;" + rest.format(year=2018), "e-2;place-2;" + rest.format(year="?")]
    rows.append(";place-3;" + rest.format(year=2018))
    file.write_text(header + "".join(rows), encoding="utf-8")
    arguments = ("submit", str(file), "--locality", LOCALITY, "--source", SOURCE)
    untyped = oryn(*arguments)
    assert untyped.returncode == 2
    assert "--type" in untyped.stderr
    run = oryn(*arguments, "--type", "PlaceReleased")
    assert run.returncode == 1
    assert "line 3: Expected `int`, got `str` - at `$.birth_year`" in run.stderr
    found = published(kafka, prefix, "vacancy-releases")["vacancy-releases"]
    assert found[0].data == event(1).data
    assert [found[0].event_id, found[0].source, found[0].locality] == ["e-1", SOURCE, LOCALITY]
    assert found[1].event_id.endswith("-4"), "an id made of the file's content and the line"


def test_standard_input_is_sent_and_no_broker_means_exit_code_1(oryn: Run, kafka: str, prefix: str) -> None:
    make_topics(kafka, prefix)
    away = oryn("submit", "-", "--kafka", "127.0.0.1:9", "--wait", "1", text=line(event(1)) + line(event(2)))
    assert away.returncode == 1
    assert "2 events wait in" in away.stderr
    back = oryn("submit")
    assert back.returncode == 0, back.stderr
    assert summary(back.stderr)["confirmed"] == "2"
    assert ids(published(kafka, prefix, "vacancy-releases")["vacancy-releases"]) == ["e-1", "e-2"]


@pytest.fixture
def pipeline(environment: dict[str, str], kafka: str, prefix: str, tmp_path: Path) -> Iterator[None]:
    """The real worker and the real fan-out, by the records' times."""
    make_topics(kafka, prefix, "records")
    log = (tmp_path / "pipeline.log").open("w")
    settings = environment | {"PYTHONPATH": os.getcwd(), "ORYN_WORKER_CLOCK": "records"}
    processes = [
        subprocess.Popen([sys.executable, "-m", "infra", name], cwd=tmp_path, env=settings, stdout=log, stderr=log)
        for name in ("worker", "fan-out")
    ]
    yield
    for each in processes:
        each.kill()
        each.wait()
    log.close()


@pytest.mark.usefixtures("pipeline")
def test_what_became_of_each_event_is_shown(oryn: Run, tmp_path: Path) -> None:
    campaign = oryn("campaign", "village")
    events = [decode_event(each.encode()) for each in campaign.stdout.splitlines()]
    file = tmp_path / "village.jsonl"
    file.write_text(campaign.stdout, encoding="utf-8")
    run = oryn("submit", str(file), "--keep-times", "--follow", "--wait", "60")
    assert run.returncode == 0, run.stderr + (tmp_path / "pipeline.log").read_text(encoding="utf-8")
    shown = [each.split(maxsplit=2) for each in run.stdout.splitlines()]
    journal = tmp_path / "journal.jsonl"
    assert oryn("simulate", str(file), "--journal", str(journal), "-q").returncode == 0
    rejected = {}
    for each in journal.read_text(encoding="utf-8").splitlines():
        record = json.loads(each)
        if record["facts"] and record["facts"][0]["type"] == "Rejected":
            rejected[record["cause"]["event_id"]] = record["facts"][0]["reason"]
    results = Counter(result for result, _, _ in shown)
    different = len({(each.source, each.event_id) for each in events})
    assert results == {"accepted": different - len(rejected), "rejected": len(rejected)}
    assert rejected, "the season has rejections to be told"
    for result, _, rest in shown:
        event_id = rest.split()[0]
        assert (result == "rejected") == (event_id in rejected)
        assert rejected.get(event_id, "") in rest

    event_id, reason = next(iter(rejected.items()))
    source = next(each.source for each in events if each.event_id == event_id)
    asked = oryn("outcome", source, event_id)
    assert asked.returncode == 0
    assert f" rejected, {reason}: " in asked.stdout
    asked = oryn("outcome", source, event_id, "unheard-of", "--json")
    assert asked.returncode == 1
    answers = json.loads(asked.stdout)
    assert [(each["event_id"], each["result"], each["reason"]) for each in answers] == [(event_id, "REJECTED", reason)]
    assert oryn("outcome", source, "unheard-of", "--wait", "0.5").returncode == 1
