"""Which topic each output goes to, under which key and id. Owns that table; the outputs themselves are projections'.

The id in the headers is made from the journal record, so that a repeat has the same one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from schemas.codec import ValueCodec, output_codec
from schemas.ids import SchemaIds
from schemas.outputs import Bulletin, Notification, Outcome, Output, ReferralView, ServiceStage


@dataclass(frozen=True, slots=True)
class Route:
    """Where one kind of output goes."""

    topic: str
    kind: str
    codec: ValueCodec[Any]
    key: Callable[[Any], str]
    id: Callable[[Any], str]


def routes(ids: SchemaIds) -> dict[type[Struct], Route]:
    """The routes by the outputs' types. Raises: RegistryUnavailable, SchemaMissing."""

    def route(topic: str, kind: type[Output], key: Callable[[Any], str], name: Callable[[Any], str]) -> Route:
        codec: ValueCodec[Any] = output_codec(topic, kind, ids)
        return Route(topic, kind.__name__, codec, key, name)

    table: dict[type[Struct], Route] = {
        Outcome: route("outcomes", Outcome, lambda each: each.source, lambda each: f"{each.locality}:{each.sequence}"),
        # Keyed by recipient: the messages of one applicant keep their order.
        Notification: route("notifications", Notification, lambda each: each.recipient, lambda each: each.id),
        Bulletin: route(
            "bulletins", Bulletin, lambda each: each.locality, lambda each: f"{each.locality}:{each.sequence}"
        ),
        ReferralView: route(
            "referrals",
            ReferralView,
            lambda each: each.organisation_id,
            lambda each: f"{each.locality}:{each.sequence}:{each.referral}",
        ),
        ServiceStage: route("service-stages", ServiceStage, lambda each: each.locality, lambda each: each.id),
    }
    return table
