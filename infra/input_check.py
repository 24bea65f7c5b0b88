"""Reads dead letters and input topics for the check that every event has one outcome. Only reads; judges nothing."""

from collections.abc import Mapping

from consumers.verification.findings import Broken, Finding
from consumers.verification.inputs import InputLedger
from infra.journal_source import LIMITS, Report
from infra.settings import Settings
from schemas.dead_letter_headers import unwrap
from schemas.message_headers import headers_of
from schemas.topic_reading import TopicReading
from schemas.words import Topic

DEAD_LETTERS = "dead-letters"


def check_inputs(
    client: Mapping[str, str],
    settings: Settings,
    ledger: InputLedger,
    findings_max: int,
    progress: Report | None = None,
) -> list[Finding]:
    """What is wrong with the outcomes of all input records, after the journal was taken into the ledger.

    In this order: a letter or an event that comes later than the journal was read has a later offset, and waits.
    Raises: Malformed for a record of `dead-letters` that is no letter; as `TopicReading`.
    """
    findings: list[Finding] = []

    def told(broken: Broken) -> None:
        findings.append(Finding(0, "", 0, broken.rule, broken.template, broken.values))

    with TopicReading(client, settings.topic(DEAD_LETTERS), progress=progress, limits=LIMITS) as letters:
        for message in letters:
            origin = unwrap(headers_of(message)).origin
            try:
                ledger.dead(origin.topic, origin.partition, origin.offset)
            except Broken as broken:
                told(broken)
    for topic in Topic:
        if len(findings) >= findings_max:
            break
        with TopicReading(client, settings.topic(topic), progress=progress, limits=LIMITS) as inputs:
            for message in inputs:
                partition, offset = message.partition(), message.offset()
                assert partition is not None
                assert offset is not None
                try:
                    ledger.event(topic.value, partition, offset)
                except Broken as broken:
                    told(broken)
            for partition, extent in inputs.extents.items():
                try:
                    ledger.finish(topic.value, partition, extent.begin)
                except Broken as broken:
                    told(broken)
    return findings[:findings_max]
