"""A Kafka broker of one's own, for tests."""

from pathlib import Path

from infra.stack.kafka import Kafka
from infra.stack.own import OwnService


class Broker(OwnService):
    """One Kafka broker in `folder`; `cache`: of its jars."""

    def __init__(self, folder: Path, cache: Path) -> None:
        super().__init__(Kafka(folder, cache))

    @property
    def bootstrap(self) -> str:
        """The address for clients."""
        return self.address
