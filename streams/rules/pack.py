"""The rule packs: every number, mapping and switch of the rule book as data. Owns values only, never behaviour."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from schemas.words import Benefit, Group, QueueKind


class Mode(StrEnum):
    """How the places of a queue reach its applications (R5.7)."""

    SCHEDULED = "SCHEDULED"
    AUTOMATIC = "AUTOMATIC"
    IMMEDIATE_ACCESS = "IMMEDIATE_ACCESS"


class Pack(Struct, frozen=True):
    """One reading of the rules, named. Days are working days unless the name says calendar; times are minutes of the
    local day. The defaults are `kz-2020`: Order No. 254 of 19 June 2020 (docs/rules.md names each paragraph)."""

    id: str
    groups: dict[Benefit, Group]
    modes: dict[QueueKind, Mode]
    bulletin_at_minutes: int = 18 * 60
    opening_at_minutes: int = 7 * 60
    reminder_at_minutes: int = 9 * 60
    window_days: int = 3
    access_days: int = 3
    open_stage_first: int = 1000
    general_per_priority: int = 3
    age_limit_years: int = 6
    private_age_years: int = 3
    registration_days: int = 5
    registration_answer_minutes: int = 30
    registrations_max: int | None = None
    second_check: bool = True
    second_check_days: int = 5
    second_check_answer_days: int = 1
    referral_days: int = 5
    vacate_calendar_days: int = 30
    cancellation_hours: int = 24
    extension_calendar_days_max: int = 30
    stop_list_days: int = 10
    lapses_until_archived: int = 2
    joining_months: int = 1
    interest_months: int = 12
    interest_calendar_days: int = 30
    recall_kept_hours: int = 24
    enrolment_archives_other_kinds: bool = False
    reapply_after_leaving: bool = True
    reapply_while_attending: bool = True
    # Extra days off and extra working days beside the public calendar, as days since 1970-01-01.
    extra_days_off: frozenset[int] = frozenset()
    extra_working_days: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a pack that would contradict itself. Raises: ValueError."""
        if self.registrations_max is not None and self.registrations_max < REGISTRATIONS_GUARANTEED:
            raise ValueError(f"registrations_max: at least {REGISTRATIONS_GUARANTEED} are guaranteed (p.15)")
        if set(self.groups) != set(Benefit):
            raise ValueError("groups: every benefit needs its group")
        if set(self.modes) != set(QueueKind):
            raise ValueError("modes: every queue kind needs its mode")
        if self.extra_days_off & self.extra_working_days:
            raise ValueError("extra_days_off, extra_working_days: a day can't be both")


REGISTRATIONS_GUARANTEED = 3


class Schedule(Struct, frozen=True):
    """Which pack is in force in a locality from which local day on (R5.9). Days since 1970-01-01, ascending."""

    first: Pack
    later: tuple[tuple[int, Pack], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a schedule that leaves open what is in force. Raises: ValueError."""
        days = [day for day, _ in self.later]
        if days != sorted(set(days)):
            raise ValueError("later: each day once, ascending")

    def at(self, day: int) -> Pack:
        """The pack in force on a local day."""
        found = self.first
        for since, pack in self.later:
            if since > day:
                break
            found = pack
        return found


def as_schedule(pack: Pack | Schedule) -> Schedule:
    """A pack that holds for good is a schedule of one."""
    return pack if isinstance(pack, Schedule) else Schedule(pack)


KZ_2020 = Pack(
    id="kz-2020",
    groups={
        Benefit.MILITARY: Group.EXTRAORDINARY,
        Benefit.SPECIAL_STATE_BODY: Group.EXTRAORDINARY,
        Benefit.TEACHER_CHILD: Group.PRIORITY,
        Benefit.PARENT_DISABILITY: Group.PRIORITY,
        Benefit.ORPHAN: Group.PRIORITY,
        Benefit.WITHOUT_PARENTAL_CARE: Group.PRIORITY,
        Benefit.LARGE_FAMILY: Group.PRIORITY,
        Benefit.SPECIAL_NEEDS: Group.PRIORITY,
        Benefit.DISABLED_CHILD_IN_FAMILY: Group.PRIORITY,
    },
    modes={
        QueueKind.GENERAL: Mode.SCHEDULED,
        QueueKind.SPECIAL: Mode.AUTOMATIC,
        QueueKind.SANATORIUM: Mode.AUTOMATIC,
    },
)

# The service description's reading: teachers' children out of turn, access as soon as a place is there.
KZ_2020_IMMEDIATE = replace(
    KZ_2020,
    id="kz-2020-immediate",
    groups={**KZ_2020.groups, Benefit.TEACHER_CHILD: Group.EXTRAORDINARY},
    modes={**KZ_2020.modes, QueueKind.GENERAL: Mode.IMMEDIATE_ACCESS},
)

PACKS: dict[str, Pack] = {pack.id: pack for pack in (KZ_2020, KZ_2020_IMMEDIATE)}
