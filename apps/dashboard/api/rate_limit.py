"""How much a caller may still do, told on every response before it runs out."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.operations.window_counts import Quota, get_counts, is_any_full
from apps.organizations.callers import Caller, get_shared_limits
from apps.problems import RateLimited

MINUTE_SECONDS = 60
DAY_SECONDS = 86_400
STRANGERS = Quota(60, MINUTE_SECONDS)
# Who has one IPv6 address has at least the /64 around it, and may have as much as a /48 (RFC 6177):
# the larger the network, the more people may share it, and the more it gets.
IPV6_PREFIX = 64
IPV6_SHARES = ((IPV6_PREFIX, 1), (56, 4), (48, 16))


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
        whose = f" that {shared_by} share" if (shared_by := self.quota.shared_by) else ""
        return RateLimited(
            f"All {self.quota.limit} requests per {self.quota.window_seconds} seconds{whose} are"
            f" used up; the next may come in {self.reset_seconds} seconds.",
            headers={"Retry-After": str(self.reset_seconds)},
            retry_after_seconds=self.reset_seconds,
            quota="shared_requests" if whose else None,
            limit=self.quota.limit,
        )

    def write_headers(self, response: HttpResponseBase) -> None:
        """Write the ``RateLimit-*`` fields, and the older ``X-RateLimit-*`` beside them."""
        # What is shared is told as soon as it, rather than the caller's own, is what runs out.
        quotas = [q for q in self.quotas if self.quota.shared_by or not q.shared_by]
        policy = ", ".join([f"{quota.limit};w={quota.window_seconds}" for quota in quotas])
        response.headers["RateLimit-Policy"] = policy
        for prefix, reset in (("", self.reset_seconds), ("X-", self.reset_at)):
            response.headers[f"{prefix}RateLimit-Limit"] = str(self.quota.limit)
            response.headers[f"{prefix}RateLimit-Remaining"] = str(self.remaining)
            response.headers[f"{prefix}RateLimit-Reset"] = str(reset)


def count_request(request: ApiRequest, *, cost: int = 1) -> Standing:
    """Count the request for its caller, or for its address; a refused one is not counted."""
    caller = request.caller
    if isinstance(caller, Caller):
        subject, quotas = caller.shares_as or caller.credential, list_quotas(caller)
    else:
        subject, quotas = divide_by_networks(request, "address", STRANGERS)
    return _count(subject, quotas, cost)


def count_address(request: HttpRequest, purpose: str, quota: Quota) -> Standing:
    """Count the request for its address alone, apart from other purposes."""
    subject, quotas = divide_by_networks(request, purpose, quota)
    return _count(subject, quotas, 1)


def _count(subject: str, quotas: list[Quota], cost: int) -> Standing:
    now = time.time()
    used = get_counts().count(subject, quotas, now, cost=cost)
    is_refused = is_any_full(quotas, used)
    spent = 0 if is_refused else cost
    left = [max(0, quota.limit - n - spent) for n, quota in zip(used, quotas, strict=True)]
    # The fewest left; where two have as few, the one that resets later.
    ends = [quota.get_end(now) for quota in quotas]
    remaining, later, place = min(zip(left, [-end for end in ends], range(len(ends)), strict=True))
    return Standing(quotas, quotas[place], remaining, -later, now, is_refused)


def count_attempt(subject: str, quotas: list[Quota], *, cost: int = 1) -> int:
    """Count it; returns the seconds to wait where there were too many before, 0 elsewhere."""
    now = time.time()
    used = get_counts().count(subject, quotas, now, cost=cost)
    full = [quota for n, quota in zip(used, quotas, strict=True) if n >= quota.limit]
    return max((math.ceil(quota.get_end(now) - now) for quota in full), default=0)


def divide_by_networks(request: HttpRequest, purpose: str, quota: Quota) -> tuple[str, list[Quota]]:
    """Whom to count for what comes from the client's address, and within which quotas.

    An IPv4 address has the quota; with IPv6 the /64 has it, the /56 four times, the /48 16 times.
    """
    told = get_client_network(request)
    if "/" not in told:
        return f"{purpose}:{told}", [quota]
    network = IPv6Network(told)
    widest = network.supernet(new_prefix=IPV6_SHARES[-1][0])
    return f"{purpose}:{widest}", [
        Quota(
            quota.limit * share,
            quota.window_seconds,
            within=str(network.supernet(new_prefix=prefix)),
        )
        for prefix, share in IPV6_SHARES
    ]


def get_client_network(request: HttpRequest) -> str:
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
        return str(mapped or IPv6Network((int(address), IPV6_PREFIX), strict=False))
    return str(address)


def list_quotas(caller: Caller) -> list[Quota]:
    """How much the caller may do, alone and with those who share it."""
    per_minute = caller.limit_per_minute or settings.RATE_LIMIT_PER_MINUTE
    per_day = caller.limit_per_day or settings.RATE_LIMIT_PER_DAY
    if not caller.shares_as:
        return [Quota(per_minute, MINUTE_SECONDS), Quota(per_day, DAY_SECONDS)]
    whose = "the API keys of the organization" if caller.organization_id else "your API keys"
    shared_per_minute, shared_per_day = get_shared_limits(caller.shared_multiple)
    return [
        Quota(per_minute, MINUTE_SECONDS, caller.credential),
        Quota(per_day, DAY_SECONDS, caller.credential),
        # Never less than one key of them was promised
        Quota(max(per_minute, shared_per_minute), MINUTE_SECONDS, shared_by=whose),
        Quota(max(per_day, shared_per_day), DAY_SECONDS, shared_by=whose),
    ]
