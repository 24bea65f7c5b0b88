"""R3: the order of a queue, the ratio that holds over time, the queue numbers."""

import random
from itertools import groupby

import pytest
from msgspec.structs import replace

from schemas import facts as f
from schemas.words import Benefit, Channel, Group, Reason
from streams.rules.model import Status
from streams.rules.order import Order
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE
from tests.rules.conftest import MakeTown
from tests.rules.scenario import EXTRAORDINARY, PRIORITY, Town

S1 = "special/s1/2018/"


def mixed(town: Town, general: int, priority: int, extraordinary: int = 0) -> None:
    """g1 … , p1 … and e1 … stand in the general queue, submitted in this order."""
    for prefix, amount, benefits in (
        ("g", general, ()),
        ("p", priority, PRIORITY),
        ("e", extraordinary, EXTRAORDINARY),
    ):
        for index in range(1, amount + 1):
            town.queue(f"{prefix}{index}", benefits=benefits)


def open_places(town: Town, amount: int) -> None:
    """Places that opened before the first application came."""
    for index in range(amount):
        town.release(f"x{index}")
    town.until("2021-06-12 07:00")
    town.at("2021-06-14 10:00")


# R3.1


@pytest.mark.parametrize(
    ("benefit", "group"),
    [
        (Benefit.MILITARY, Group.EXTRAORDINARY),
        (Benefit.SPECIAL_STATE_BODY, Group.EXTRAORDINARY),
        (Benefit.TEACHER_CHILD, Group.PRIORITY),
        (Benefit.PARENT_DISABILITY, Group.PRIORITY),
        (Benefit.ORPHAN, Group.PRIORITY),
        (Benefit.WITHOUT_PARENTAL_CARE, Group.PRIORITY),
        (Benefit.LARGE_FAMILY, Group.PRIORITY),
        (Benefit.SPECIAL_NEEDS, Group.PRIORITY),
        (Benefit.DISABLED_CHILD_IN_FAMILY, Group.PRIORITY),
    ],
)
def test_r3_1_each_benefit_gives_its_group(town: Town, benefit: Benefit, group: Group) -> None:
    assert town.queue("a1", benefits=(benefit,)).one(f.ApplicationQueued).group is group


def test_r3_1_without_a_benefit_the_group_is_general(town: Town) -> None:
    assert town.queue("a1").one(f.ApplicationQueued).group is Group.GENERAL


def test_r3_1_the_strongest_benefit_decides(town: Town) -> None:
    queued = town.queue("a1", benefits=(Benefit.ORPHAN, Benefit.MILITARY, Benefit.LARGE_FAMILY))
    assert queued.one(f.ApplicationQueued).group is Group.EXTRAORDINARY


def test_r3_1_the_mapping_is_data_of_the_pack(make_town: MakeTown) -> None:
    immediate = make_town(KZ_2020_IMMEDIATE).queue("a1", benefits=(Benefit.TEACHER_CHILD,))
    assert immediate.one(f.ApplicationQueued).group is Group.EXTRAORDINARY
    with pytest.raises(ValueError, match="every benefit"):
        replace(KZ_2020, groups={Benefit.MILITARY: Group.EXTRAORDINARY})


# R3.2


def test_r3_2_inside_a_group_by_submission_time_then_application_id(town: Town) -> None:
    town.queue("b", "a", submitted="2021-06-07 09:58")
    town.queue("c", submitted="2021-06-07 09:57")
    assert town.order() == ["c", "a", "b"]


def test_r3_2_a_later_confirmation_inserts_before_others(town: Town) -> None:
    town.submit("a1")
    town.at("2021-06-08 10:00").queue("a2")
    queued = town.at("2021-06-09 10:00").confirm("a1").one(f.ApplicationQueued)
    assert (queued.number, queued.number_in_group) == (1, 1)
    assert town.order() == ["a1", "a2"]


