"""What the worker measures, for Prometheus; every name is in this module.

Model metrics follow OpenTelemetry's GenAI conventions in Prometheus' spelling. Nothing is labelled
by tenant or person: that would make as many series as there are customers, and show who they are.
"""

from __future__ import annotations

import math
from collections.abc import Set
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

UNMATCHED: Final = "unmatched"
OTHER: Final = "other"
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

_GEN_AI_SECONDS: Final = tuple(0.01 * 2**step for step in range(14))
_GEN_AI_TOKENS: Final = tuple(4**step for step in range(14))
_QUICK_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_HTTP_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_MODEL_LABELS: Final = ("gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model")


class Metrics:
    """The metrics of one application, in a registry of their own; `models` are those that its settings name."""

    def __init__(self, version: str, models: Set[str] = frozenset()) -> None:
        self.registry = registry = CollectorRegistry()
        self._models = models
        ProcessCollector(registry=registry)

        self.model_duration = Histogram(
            "gen_ai_client_operation_duration_seconds",
            "Time of a whole model call; error_type is empty when it went well.",
            (*_MODEL_LABELS, "error_type"),
            buckets=_GEN_AI_SECONDS,
            registry=registry,
        )
        self.time_to_first_chunk = Histogram(
            "gen_ai_client_operation_time_to_first_chunk_seconds",
            "Time from the request to the model's first piece.",
            _MODEL_LABELS,
            buckets=_GEN_AI_SECONDS,
            registry=registry,
        )
        self.time_per_output_chunk = Histogram(
            "gen_ai_client_operation_time_per_output_chunk_seconds",
            "Time between two pieces of an answer.",
            _MODEL_LABELS,
            buckets=_GEN_AI_SECONDS,
            registry=registry,
        )
        self.token_usage = Histogram(
            "gen_ai_client_token_usage",
            "Tokens of a model call; gen_ai_token_type is input or output.",
            (*_MODEL_LABELS, "gen_ai_token_type"),
            buckets=_GEN_AI_TOKENS,
            registry=registry,
        )

        self.http_requests = Counter(
            "palaver_http_requests_total",
            "Requests answered; status 499 when the client went away before the answer began.",
            ("route", "method", "status"),
            registry=registry,
        )
        self.http_duration = Histogram(
            "palaver_http_request_duration_seconds",
            "Time until the answer's last byte, which for a stream is its whole length.",
            ("route",),
            buckets=_HTTP_SECONDS,
            registry=registry,
        )
        self.errors = Counter(
            "palaver_errors_total",
            "Errors told to clients, in responses and in streams, by code.",
            ("code",),
            registry=registry,
        )
        self.active_streams = Gauge("palaver_active_streams", "Answers being streamed right now.", registry=registry)
        self.turns = Counter(
            "palaver_turns_total",
            "Turns by how they ended; adopted: taken over from a worker that died.",
            ("outcome",),
            registry=registry,
        )

        self.pool_size = Gauge("palaver_database_pool_size", "Open database connections.", registry=registry)
        self.pool_idle = Gauge(
            "palaver_database_pool_idle", "Database connections that nobody uses.", registry=registry
        )
        self.database_call_duration = Histogram(
            "palaver_database_call_duration_seconds",
            "Time of a database call, waiting for a connection included.",
            ("query",),
            buckets=_QUICK_SECONDS,
            registry=registry,
        )
        self.job_last_success = Gauge(
            "palaver_job_last_success_timestamp_seconds",
            "When the job last went well, in seconds since 1970.",
            ("job_name",),  # Prometheus keeps `job` for itself.
            registry=registry,
        )
        self.job_failing = Gauge(
            "palaver_job_failing",
            "1 where the job's last run failed, 0 where it went well or there was none.",
            ("job_name",),
            registry=registry,
        )
        self.ledger_drift = Gauge(
            "palaver_ledger_drift",
            "Findings of the last proof that ledger, counters, messages and limits agree; NaN until it ran.",
            registry=registry,
        )
        self.ledger_drift.set(math.nan)
        self.app_operations = Counter(
            "palaver_app_operations_total",
            "Operations on apps' databases by how a try ended; put_off: there will be another one.",
            ("kind", "outcome"),
            registry=registry,
        )
        self.apps_server_up = Gauge(
            "palaver_apps_server_up",
            "1 where the last look at the server for apps went well, 0 where it did not; NaN until there was one.",
            registry=registry,
        )
        self.apps_server_up.set(math.nan)
        self.apps_unmatched = Gauge(
            "palaver_apps_unmatched",
            "At the last look: left_over on the server for apps, that no row knows; missing there, that should be.",
            ("what",),
            registry=registry,
        )
        Gauge("palaver_build_info", "Always 1.", ("version",), registry=registry).labels(version).set(1)

    def http_done(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that was answered, and its time."""
        verb = method if method in _METHODS else "OTHER"
        self.http_requests.labels(route, verb, str(status)).inc()
        self.http_duration.labels(route).observe(seconds)

    def model_label(self, model: str) -> str:
        """The model as a label; a name that only a tenant wrote is theirs, and not for who reads metrics."""
        return model if model in self._models else OTHER

    def render(self) -> bytes:
        """All of it in Prometheus' text format, which is CONTENT_TYPE."""
        return generate_latest(self.registry)
