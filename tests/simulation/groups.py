"""A consumer group's coordinator, classic protocol: members with stable names, generations, sessions, who may commit.

Owns the group's state. The assignor `range` is run here; real groups have a member run it, which nobody can tell apart.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from confluent_kafka import KafkaError

from tests.simulation.log import Refused
from tests.simulation.world import Timer, World

Share = list[tuple[str, int]]
NO_GENERATION = -1


@dataclass(frozen=True, slots=True)
class Membership:
    """As whom somebody speaks to a group; what `consumer_group_metadata` gives."""

    group: str
    generation: int
    member: str
    instance: str | None


@dataclass(slots=True)
class Joined:
    """The answer to a join."""

    member: str
    generation: int


@dataclass(slots=True)
class Member:
    """One of a group."""

    name: str
    # What it is called by its owner; the group's own name for it, if it has none.
    instance: str
    static: bool
    topics: tuple[str, ...]
    session: int
    patience: int
    share: Share = field(default_factory=list)
    # Told when the rebalance is over; none while it has not joined it.
    joining: Callable[[Joined | Refused], None] | None = None
    expiry: Timer | None = None


class Group:
    """EMPTY, then rebalancing (PREPARING) and stable in turns."""

    def __init__(self, world: World, name: str, delay: int, partitions_of: Callable[[str], int]) -> None:
        """`delay`: before the first members of an empty group get their shares."""
        self._world, self.name, self._delay, self._partitions_of = world, name, delay, partitions_of
        self.generation = 0
        self.preparing = False
        # By member id, in the order of joining.
        self.members: dict[str, Member] = {}
        self._serial = 0
        self._deadline: Timer | None = None
        self.rebalances = 0
        # Its coordinator is down.
        self.away = False

    # Joining.

    def join(
        self,
        who: Membership,
        topics: tuple[str, ...],
        session: int,
        patience: int,
        done: Callable[[Joined | Refused], None],
    ) -> None:
        """`done` is told when the generation begins. `patience`: for members to join again. Raises: Refused."""
        member = self._find(who) if who.member else None
        if member is None and who.instance is not None:
            before = next((each for each in self.members.values() if each.instance == who.instance), None)
            if before is not None:
                self._replace(before, session, patience, done)
                return
        first = not self.members
        if member is None:
            self._serial += 1
            name = f"{who.instance or 'member'}-{self._serial}"
            member = Member(name, who.instance or name, who.instance is not None, topics, session, patience)
            self.members[name] = member
        elif not self.preparing and member.share and next(iter(self.members.values())) is not member:
            done(Joined(member.name, self.generation))  # nothing is new
            return
        member.topics, member.session, member.patience, member.joining = topics, session, patience, done
        self._alive(member)
        self._prepare(self._delay if first else None)

    def _replace(self, before: Member, session: int, patience: int, done: Callable[[Joined | Refused], None]) -> None:
        """A static member comes back under a new id: it has its share again, and nobody else is disturbed."""
        self._serial += 1
        self._forget(before)
        if before.joining is not None:
            before.joining(Refused(KafkaError.FENCED_INSTANCE_ID))
        name = f"{before.instance}-{self._serial}"
        now = Member(name, before.instance, True, before.topics, session, patience, before.share)
        self.members[name] = now
        self._alive(now)
        if self.preparing:
            now.joining = done
            self._look()
        else:
            done(Joined(name, self.generation))

    def _prepare(self, delay: int | None) -> None:
        if not self.preparing:
            self.preparing = True
            self.rebalances += 1
            patience = max(each.patience for each in self.members.values())
            self._deadline = self._world.after(delay if delay is not None else patience, self._complete)
        if delay is None:
            self._look()

    def _look(self) -> None:
        if self.preparing and all(each.joining is not None for each in self.members.values()):
            self._world.after(0, self._complete_if_all)

    def _complete_if_all(self) -> None:
        if self.preparing and self.members and all(each.joining is not None for each in self.members.values()):
            self._complete()

    def _complete(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self.preparing = False
        for name in [each.name for each in self.members.values() if each.joining is None and not each.static]:
            self._forget(self.members[name])
        self.generation += 1
        self._share()
        for member in list(self.members.values()):
            done, member.joining = member.joining, None
            if done is not None:
                done(Joined(member.name, self.generation))

    def _share(self) -> None:
        """The assignor `range`: equal partitions of equally many to the same member."""
        members = sorted(self.members.values(), key=lambda each: each.instance)
        for member in members:
            member.share = []
        topics = sorted({topic for each in members for topic in each.topics})
        for topic in topics:
            takers = [each for each in members if topic in each.topics]
            count, extra = divmod(self._partitions_of(topic), len(takers))
            begin = 0
            for index, member in enumerate(takers):
                end = begin + count + (index < extra)
                member.share += [(topic, partition) for partition in range(begin, end)]
                begin = end

    # Being a member.

    def _find(self, who: Membership) -> Member | None:
        """Raises: Refused when a later process has the name."""
        if who.instance is not None:
            known = next((each for each in self.members.values() if each.instance == who.instance), None)
            if known is None:
                raise Refused(KafkaError.UNKNOWN_MEMBER_ID)
            if known.name != who.member:
                raise Refused(KafkaError.FENCED_INSTANCE_ID)
            return known
        member = self.members.get(who.member)
        if member is None:
            raise Refused(KafkaError.UNKNOWN_MEMBER_ID)
        return member

    def _validate(self, who: Membership) -> Member:
        member = self._find(who)
        assert member is not None
        if who.generation != self.generation:
            raise Refused(KafkaError.ILLEGAL_GENERATION)
        return member

    def sync(self, who: Membership) -> Share:
        """A member's share. Raises: Refused."""
        member = self._validate(who)
        if self.preparing:
            raise Refused(KafkaError.REBALANCE_IN_PROGRESS)
        self._alive(member)
        return list(member.share)

    def heartbeat(self, who: Membership) -> None:
        """It is alive. Raises: Refused, also when the others wait for it to join again."""
        member = self._validate(who)
        self._alive(member)
        if self.preparing:
            raise Refused(KafkaError.REBALANCE_IN_PROGRESS)

    def leave(self, who: Membership) -> None:
        """It goes for good. Raises: Refused."""
        member = self._find(who)
        assert member is not None
        self._gone(member)

    def validate_commit(self, who: Membership) -> None:
        """Whether somebody may commit offsets in a transaction (ClassicGroup.validateOffsetCommit). Raises: Refused."""
        if who.generation < 0 and not self.members:
            return  # whoever has no generation may commit for a group without members
        if who.generation >= 0 or who.member or who.instance is not None:
            self._validate(who)

    def _alive(self, member: Member) -> None:
        if member.expiry is not None:
            member.expiry.cancel()
        member.expiry = self._world.after(member.session, self._expired, member)

    def _expired(self, member: Member) -> None:
        if member.joining is not None or self.away:
            self._alive(member)  # it waits for the others, and its request is open; or nobody counts
            return
        self._world.say("coordinator", "session of %s has ended", member.name)
        self._gone(member)

    def _forget(self, member: Member) -> None:
        del self.members[member.name]
        if member.expiry is not None:
            member.expiry.cancel()

    def _gone(self, member: Member) -> None:
        self._forget(member)
        if self.members:
            self._prepare(None)
        else:
            self.generation += 1
            self.preparing = False
            if self._deadline is not None:
                self._deadline.cancel()

    def moved(self) -> None:
        """Another coordinator: open requests are gone, sessions begin anew."""
        self.away = False
        for member in self.members.values():
            member.joining = None
            self._alive(member)
