"""The applications that a user has let in, and how one is shut out again."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from oauth2_provider.models import get_application_model

from apps.organizations.access_tokens import withdraw_applications


@require_http_methods(["GET", "POST"])
@login_required
def allowed_applications(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        client_ids = None if "all" in request.POST else [request.POST.get("client_id", "")]
        withdraw_applications(request.user.pk, client_ids)
        return redirect("allowed-applications")
    holds_token = Q(accesstoken__user=request.user.pk, accesstoken__expires__gt=timezone.now())
    may_refresh = Q(refreshtoken__user=request.user.pk, refreshtoken__revoked=None)
    applications = get_application_model().objects.filter(holds_token | may_refresh)
    context = {"applications": applications.distinct().order_by("name")}
    return render(request, "registration/allowed_applications.html", context)
