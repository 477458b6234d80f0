"""What slows the guessing of codes, tokens and secrets down: who was refused too often waits."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponseBase, JsonResponse

from apps.dashboard.api.rate_limit import STRANGERS, count_attempt, divide_by_networks
from apps.dashboard.api.request_body import ApiRequest

View = Callable[[ApiRequest], HttpResponseBase]


def limit_refusals(view: View) -> View:
    """Count what the view refuses by the client's address; over the limit, answer 429 instead.

    Answers that grant something are not counted: a server may renew as many tokens as it has.
    """

    @wraps(view)
    def answer(request: ApiRequest) -> HttpResponseBase:
        subject, quotas = divide_by_networks(request, "token", STRANGERS)
        if seconds := count_attempt(subject, quotas, cost=0):
            return _tell_to_wait(seconds)
        response = view(request)
        if 400 <= response.status_code < 500:
            count_attempt(subject, quotas)
        return response

    return answer


def _tell_to_wait(seconds: int) -> JsonResponse:
    # As RFC 6749 §5.2 has errors look, which knows none for this.
    told = {
        "error": "temporarily_unavailable",
        "error_description": f"Too many requests were refused; wait for {seconds} seconds.",
    }
    headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    return JsonResponse(told, status=429, headers=headers)
