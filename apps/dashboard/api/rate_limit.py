"""How much a caller may still do, told on every response before it runs out."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpResponseBase

from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.api.window_counts import LocalCounts, Quota, SharedCounts
from apps.organizations.callers import Caller
from apps.problems import RateLimited

MINUTE_SECONDS = 60
DAY_SECONDS = 86_400
STRANGER_LIMIT_PER_MINUTE = 60
# Who has one IPv6 address has at least the /64 around it (RFC 6177).
IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands in the window that has the fewest requests left."""

    quotas: list[Quota]
    quota: Quota
    remaining: int
    reset_at: int
    now: float
    is_refused: bool

    @property
    def reset_seconds(self) -> int:
        """Whole seconds until the window ends, at least 1."""
        return math.ceil(self.reset_at - self.now)

    def get_problem(self) -> RateLimited:
        """The 429 for a request that found the window full."""
        return RateLimited(
            f"All {self.quota.limit} requests per {self.quota.window_seconds} seconds are used up;"
            f" the next may come in {self.reset_seconds} seconds.",
            headers={"Retry-After": str(self.reset_seconds)},
            retry_after_seconds=self.reset_seconds,
            limit=self.quota.limit,
        )

    def write_headers(self, response: HttpResponseBase) -> None:
        """Write the ``RateLimit-*`` fields, and the older ``X-RateLimit-*`` beside them."""
        policy = ", ".join(f"{quota.limit};w={quota.window_seconds}" for quota in self.quotas)
        response.headers["RateLimit-Policy"] = policy
        for prefix, reset in (("", self.reset_seconds), ("X-", self.reset_at)):
            response.headers[f"{prefix}RateLimit-Limit"] = str(self.quota.limit)
            response.headers[f"{prefix}RateLimit-Remaining"] = str(self.remaining)
            response.headers[f"{prefix}RateLimit-Reset"] = str(reset)


def count_request(request: ApiRequest, *, cost: int = 1) -> Standing:
    """Count the request for its caller, or for its address; a refused one is not counted."""
    caller = request.caller
    if isinstance(caller, Caller):
        subject, quotas = caller.credential, _get_quotas(caller)
    else:
        subject = f"address:{get_client_network(request)}"
        quotas = [Quota(STRANGER_LIMIT_PER_MINUTE, MINUTE_SECONDS)]
    now = time.time()
    used = get_counts().count(subject, quotas, now, cost=cost)
    is_refused = any(n >= quota.limit for n, quota in zip(used, quotas, strict=True))
    spent = 0 if is_refused else cost
    left = [max(0, quota.limit - n - spent) for n, quota in zip(used, quotas, strict=True)]
    # The fewest left; where two have as few, the one that resets later.
    remaining, quota = min(
        zip(left, quotas, strict=True), key=lambda pair: (pair[0], -pair[1].get_end(now))
    )
    return Standing(quotas, quota, remaining, quota.get_end(now), now, is_refused)


def count_attempt(subject: str, quota: Quota, *, cost: int = 1) -> int:
    """Count it; returns the seconds to wait where there were too many before, 0 elsewhere."""
    now = time.time()
    [used] = get_counts().count(subject, [quota], now, cost=cost)
    return math.ceil(quota.get_end(now) - now) if used >= quota.limit else 0


def get_client_network(request: ApiRequest) -> str:
    """The client's address, an IPv6 one by its /64; as told by as many proxies as are trusted."""
    hops = settings.TRUSTED_PROXIES
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hops else []
    told = forwarded[-hops].strip() if 0 < hops <= len(forwarded) else request.META["REMOTE_ADDR"]
    try:
        address = ip_address(told)
    except ValueError:
        return str(request.META["REMOTE_ADDR"])
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)


@cache
def get_counts() -> LocalCounts | SharedCounts:
    """Where the service counts: in Valkey where there is one, else in this process."""
    return SharedCounts(settings.VALKEY_URL) if settings.VALKEY_URL else LocalCounts()


def _get_quotas(caller: Caller) -> list[Quota]:
    return [
        Quota(caller.limit_per_minute or settings.RATE_LIMIT_PER_MINUTE, MINUTE_SECONDS),
        Quota(caller.limit_per_day or settings.RATE_LIMIT_PER_DAY, DAY_SECONDS),
    ]
