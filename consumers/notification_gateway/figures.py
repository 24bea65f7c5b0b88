"""The gateway's figures, for Prometheus. Labels are closed sets: kinds, channels, results, reasons; never an id."""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 600, 3_600, 86_400)


class GatewayFigures:
    """What a gateway measures: one registry, one of these."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register them."""
        self.taken = Counter("oryn_gateway_messages_taken", "Messages taken into the log", registry=registry)
        self.delivered = Counter(
            "oryn_gateway_messages_delivered", "Messages that a receiver took", ["kind", "channel"], registry=registry
        )
        self.undelivered = Counter(
            "oryn_gateway_messages_undelivered",
            "Messages that reached nobody",
            ["kind", "channel", "reason"],
            registry=registry,
        )
        self.escalated = Counter(
            "oryn_gateway_messages_escalated",
            "Channels given up for the next",
            ["channel", "reason"],
            registry=registry,
        )
        self.attempts = Counter(
            "oryn_gateway_attempts", "Attempts by result", ["channel", "result", "error"], registry=registry
        )
        self.attempt_seconds = Histogram(
            "oryn_gateway_attempt_seconds", "One attempt", ["channel"], buckets=_SECONDS, registry=registry
        )
        self.delivery_seconds = Histogram(
            "oryn_gateway_delivery_seconds",
            "From arrival in the log to delivery",
            ["channel"],
            buckets=_SECONDS,
            registry=registry,
        )
        # Looking a label up costs more than counting.
        self._attempt = cache(lambda *labels: self.attempts.labels(*labels).inc)
        self._attempt_took = cache(lambda channel: self.attempt_seconds.labels(channel).observe)
        self._delivered = cache(lambda *labels: self.delivered.labels(*labels).inc)
        self._delivery_took = cache(lambda channel: self.delivery_seconds.labels(channel).observe)
        self.outages = Counter(
            "oryn_gateway_outages", "Times that the log or the directory was away", ["of"], registry=registry
        )
        self.pending = Gauge("oryn_gateway_pending_messages", "Messages to be delivered", registry=registry)
        self.oldest_seconds = Gauge(
            "oryn_gateway_oldest_pending_seconds", "Since when the oldest of them waits", registry=registry
        )
        self.at_risk = Gauge(
            "oryn_gateway_messages_at_risk", "Of them, those whose time ends within 30 minutes", registry=registry
        )
        self.away = Gauge("oryn_gateway_away", "1 while the log or the directory is away", ["of"], registry=registry)
        self.in_flight = Gauge("oryn_gateway_attempts_underway", "Attempts underway", registry=registry)
        self.open_endpoints = Gauge(
            "oryn_gateway_endpoints_left_alone", "Endpoints whose breaker is open", ["channel"], registry=registry
        )
        self.shards = Gauge("oryn_gateway_shards", "Shards that this gateway holds", registry=registry)

    def attempted(self, channel: str, result: str, error: str, seconds: float) -> None:
        """Count an attempt."""
        self._attempt(channel, result, error)()
        self._attempt_took(channel)(seconds)

    def was_delivered(self, kind: str, channel: str, seconds: float) -> None:
        """Count a message that was delivered so long after its arrival."""
        self._delivered(kind, channel)()
        self._delivery_took(channel)(seconds)