def test_r3_2_a_submission_time_after_the_records_own_is_rejected(town: Town) -> None:
    assert town.submit("a1", submitted="2021-06-07 10:00:00.001").reason is Reason.BAD_TIME
    assert town.submit("a2", submitted="2021-06-07 10:00").reason is None


@pytest.mark.parametrize("channel", [each for each in Channel if each is not Channel.MIGRATION])
def test_r3_2_a_record_later_than_five_working_days_is_rejected(make_town: MakeTown, channel: Channel) -> None:
    town = make_town(start="2021-06-14 23:59")
    assert town.submit("a1", submitted="2021-06-07 10:00", channel=channel).reason is None
    town.at("2021-06-15 00:00")
    assert town.submit("a2", submitted="2021-06-07 10:00", channel=channel).reason is Reason.BAD_TIME


def test_r3_2_only_a_migration_brings_older_times_and_the_register_shows_it(town: Town) -> None:
    town.queue("a1")
    registered = town.submit("a2", submitted="2019-01-15 12:00", channel=Channel.MIGRATION)
    assert registered.one(f.ApplicationRegistered).channel is Channel.MIGRATION
    assert town.confirm("a2").one(f.ApplicationQueued).number == 1


def test_r3_2_a_migration_brings_no_later_times(town: Town) -> None:
    assert town.submit("a1", submitted="2021-06-08 10:00", channel=Channel.MIGRATION).reason is Reason.BAD_TIME


# R3.3


def test_r3_3_extraordinary_before_everybody_and_priority_one_to_three(town: Town) -> None:
    mixed(town, general=8, priority=2, extraordinary=2)
    assert town.order() == ["e1", "e2", "g1", "g2", "g3", "p1", "g4", "g5", "g6", "p2", "g7", "g8"]


def test_r3_3_when_the_general_ones_run_out_the_rest_follows(town: Town) -> None:
    mixed(town, general=4, priority=3)
    assert town.order() == ["g1", "g2", "g3", "p1", "g4", "p2", "p3"]


def test_r3_3_when_the_priority_ones_run_out_the_rest_follows(town: Town) -> None:
    mixed(town, general=5, priority=1)
    assert town.order() == ["g1", "g2", "g3", "p1", "g4", "g5"]


# R3.4: the worked example, in both kinds of queues


def test_r3_4_the_worked_example_one_place_a_day_the_head_served(town: Town) -> None:
    mixed(town, general=8, priority=2)
    start = town.order()
    assert start == ["g1", "g2", "g3", "p1", "g4", "g5", "g6", "p2", "g7", "g8"]
    served = []
    for index in range(10):
        town.offered(f"x{index}")
        (head,) = town.access()
        town.chosen(head, f"x{index}")
        served.append(head)
        town.at(f"2021-06-{8 + index:02} 10:00")
    assert served == start


def test_r3_4_the_worked_example_in_an_automatic_queue(town: Town) -> None:
    special(town, general=8, priority=2)
    served = [town.release_special(f"x{index}").one(f.ReferralIssued).application_id for index in range(10)]
    assert served == ["g1", "g2", "g3", "p1", "g4", "g5", "g6", "p2", "g7", "g8"]


def special(town: Town, general: int, priority: int) -> None:
    town.special("s1")
    for index in range(1, general + 1):
        town.queue_special(f"g{index}")
    for index in range(1, priority + 1):
        town.queue_special(f"p{index}", benefits=PRIORITY)


def head(town: Town, place_id: str) -> str:
    """Serve the head of the special queue."""
    return town.release_special(place_id).one(f.ReferralIssued).application_id


def test_r3_4_serving_the_head_never_changes_the_order_of_the_others(town: Town) -> None:
    special(town, general=10, priority=4)
    before = town.order(S1)
    for index in range(14):
        assert head(town, f"x{index}") == before[index]
        assert town.order(S1) == before[index + 1 :]


