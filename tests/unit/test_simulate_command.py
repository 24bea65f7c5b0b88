"""`oryn simulate` as its user meets it: files in and out, exit codes, malformed lines, bounded memory."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.events_file import read_events
from infra.output import written
from schemas.errors import OrynError
from schemas.event_json import LINE_BYTES_MAX
from schemas.journal import GENESIS_HASH

LOCALITY = "710000000"
MIB = 1 << 20


def event(number: int, time: str, what: str = "ClockTick", topic: str = "vacancy-releases", **data: object) -> str:
    return json.dumps(
        {
            "topic": topic,
            "time": time,
            "id": f"e-{number}",
            "source": "urn:test",
            "type": what,
            "locality": LOCALITY,
            "data": data,
        }
    )


def organisation(number: int, time: str) -> str:
    return event(
        number,
        time,
        "OrganisationRegistered",
        "organisation-registry",
        organisation_id=f"org-{number}",
        name="Балдәурен",
        ownership="STATE",
        kind="GENERAL",
        profiles=[],
    )


def oryn(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "infra", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
    )


def journal_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_event_gets_one_record_in_order_of_time_whatever_the_order_of_lines(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text(
        "\n".join(
            [
                event(3, "2021-06-10T12:00:00.000+06:00"),
                organisation(1, "2021-06-10T09:00:00.000+06:00"),
                event(2, "2021-06-10T09:00:00.000+06:00"),
            ]
        )
    )
    done = oryn("simulate", events, "--journal", tmp_path / "journal.jsonl")
    assert done.returncode == 0, done.stderr
    records = journal_of(tmp_path / "journal.jsonl")
    assert [record["cause"]["event_id"] for record in records] == ["e-1", "e-2", "e-3"]  # type: ignore[index]
    assert [record["sequence"] for record in records] == [1, 2, 3]
    assert records[0]["previous_hash"] == GENESIS_HASH
    assert [record["previous_hash"] for record in records[1:]] == [record["hash"] for record in records[:-1]]
    assert "events decided" in done.stderr.decode()


def test_standard_input_and_output_serve_as_files(tmp_path: Path) -> None:
    lines = organisation(1, "2021-06-10T09:00:00.000+06:00").encode()
    piped = oryn("simulate", "-", "--journal", "-", "--quiet", stdin=lines)
    assert piped.returncode == 0
    assert piped.stderr == b""
    (tmp_path / "events.jsonl").write_bytes(lines)
    oryn("simulate", tmp_path / "events.jsonl", "--journal", tmp_path / "journal.jsonl")
    assert piped.stdout == (tmp_path / "journal.jsonl").read_bytes()


def test_malformed_lines_are_reported_with_their_numbers_and_the_rest_goes_on(tmp_path: Path) -> None:
    lines = [
        organisation(1, "2021-06-10T09:00:00.000+06:00"),
        "{",
        event(2, "2021-06-10T09:00:00.000+06:00", "PlaceVanished"),
        "",
        event(3, "0001-01-01T00:00:00.000+06:00"),
        event(4, "2021-06-10T10:00:00.000+06:00", "PlaceVacated", place_id="p" * 65, organisation_id="org-1"),
        event(5, "2021-06-10T10:00:00.000+06:00"),
    ]
    done = oryn("simulate", "-", "--journal", tmp_path / "j", stdin="\n".join(lines).encode())
    assert done.returncode == 1
    assert [record["cause"]["event_id"] for record in journal_of(tmp_path / "j")] == ["e-1", "e-5"]  # type: ignore[index]
    said = done.stderr.decode()
    for number, words in ((2, "truncated"), (3, "PlaceVanished"), (5, "2005 to 2059"), (6, "$.place_id")):
        assert any(line.startswith(f"standard input, line {number}: ") and words in line for line in said.splitlines())


def test_strict_stops_at_the_first_malformed_line_and_leaves_no_journal(tmp_path: Path) -> None:
    done = oryn("simulate", "-", "--journal", tmp_path / "j", "--strict", stdin=b"{}\n")
    assert done.returncode == 1
    assert b"line 1" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_until_lets_time_run_on_and_leaves_later_events_out(tmp_path: Path) -> None:
    lines = "\n".join([organisation(1, "2021-06-10T09:00:00.000+06:00"), event(2, "2021-06-20T09:00:00.000+06:00")])
    oryn("simulate", "-", "--journal", tmp_path / "j", "--until", "2021-06-12T18:00:00+06:00", stdin=lines.encode())
    causes = [record["cause"].get("timer", "event") for record in journal_of(tmp_path / "j")]  # type: ignore[attr-defined]
    assert causes == ["event", "BULLETIN", "BULLETIN", "BULLETIN"]


def test_the_state_file_has_orders_phases_accesses_and_places(tmp_path: Path) -> None:
    lines = "\n".join(
        [
            organisation(1, "2021-06-10T09:00:00.000+06:00"),
            event(
                2,
                "2021-06-10T10:00:00.000+06:00",
                "ApplicationSubmitted",
                "application-changes",
                application_id="a-1",
                applicant_id="p-1",
                child_id="c-1",
                child_born="2018-02-28",
                queue_kind="GENERAL",
                submitted_at="2021-06-10T10:00:00.000+06:00",
                benefits=[],
                special_needs=False,
                commission_conclusion=False,
                channel="PORTAL",
            ),
            event(3, "2021-06-10T11:00:00+06:00", "DocumentsConfirmed", "application-changes", application_id="a-1"),
        ]
    )
    oryn("simulate", "-", "--journal", "-", "--state", tmp_path / "state.json", stdin=lines.encode())
    state = json.loads((tmp_path / "state.json").read_text())
    assert state == {LOCALITY: {"queues": {"general/2018": {"order": ["a-1"], "phase": 0, "access": [], "places": {}}}}}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["simulate"], "EVENTS"),
        (["simulate", "-"], "--journal"),
        (["simulate", "nowhere.jsonl", "--journal", "-"], "cannot read"),
        (["simulate", "-", "--journal", "-", "--pack", "kz-1920"], "--pack"),
        (["simulate", "-", "--journal", "-", "--pack", "kz-2020@2021-02-30"], "--pack"),
        (["simulate", "-", "--journal", "-", "--until", "2021-06-12"], "--until"),
        (["simulate", "-", "--journal", "-", "--until", "yesterday"], "--until"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_wrong(arguments: list[str], words: str) -> None:
    done = oryn(*arguments)
    assert done.returncode == 2
    assert words.lower() in done.stderr.decode().lower()


def test_a_folder_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    done = oryn("simulate", "-", "--journal", tmp_path / "none" / "j", stdin=b"")
    assert done.returncode == 1
    assert done.stderr.decode().startswith("oryn: cannot write ")


def test_a_line_of_a_hundred_megabytes_is_one_report_in_bounded_memory() -> None:
    program = f"""
