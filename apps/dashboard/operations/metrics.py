"""What is counted while requests are answered, for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25)

REQUESTS = Counter(
    "closient_requests",
    "Requests that were answered, by method, route (the pattern, never the address) and status.",
    ["method", "route", "status"],
)
REQUEST_SECONDS = Histogram(
    "closient_request_seconds",
    "Time from a request's head to its answer, by route.",
    ["route"],
    buckets=SECONDS,
)
UPLOADS = Counter(
    "closient_uploads",
    "Uploads that were answered, by outcome (ok, replayed, or an error code) and format.",
    ["outcome", "format"],
)
CHECK_SECONDS = Histogram(
    "closient_image_check_seconds", "Time spent on checking one picture.", buckets=SECONDS
)
STORAGE_SECONDS = Histogram(
    "closient_image_storage_seconds",
    "Time until the storage had one picture, or had failed.",
    buckets=SECONDS,
)
RATE_LIMIT_REFUSALS = Counter(
    "closient_rate_limit_refusals", "Requests answered with 429, by kind of caller.", ["caller"]
)
QUOTA_REFUSALS = Counter(
    "closient_quota_refusals",
    "Requests that were refused since an organization keeps or asks as much as it may, by quota.",
    ["quota"],
)
VALKEY_FALLBACKS = Counter(
    "closient_valkey_fallbacks",
    "Requests that were counted in one process, since Valkey was out of reach.",
)