def test_r3_4_the_ratio_holds_over_time_while_newcomers_join(town: Town) -> None:
    special(town, general=4, priority=1)
    served = []
    for index in range(1, 13):
        served.append(head(town, f"x{index}"))
        town.queue_special(f"g{index + 4}")
        town.queue_special(f"p{index + 1}", benefits=PRIORITY)
    assert [each[0] for each in served] == list("gggpgggpgggp")


def test_r3_4_a_general_one_served_while_a_priority_one_waits_adds_one(town: Town) -> None:
    special(town, general=4, priority=1)
    phases = []
    for index in range(3):
        head(town, f"x{index}")
        phases.append(town.phase(S1))
    assert phases == [1, 2, 3]


def test_r3_4_a_general_one_served_while_no_priority_one_waits_adds_nothing(town: Town) -> None:
    special(town, general=4, priority=0)
    head(town, "x1")
    assert town.phase(S1) == 0


def choosing(town: Town, general: int, priority: int, places: int) -> None:
    """A general queue whose places are open, so that anybody in it may choose."""
    open_places(town, places)
    mixed(town, general, priority)


def test_r3_4_a_priority_head_that_does_not_choose_does_not_block_those_behind_it(town: Town) -> None:
    choosing(town, general=12, priority=2, places=7)
    for index in range(1, 7):
        town.chosen(f"g{index}", f"x{index}")
    # Six general ones were served: both priority ones have their turn now.
    assert town.phase() == 6
    assert town.order()[:3] == ["p1", "p2", "g7"]


def test_r3_4_the_credit_of_a_cycle_is_capped_by_the_priority_ones_that_stand(town: Town) -> None:
    choosing(town, general=12, priority=1, places=9)
    for index in range(1, 7):
        town.chosen(f"g{index}", f"x{index}")
    assert town.phase() == 3
    town.queue("p2", benefits=PRIORITY)
    assert town.order()[:5] == ["p1", "g7", "g8", "g9", "p2"]


def test_r3_4_a_priority_one_served_takes_three_away_but_not_below_minus_g(town: Town) -> None:
    choosing(town, general=5, priority=3, places=4)
    town.chosen("p1", "x1")
    assert town.phase() == -3
    assert town.order() == ["g1", "g2", "g3", "g4", "g5", "p2", "p3"]
    town.chosen("p2", "x2")
    assert town.phase() == -5


def test_r3_4_when_g_falls_otherwise_the_phase_keeps_within_minus_g(town: Town) -> None:
    choosing(town, general=4, priority=2, places=2)
    town.chosen("p1", "x1")
    assert town.phase() == -3
    town.withdraw("g1")
    town.withdraw("g2")
    assert town.phase() == -2


def test_r3_4_when_r_falls_the_phase_keeps_within_three_r(town: Town) -> None:
    choosing(town, general=8, priority=2, places=7)
    for index in range(1, 6):
        town.chosen(f"g{index}", f"x{index}")
    assert town.phase() == 5
    town.withdraw("p2")
    assert town.phase() == 3


def test_r3_4_when_r_becomes_0_the_phase_and_all_remembered_changes_are_forgotten(town: Town) -> None:
    choosing(town, general=6, priority=1, places=4)
    town.chosen("g1", "x1")
    town.chosen("g2", "x2")
    assert town.phase() == 2
    town.withdraw("p1")
    assert town.phase() == 0
    town.queue("p2", benefits=PRIORITY)
    town.cancel("g1", "x1")
    assert town.phase() == 0


def test_r3_4_r_counts_the_referred_the_stopped_and_the_suspended(town: Town) -> None:
    choosing(town, general=9, priority=3, places=9)
    town.chosen("p1", "x8")  # c = -3; referred, may return
    town.suspend("p2")
    for index in range(1, 9):
        town.chosen(f"g{index}", f"x{index - 1}")
    # -3 + 8 = 5, within 3R = 9 although only p3 waits.
    assert town.phase() == 5
    town.withdraw("p2")
    assert town.phase() == 5  # R = 2: within 6
    town.withdraw("p1")
    assert town.phase() == 3  # R = 1


