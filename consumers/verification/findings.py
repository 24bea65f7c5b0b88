"""What a check finds: one broken record, in words, with the rule it breaks. Never prints."""

from dataclasses import dataclass, field

from schemas.errors import OrynError


class Broken(OrynError):
    """A record does not hold. Raised where it is seen, turned into a `Finding` where the line is known.

    `template` is also the key of its translation (`texts`); `values` fill it.
    """

    def __init__(self, rule: str, template: str, **values: object) -> None:
        """Take the rule or contract that is broken, and what is wrong."""
        super().__init__(template.format(**values))
        self.rule = rule
        self.template = template
        self.values = values


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken record. `line` counts from 1, 0: no line's fault (a missing end). `sequence` 0: unknown.

    `partition` and `offset`: where the record stands, when the journal is a topic.
    """

    line: int
    locality: str
    sequence: int
    rule: str
    template: str
    values: dict[str, object] = field(default_factory=dict)
    partition: int | None = None
    offset: int | None = None

    @property
    def text(self) -> str:
        """What is wrong, in English."""
        return self.template.format(**self.values)
