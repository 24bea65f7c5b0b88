"""How much is measured: the full run, and one so small that a test can afford it."""

from pathlib import Path

from msgspec import Struct


class Plan(Struct, frozen=True, kw_only=True):
    """Sizes of one run."""

    out: str  # directory of what is generated once and of the results
    rounds: int
    campaign: str
    campaign_scale: float
    waiting: tuple[int, ...]  # of the queue numbers; the first is what the others are held against
    questions: int
    openings: tuple[int, ...]  # places, beside all that are listed
    matcher_places: tuple[int, ...]  # of the plain matcher, growing
    model_scale: float
    towns: tuple[int, ...]  # waiting applications, for memory
    growth: tuple[int, int]  # waiting applications: small and large
    growth_days: int
    restored_scale: float  # of the campaign, for the journal that a worker restores
    peers_scale: float  # of the campaign, side by side with others
    peers_releases: int  # matched at once, side by side
    peers_answers: int  # one by one, at a steady rate
    peers_kills: int
    # A broker that benchmarks may use, where nobody wants to know how fast they are; none: each has its own.
    kafka: str | None = None

    @property
    def folder(self) -> Path:
        """Where files go."""
        path = Path(self.out)
        path.mkdir(parents=True, exist_ok=True)
        return path


FULL = Plan(
    out="out/benchmarks",
    rounds=5,
    campaign="astana-2021",
    campaign_scale=1.0,
    waiting=(1_000, 10_000, 100_000, 1_000_000),
    questions=5_000,
    openings=(1_000, 5_000, 10_000),
    matcher_places=(125, 250, 500),
    model_scale=0.004,
    towns=(200_000, 1_000_000),
    growth=(10_000, 1_000_000),
    growth_days=20,
    restored_scale=3.7,
    peers_scale=0.05,
    peers_releases=16_000,
    peers_answers=1_100,
    peers_kills=20,
)


def tiny(out: str, kafka: str | None = None) -> Plan:
    """Proves that every benchmark runs; its times mean nothing."""
    return Plan(
        out=out,
        rounds=1,
        campaign="village",
        campaign_scale=0.2,
        waiting=(10, 100),
        questions=20,
        openings=(2,),
        matcher_places=(5, 10),
        model_scale=0.2,
        towns=(200,),
        growth=(100, 200),
        growth_days=3,
        restored_scale=0.2,
        peers_scale=0.2,
        peers_releases=30,
        peers_answers=110,
        peers_kills=2,
        kafka=kafka,
    )