def test_r3_4_a_referral_that_ends_takes_its_change_back(town: Town) -> None:
    special(town, general=5, priority=2)
    before = town.order(S1)
    assert head(town, "x1") == "g1"
    assert town.phase(S1) == 1
    decided = town.recall("x1", organisation_id="s1")
    assert decided.one(f.ApplicationReturned).number == 1
    assert (town.phase(S1), town.order(S1)) == (0, before)


def test_r3_4_the_net_change_is_remembered_not_the_whole_step(town: Town) -> None:
    choosing(town, general=2, priority=2, places=3)
    town.chosen("p1", "x1")  # from 0 to -2, for G is 2
    assert town.phase() == -2
    town.cancel("p1", "x1")
    assert town.phase() == 0
    assert town.order() == ["g1", "g2", "p1", "p2"]


def test_r3_4_a_change_is_taken_back_within_the_bounds_that_count_the_one_who_returns(town: Town) -> None:
    choosing(town, general=1, priority=2, places=3)
    town.chosen("g1", "x1")  # c = 1
    town.chosen("p1", "x2")  # c = max(1 - 3, -0) = 0
    assert town.phase() == 0
    town.cancel("g1", "x1")  # 0 - 1, and G counts g1 again: -1 is within
    assert town.phase() == -1


@pytest.mark.parametrize("way", ["lapse", "cancellation", "refusal"])
def test_r3_4_whoever_returns_finds_its_old_place(town: Town, way: str) -> None:
    mixed(town, general=4, priority=2)
    before = town.order()
    town.referred("g1", "x1")
    assert town.phase() == 1
    if way == "cancellation":
        town.cancel("g1", "x1")
    elif way == "refusal":
        town.pass_check("g1", "x1")
        town.refuse_admission("g1", "x1")
    else:
        town.until("2021-06-30 07:30")
    assert town.last(f.ApplicationReturned).number == 1
    assert (town.phase(), town.order()) == (0, before)


def test_r3_4_extraordinary_referrals_do_not_change_the_phase(town: Town) -> None:
    choosing(town, general=4, priority=2, places=2)
    town.queue("e1", benefits=EXTRAORDINARY)
    town.chosen("g1", "x1")
    assert town.phase() == 1
    town.release("x9")
    town.next_opening()
    town.chosen("e1", "x9")
    assert town.phase() == 1


def test_r3_4_temporary_places_do_not_change_the_phase(town: Town) -> None:
    mixed(town, general=4, priority=2)
    town.release_temporary("x1")
    town.next_opening()
    town.chosen("g1", "x1")
    assert (town.phase(), town.order()) == (0, ["g1", "g2", "g3", "p1", "g4", "p2"])


# R3.5


def test_r3_5_numbers_are_reported_when_queued_with_the_number_in_the_group(town: Town) -> None:
    mixed(town, general=8, priority=1, extraordinary=1)
    queued = town.queue("p2", benefits=PRIORITY).one(f.ApplicationQueued)
    assert (queued.number, queued.number_in_group) == (9, 2)


