"""Gateways that come and go share the shards, and no shard has two."""

from random import Random

from alembic.config import Config
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st

from consumers.notification_gateway import migrations, tables
from consumers.notification_gateway.intake import SHARDS
from consumers.notification_gateway.shards import plan


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.integers())
def test_gateways_come_to_fair_shares(comings: list[bool], seed: int) -> None:
    random = Random(seed)
    gateways: list[set[int]] = [set()]
    for comes in comings:
        if comes:
            gateways.append(set())
        elif len(gateways) > 1:
            gateways.pop(random.randrange(len(gateways)))
        for _ in range(3):  # rounds in which each looks once
            for mine in gateways:
                held = set().union(*gateways)
                shift = plan(mine, held, len(gateways), random)
                assert not set(shift.claim) & held
                mine |= set(shift.claim)
                mine -= set(shift.leave)
        assert sorted(shard for mine in gateways for shard in mine) == list(range(SHARDS))
        assert max(map(len, gateways)) <= -(-SHARDS // len(gateways))


def test_the_newest_migration_is_the_one_that_is_asked_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(next(iter(migrations.__path__))))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == tables.HEAD
