"""Journals for the tests of the indicators: campaigns, lively towns, and a made-up history of what is rare."""

from functools import cache
from typing import Final

from msgspec.structs import replace

from schemas.instants import Instant
from schemas.journal import Record
from schemas.words import RecallReason
from streams.rules.model import Status
from streams.rules.pack import KZ_2020
from tests.integration.pipeline.seasons import villages
from tests.integration.registers.tools import lively
from tests.rules.scenario import EXTRAORDINARY, PRIORITY, Town

ALMATY = "750000000"
MINUTE_MS = 60_000

__all__ = ["campaign", "lively", "rare"]


def campaign() -> tuple[Record, ...]:
    """Three weeks and more of two villages in two zones, as the campaign's families live them."""
    return villages(2, days=24).records


# Interest is asked for after two months rather than twelve: everything else takes three.
SOON: Final = replace(KZ_2020, interest_months=2, interest_calendar_days=10)


@cache
def rare() -> tuple[Record, ...]:
    """A summer of a town in which everything rare happens, and days of another over the change of zones in 2024."""
    return tuple(sorted((*_town(), *_night_of_two_hours()), key=lambda each: int(each.time)))


def _town() -> list[Record]:
    town = Town(SOON)
    town.organisation("k2")
    # The only one of its queue: reminded of its interest, confirms it once, is archived when it does not answer again.
    town.queue("alone", born="2016-03-01")
    # Six years old on 1 September.
    town.queue("old", born="2015-08-20")
    _early_places(town)
    _heads_that_do_not_choose(town)
    _referrals_that_end(town)
    _temporary_places(town)
    _papers(town)
    town.tick()
    return town.records


def _early_places(town: Town) -> None:
    """Vacated late, recalled when overdue, filled although nobody reported it, and never vacated."""
    town.queue("e1", "e2", "e3", "e4", benefits=EXTRAORDINARY)
    for number in range(1, 5):
        town.release_early(f"early-{number}", "2021-06-10")
    town.next_opening()
    for number in range(1, 5):
        town.chosen(f"e{number}", f"early-{number}")
        town.pass_check(f"e{number}", f"early-{number}")
    town.at("2021-06-14 11:30").vacate("early-1")
    town.enrol("e1", "early-1")
    town.at("2021-06-15 09:00").recall("early-2", RecallReason.MAJOR_REPAIR)
    town.enrol("e3", "early-3")
    town.withdraw("e2")


def _heads_that_do_not_choose(town: Town) -> None:
    """A head lets its access lapse five times, while others behind it are served."""
    town.queue("head", benefits=EXTRAORDINARY)
    town.queue(*(f"g{number}" for number in range(1, 6)))
    for number in range(1, 6):
        town.offered(f"passive-{number}a", f"passive-{number}b")
        town.chosen(next(each for each in town.access() if each != "head"), f"passive-{number}b")
        town.until(f"2021-{('06-22', '06-28', '07-02', '07-09', '07-14')[number - 1]} 12:00")
    town.withdraw("head")
    town.withdraw("e4")


def _referrals_that_end(town: Town) -> None:
    """Cancelled again and again, lapsed twice, refused by the kindergarten, suspended, withdrawn, checked late."""
    town.queue("c1", "c2", "c3", "c4", "c5", "c6", benefits=EXTRAORDINARY)
    for number in range(1, 6):
        town.referred("c1", f"again-{number}")
        town.pause()
        town.cancel("c1", f"again-{number}")
    town.withdraw("c1")
    town.referred("c2", "lapsing-1")
    town.active("c3", "refusing")
    town.refuse_admission("c3", "refusing")
    town.withdraw("c3")
    town.referred("c4", "late-1")
    town.present("c4", "late-1")
    town.referred("c5", "suspended-1")
    town.suspend("c5")
    town.referred("c6", "withdrawn-1")
    town.withdraw("c6")
    town.interest("alone")
    town.interest("old")
    town.until("2021-08-18 12:00")
    town.pass_check("c4", "late-1")
    town.restore("c5")
    town.referred("c2", "lapsing-2")
    town.pass_check("c2", "lapsing-2")
    town.until("2021-08-30 12:00")


def _temporary_places(town: Town) -> None:
    """A stay that gives way to a lasting place and whose rest another child takes, one that ends, one whose pupil
    comes back; the second is a general application's while a priority one waits, which is no turn of the order."""
    for each in ("c4", "c5"):
        town.withdraw(each)
    town.queue("t1", "t3", benefits=EXTRAORDINARY)
    for number in (1, 3):
        _stays(town, f"t{number}", f"stay-{number}")
    town.queue("t2")
    town.release_temporary("stay-2", "2021-09-20", "2021-09-01")
    town.next_opening()
    town.queue("t4", "t5", benefits=PRIORITY)
    town.chosen(next(each for each in town.access() if each.startswith(("t2", "g"))), "stay-2")
    town.active("t1", "lasting")
    town.enrol("t1", "lasting")
    town.next_opening()
    other = next(each for each in town.access() if each not in {"t1", "t2", "t3"})
    town.chosen(other, "stay-1")
    town.pass_check(other, "stay-1")
    town.enrol(other, "stay-1")
    town.recall("stay-2", RecallReason.PUPIL_RETURNED)
    town.until("2021-09-22 12:00")


def _stays(town: Town, application_id: str, place_id: str) -> None:
    town.release_temporary(place_id, "2021-09-20", "2021-09-01")
    town.next_opening()
    town.chosen(application_id, place_id)
    town.pass_check(application_id, place_id)
    town.enrol(application_id, place_id)


def _papers(town: Town) -> None:
    """Checked at once, late, refused, never shown; a benefit that the second check does not find."""
    town.at("2021-09-23 10:00")
    for each in ("d1", "d2", "d3", "d4"):
        town.submit(each)
        town.pause()
    town.present("d1")
    town.present("d2")
    town.pause()
    town.confirm("d1")
    town.refuse("d3", ("form",))
    town.at("2021-09-23 14:00").refuse("d2", ("form",))
    for each in ("t2", "t3", "t4", "t5"):
        if town.application(each).status is not Status.ARCHIVED:
            town.withdraw(each)
    town.queue("b1", benefits=EXTRAORDINARY)
    town.referred("b1", "benefit")
    town.present("b1", "benefit")
    town.pause()
    town.pass_check("b1", "benefit", benefit=False)
    town.recall("benefit", RecallReason.QUARANTINE)
    town.close("k2")
    town.release("late", "k2")
    town.until("2021-10-04 10:00")


def _night_of_two_hours() -> list[Record]:
    """On 1 March 2024 the clocks of Almaty were set back at midnight: the hour before is two hours long."""
    town = Town(locality=ALMATY, start="2024-02-27 12:00")
    town.queue("a1", "a2", born="2021-03-01", submitted="2024-02-27 11:00")
    town.until("2024-02-29 22:30")
    for minutes in (0, 70, 125):
        town.now = Instant(town.now + minutes * MINUTE_MS)
        town.release(f"night-{minutes}", year=2021, start="2024-03-10")
        town.submit(f"n{minutes}", born="2021-03-01")
    town.until("2024-03-03 12:00")
    return town.records