@pytest.mark.parametrize("seed", range(20))
def test_r3_5_the_closed_form_is_the_position_in_the_order(seed: int) -> None:
    randomly = random.Random(seed)
    order, count = Order(3), 0
    for _ in range(300):
        waiting = [(group, each) for group in Group for each in order.groups[group]]
        step = randomly.random()
        if step < 0.5 or not waiting:
            count += 1
            order.join(randomly.choice(list(Group)), (randomly.randrange(100), f"a{count}"))
        elif step < 0.8:
            order.serve(*randomly.choice(waiting))
        else:
            order.leave(*randomly.choice(waiting), returns=False)
        ids = list(order)
        for group in Group:
            for rank, position in enumerate(order.groups[group], start=1):
                assert order.number(group, position) == ids.index(position[1]) + 1
                assert order.number_in_group(group, position) == rank
                e, g, p = (len(order.groups[each]) for each in (Group.EXTRAORDINARY, Group.GENERAL, Group.PRIORITY))
                c = order.phase
                expected = {
                    Group.EXTRAORDINARY: rank,
                    Group.PRIORITY: e + rank + min(g, max(0, 3 * rank - c)),
                    Group.GENERAL: e + rank + min(p, max(0, (rank + c - 1) // 3)),
                }
                assert order.number(group, position) == expected[group]


# R3.6


def test_r3_6_a_granted_benefit_moves_the_application_at_its_original_time(town: Town) -> None:
    town.queue("a1")
    town.at("2021-06-08 10:00").queue("p1", benefits=PRIORITY)
    decided = town.benefits("a1", Benefit.ORPHAN)
    assert decided.types == ["BenefitsChanged", "ApplicationRegrouped"]
    moved = decided.one(f.ApplicationRegrouped)
    assert (moved.from_, moved.to, moved.number) == (Group.GENERAL, Group.PRIORITY, 1)
    assert town.order() == ["a1", "p1"]


def test_r3_6_an_expired_benefit_moves_it_back(town: Town) -> None:
    town.queue("g1")
    town.queue("a1", benefits=EXTRAORDINARY)
    assert town.order() == ["a1", "g1"]
    moved = town.benefits("a1").one(f.ApplicationRegrouped)
    assert (moved.to, moved.number) == (Group.GENERAL, 2)
    assert town.order() == ["g1", "a1"]


def test_r3_6_a_changed_benefit_of_the_same_group_moves_nobody(town: Town) -> None:
    town.queue("a1", benefits=(Benefit.ORPHAN,))
    assert town.benefits("a1", Benefit.LARGE_FAMILY).types == ["BenefitsChanged"]


def test_r3_6_a_claim_counts_with_the_confirmation_of_its_documents(town: Town) -> None:
    town.queue("g1", "g2")
    town.submit("e1", benefits=EXTRAORDINARY)
    assert town.order() == ["g1", "g2"]
    assert town.confirm("e1").one(f.ApplicationQueued).group is Group.EXTRAORDINARY


def test_r3_6_only_the_confirmed_benefits_count(town: Town) -> None:
    town.submit("a1", benefits=(Benefit.MILITARY, Benefit.ORPHAN))
    decided = town.confirm("a1", benefits=(Benefit.ORPHAN,))
    assert decided.types == ["BenefitsChanged", "ApplicationQueued"]
    assert decided.one(f.ApplicationQueued).group is Group.PRIORITY


def test_r3_6_off_the_order_the_group_changes_without_a_number(town: Town) -> None:
    town.queue("a1", "a2")
    town.referred("a1", "x1")
    moved = town.benefits("a1", Benefit.MILITARY).one(f.ApplicationRegrouped)
    assert moved.number is None
    assert town.status("a1") is Status.REFERRED
    town.cancel("a1", "x1")
    assert town.application("a1").group is Group.EXTRAORDINARY


def test_r3_6_a_benefit_checked_before_the_documents_counts_with_them(town: Town) -> None:
    town.submit("a1")
    assert town.benefits("a1", Benefit.ORPHAN).types == ["BenefitsChanged"]
    assert town.confirm("a1").one(f.ApplicationQueued).group is Group.PRIORITY


def test_r3_6_an_archived_application_changes_no_benefits(town: Town) -> None:
    town.queue("a1")
    town.withdraw("a1")
    assert town.benefits("a1", Benefit.ORPHAN).reason is Reason.WRONG_STATE


def test_r3_order_of_groups_in_a_long_queue_is_three_to_one(town: Town) -> None:
    mixed(town, general=12, priority=4)
    runs = [(key, len(list(each))) for key, each in groupby(town.order(), key=lambda each: each[0])]
    assert runs == [("g", 3), ("p", 1)] * 4