import io, resource, sys
from infra.events_file import read_events
class Endless(io.RawIOBase):
    left = 100 * {MIB}
    def readable(self): return True
    def readinto(self, buffer):
        count = min(len(buffer), self.left)
        buffer[:count] = b"x" * count
        self.left -= count
        return count
problems = []
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert list(read_events(io.BufferedReader(Endless()), lambda line, text: problems.append((line, text)), print)) == []
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
assert len(problems) == 1 and "longer than" in problems[0][1], problems
assert grown < 16 * 1024, grown
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()


def test_lines_at_the_bound_are_told_from_lines_beyond_it() -> None:
    line = organisation(1, "2021-06-10T09:00:00.000+06:00").encode()
    fitting = line + b" " * (LINE_BYTES_MAX - len(line)) + b"\n"
    problems: list[tuple[int, str]] = []
    stream = io.BytesIO(fitting + b"y" * (LINE_BYTES_MAX + 1) + b"\n" + line)
    events = list(read_events(stream, lambda number, text: problems.append((number, text)), lambda _: None))
    assert [event.offset for event in events] == [0, 2]
    assert problems == [(2, f"longer than {LINE_BYTES_MAX} bytes")]


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"old")
    with pytest.raises(OrynError, match="broken off"), written(path) as out:
        out.write(b"new")
        raise OrynError("broken off")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_file_gives_the_same_bytes_under_any_hash_seed(tmp_path: Path) -> None:
    lines = "\n".join(organisation(number, "2021-06-10T09:00:00.000+06:00") for number in range(50))
    outputs = {
        subprocess.run(
            [sys.executable, "-m", "infra", "simulate", "-", "--journal", "-", "--quiet"],
            input=lines.encode(),
            capture_output=True,
            check=True,
            timeout=120,
            env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(outputs) == 1
