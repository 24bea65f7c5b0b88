"""Messages in files: whole lines, on disk before they count, mended after a kill; and on a terminal."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from consumers.notification_gateway import files
from consumers.notification_gateway.channels import Delivered, Failed
from consumers.notification_gateway.files import ConsoleChannel, FileChannel, FileError, FileSettings
from tests.unit.notification_gateway.letters import letter

# Writes letters until it is killed, and says after each which one is on disk.
WRITER = """
import asyncio, sys
from pathlib import Path
from consumers.notification_gateway.files import FileChannel, FileSettings
from tests.unit.notification_gateway.letters import letter

async def main():
    channel = FileChannel(FileSettings(Path(sys.argv[1])))
    await channel.open()
    for first in range(0, 1_000_000, 20):
        await asyncio.gather(*(channel.send(letter(number)) for number in range(first, first + 20)))
        print(first + 19, flush=True)

asyncio.run(main())
"""


def write(path: Path, numbers: range) -> None:
    async def run() -> None:
        channel = FileChannel(FileSettings(path))
        await channel.open()
        results = await asyncio.gather(*(channel.send(letter(number)) for number in numbers))
        assert results == [Delivered()] * len(numbers)
        await channel.close()

    asyncio.run(run())


def ids(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    assert text.endswith("\n") or not text
    return [json.loads(line)["data"]["id"] for line in text.splitlines()]


def test_each_message_is_one_line_that_programs_can_read(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    write(path, range(3))
    write(path, range(3, 5))
    assert ids(path) == [f"710000000:{number}:2" for number in range(5)]
    said = json.loads(path.read_text("utf-8").splitlines()[0])["data"]
    assert said["subject"] == letter(0).subject
    assert said["text"] == letter(0).text
    assert "parent@example.kz" not in path.read_text("utf-8")


def test_messages_that_come_together_share_a_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[int] = []
    append = files._append

    def counted(path: Path, lines: bytes) -> None:
        writes.append(len(lines))
        append(path, lines)

    monkeypatch.setattr(files, "_append", counted)
    write(tmp_path / "messages.jsonl", range(500))
    assert len([each for each in writes if each]) <= 3
    assert len(ids(tmp_path / "messages.jsonl")) == 500


def test_two_gateways_may_write_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"

    async def run() -> None:
        channels = [FileChannel(FileSettings(path)) for _ in range(2)]
        for first in range(0, 200, 20):
            numbers = range(first, first + 20)
            await asyncio.gather(*(channels[number % 2].send(letter(number)) for number in numbers))
        for channel in channels:
            await channel.close()

    asyncio.run(run())
    assert sorted(ids(path)) == sorted(f"710000000:{number}:2" for number in range(200))


def test_a_folder_gets_a_file_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([1_623_326_400, 1_623_326_400, 1_623_349_800, 1_623_349_800])  # 18:00 and 00:30 in Almaty
    now = {"ns": 0}

    def time_ns() -> int:
        now["ns"] = next(moments, now["ns"] // 10**9) * 10**9
        return now["ns"]

    monkeypatch.setattr(time, "time_ns", time_ns)
    write(tmp_path / "sent", range(1))
    write(tmp_path / "sent", range(1, 2))
    assert ids(tmp_path / "sent" / "messages-2021-06-10.jsonl") == ["710000000:0:2"]
    assert ids(tmp_path / "sent" / "messages-2021-06-11.jsonl") == ["710000000:1:2"]


@pytest.mark.parametrize("torn", [b'{"half', b"x" * 200_000, b"\xd2"])
def test_an_unfinished_line_is_cut_off_before_the_next_one(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "messages.jsonl"
    write(path, range(2))
    with path.open("ab") as stream:
        stream.write(torn)
    write(path, range(2, 3))
    assert ids(path) == [f"710000000:{number}:2" for number in range(3)]
    path.write_bytes(torn)
    write(path, range(1))
    assert ids(path) == ["710000000:0:2"]


def test_what_was_delivered_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    told = -1
    for _ in range(2):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        with writer.stdout:
            for _ in range(5):
                told = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            told = max([told, *(int(line) for line in writer.stdout.read().split())])
        writer.wait()
        before = path.read_bytes()
        assert {f"710000000:{number}:2" for number in range(told + 1)} <= set(
            json.loads(line)["data"]["id"] for line in before[: before.rfind(b"\n")].splitlines()
        )
    write(path, range(1))
    assert ids(path)[-1] == "710000000:0:2"


def test_a_full_disk_leaves_no_part_of_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "messages.jsonl"
    write(path, range(1))
    real = os.write
    written = {"count": 0}

    def full(file: int, data: bytes) -> int:
        written["count"] += 1
        if written["count"] > 1:
            raise OSError(28, "No space left on device")
        return real(file, data[:10])

    async def run() -> None:
        channel = FileChannel(FileSettings(path))
        monkeypatch.setattr(os, "write", full)
        assert await channel.send(letter(1)) == Failed("FILE")
        monkeypatch.setattr(os, "write", real)
        assert ids(path) == ["710000000:0:2"]
        assert await channel.send(letter(1)) == Delivered()
        await channel.close()

    asyncio.run(run())
    assert ids(path) == ["710000000:0:2", "710000000:1:2"]


def test_a_gateway_that_gave_up_waiting_breaks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"

    async def run() -> None:
        channel = FileChannel(FileSettings(path))
        sending = asyncio.create_task(channel.send(letter(0)))
        await asyncio.sleep(0)
        sending.cancel()
        assert await channel.send(letter(1)) == Delivered()
        await channel.close()

    asyncio.run(run())
    assert ids(path) == ["710000000:0:2", "710000000:1:2"]


def test_a_place_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    async def run() -> None:
        with pytest.raises(FileError, match=r"cannot write messages to .*messages\.jsonl"):
            await FileChannel(FileSettings(tmp_path / "file" / "messages.jsonl")).open()

    asyncio.run(run())


def test_a_terminal_shows_who_is_told_what() -> None:
    stream = io.StringIO()

    async def run() -> None:
        channel = ConsoleChannel(stream)
        await channel.open()
        assert await channel.send(letter(address="")) == Delivered()
        await channel.close()

    asyncio.run(run())
    shown = stream.getvalue()
    assert shown.startswith(
        "── 710000000:1:2 → applicant ap-1 (kk) ──\nҚұжаттар расталды: кезектегі нөміріңіз – 41\n\n"
    )
    assert "   Сәлеметсіз бе!\n" in shown
    assert " \n" not in shown
