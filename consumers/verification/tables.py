"""The numbers of each rule pack that this reader needs, on purpose written down a second time. Never imports one."""

from dataclasses import dataclass, field

from schemas.words import Benefit, Group, QueueKind


@dataclass(frozen=True)
class PackTable:
    """What one pack says. Minutes are of the local day, ages full years."""

    open_rank_max: int = 1000
    ratio: int = 3
    age_cap: int = 6
    private_age_min: int = 3
    bulletin_minutes: int = 18 * 60
    opening_minutes: int = 7 * 60
    window_days: int = 3
    access_days: int = 3
    stop_days: int = 10
    lapses_max: int = 2
    referral_days: int = 5
    documents_days: int = 5
    second_check_days: int = 5
    cancel_ms: int = 24 * 3_600_000
    recall_kept_ms: int = 24 * 3_600_000
    extension_days_max: int = 30
    interest_answer_days: int = 30
    vacate_days: int = 30
    # Queues without openings: places are given, or access is granted as soon as it can be (R5.7).
    automatic: frozenset[QueueKind] = frozenset({QueueKind.SPECIAL, QueueKind.SANATORIUM})
    immediate: frozenset[QueueKind] = frozenset()
    extraordinary: frozenset[Benefit] = field(
        default_factory=lambda: frozenset({Benefit.MILITARY, Benefit.SPECIAL_STATE_BODY})
    )

    def group_of(self, benefits: tuple[Benefit, ...]) -> Group:
        """The group of the strongest benefit (R3.1)."""
        if not benefits:
            return Group.GENERAL
        if any(each in self.extraordinary for each in benefits):
            return Group.EXTRAORDINARY
        return Group.PRIORITY


TABLES: dict[str, PackTable] = {
    "kz-2020": PackTable(),
    "kz-2020-immediate": PackTable(
        immediate=frozenset({QueueKind.GENERAL}),
        extraordinary=frozenset({Benefit.MILITARY, Benefit.SPECIAL_STATE_BODY, Benefit.TEACHER_CHILD}),
    ),
}
