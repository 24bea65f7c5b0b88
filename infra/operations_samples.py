"""What the processes of one environment say of themselves at this moment: /ready and /metrics, asked all at once.

Owns the asking and its limits. Never judges: a process that does not answer in time has no samples. Only this machine's
processes are asked, by the notes in the data folder.
"""

import json
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

from infra.metrics_targets import Target

# A page waits for it. A process of this machine answers within milliseconds, or not at all.
ANSWER_S = 0.25
ASKED_AT_ONCE = 16

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """One process's answer. `reasons`: why it is not ready, none when it did not answer."""

    target: Target
    reasons: tuple[str, ...] | None
    samples: Mapping[str, Sequence[tuple[Labels, float]]] = field(default_factory=dict)

    def total(self, name: str, **labels: str) -> float | None:
        """The sum of a figure's samples that have some labels; none where there are none."""
        found = [value for these, value in self.samples.get(name, ()) if labels.items() <= these.items()]
        return sum(found) if found else None

    def count(self, name: str, **labels: str) -> int:
        """The same as a whole number; 0 where there are none."""
        return int(self.total(name, **labels) or 0)

    def by(self, name: str, label: str) -> dict[str, float]:
        """The same for each value of a label."""
        found: dict[str, float] = defaultdict(float)
        for labels, value in self.samples.get(name, ()):
            found[labels.get(label, "")] += value
        return dict(found)


def ask_all(targets: Sequence[Target]) -> list[Said]:
    """Ask them side by side."""
    if not targets:
        return []
    with ThreadPoolExecutor(min(len(targets), ASKED_AT_ONCE), thread_name_prefix="operations") as pool:
        return list(pool.map(_ask, targets))


def _ask(target: Target) -> Said:
    try:
        reasons = _ready(target)
        return Said(target, reasons, _samples(_got(target, "/metrics").decode()))
    except (OSError, ValueError):  # gone, too slow, or no process of ours any more: it has no answer
        return Said(target, None)


def _got(target: Target, path: str) -> bytes:
    with urllib.request.urlopen(f"http://{target.address}{path}", timeout=ANSWER_S) as answer:
        body: bytes = answer.read()
    return body


def _ready(target: Target) -> tuple[str, ...]:
    try:
        _got(target, "/ready")
    except urllib.error.HTTPError as exc:
        with exc:
            said = json.loads(exc.read())["reasons"]
        return tuple(f"{where}: {reason}" for where, reason in said.items())
    return ()


def _samples(text: str) -> Mapping[str, Sequence[tuple[Labels, float]]]:
    found: dict[str, list[tuple[Labels, float]]] = defaultdict(list)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if not sample.name.endswith("_bucket"):
                found[sample.name].append((sample.labels, sample.value))
    return found


Asking = Callable[[Sequence[Target]], list[Said]]
