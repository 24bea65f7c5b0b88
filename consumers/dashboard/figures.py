"""The dashboard's figures for Prometheus. Labels are names of pages, kinds of answers: closed sets, never a person's.

Names and buckets only; never measures by itself.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0)


class Figures:
    """All of them, in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register them."""
        self.seconds = Histogram(
            "oryn_dashboard_request_seconds",
            "From a request to its answer's first byte",
            ["page", "status"],
            buckets=SECONDS,
            registry=registry,
        )
        self.load_seconds = Histogram(
            "oryn_dashboard_load_seconds",
            "Loading a page's data and fragments anew",
            ["page"],
            buckets=SECONDS,
            registry=registry,
        )
        self.hits = Counter("oryn_dashboard_cache_hits", "Pages answered from the cache", registry=registry)
        self.misses = Counter("oryn_dashboard_cache_misses", "Pages loaded anew", registry=registry)
        self.cached_bytes = Gauge("oryn_dashboard_cache_bytes", "What rendered pages take of memory", registry=registry)
        self.listeners = Gauge("oryn_dashboard_live_connections", "Browsers on the live channel", registry=registry)
        self.events = Counter("oryn_dashboard_live_events", "Changes sent on the live channel", registry=registry)
        self.renewals = Counter(
            "oryn_dashboard_live_renewals", "Pages whose listeners got something new", ["page"], registry=registry
        )
        self.away = Gauge(
            "oryn_dashboard_source_away", "1 while a source does not answer the watcher", ["of"], registry=registry
        )
        self.logins = Counter("oryn_dashboard_logins", "Logins, by how they ended", ["result"], registry=registry)
        self.refused = Counter(
            "oryn_dashboard_refused", "Requests refused before any page was asked", ["reason"], registry=registry
        )
