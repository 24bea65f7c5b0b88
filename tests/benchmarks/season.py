"""The season that several benchmarks share: its events and journal, generated once into the output directory."""

from collections import Counter
from hashlib import sha256
from pathlib import Path

from infra.events_file import read_events
from schemas.events import Event, PlaceReleased
from schemas.instants import Instant
from schemas.words import TOPIC_ORDER
from schemas.zones import zone_of
from streams.rules.book import Book
from streams.rules.pack import PACKS
from tests.benchmarks.measure import oryn
from tests.benchmarks.plan import Plan

PACK = PACKS["kz-2020"]
OPENING_MINUTES = 7 * 60


def events_file(plan: Plan, scale: float | None = None) -> Path:
    """The events of the season. The file bears the digest of what plays seasons: a changed campaign makes a new one."""
    wanted = plan.campaign_scale if scale is None else scale
    path = plan.folder / f"{plan.campaign}-{wanted:g}-{_digest()}.events.jsonl"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        oryn("campaign", plan.campaign, "--scale", str(wanted), "--events", str(unfinished), "--quiet")
        unfinished.rename(path)
    return path


def journal_file(plan: Plan) -> Path:
    """The journal of the season, by the rules as they are now."""
    path = plan.folder / "season.journal.jsonl"
    oryn("simulate", str(events_file(plan)), "--journal", str(path), "--quiet")
    return path


def _digest() -> str:
    root = Path(__file__).parents[2] / "producers" / "campaign"
    sources = sorted(root.rglob("*.py")) + sorted(root.rglob("*.csv"))
    return sha256(b"".join(each.read_bytes() for each in sources)).hexdigest()[:8]


def read_season(path: Path) -> list[Event]:
    """All events of a file in the order in which they are decided."""
    with path.open("rb") as file:
        events = list(read_events(file, _malformed, lambda _: None))
    events.sort(key=lambda event: (event.locality, event.time, TOPIC_ORDER[event.topic]))
    return events


def _malformed(line: int, text: str) -> None:
    raise AssertionError(f"line {line}: {text}")


def before_largest_opening(events: list[Event]) -> tuple[bytes, Instant]:
    """(snapshot of the book just before it, its moment): the opening after the day with most releases."""
    locality = events[0].locality
    events = [event for event in events if event.locality == locality]
    zone = zone_of(locality)
    released = Counter(zone.day_of(event.time) for event in events if isinstance(event.data, PlaceReleased))
    opening = zone.at(released.most_common(1)[0][0] + 1, OPENING_MINUTES)
    book = Book(locality, PACK)
    for event in events:
        if event.time >= opening:
            break
        for _ in book.handle(event):
            pass
    for _ in book.advance(Instant(opening - 1)):
        pass
    return book.snapshot(), opening
