"""The settings of sales channels: which count, and whether pictures may tell a place."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.pages.forms import ChannelsForm
from apps.dashboard.pages.page_access import describe_membership, for_members
from apps.organizations.models import Membership, Permission
from apps.products.judging import choose_channels, count_misjudged
from apps.products.readiness.channel_rules import RULES


@require_http_methods(["GET", "HEAD", "POST"])
@for_members(Permission.MANAGE_PRODUCTS)
def channels(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What is chosen, and a form to choose anew."""
    organization = membership.organization
    chosen = {
        "channels": organization.channels.split(),
        "refuses_positions": organization.refuses_positions,
    }
    is_sent = request.method == "POST"  # no box ticked is a choice, too
    form = ChannelsForm(request.POST if is_sent else None, initial=chosen)
    if is_sent and form.is_valid():
        organization.refuses_positions = form.cleaned_data["refuses_positions"]
        organization.save(update_fields=["refuses_positions"])
        if "channels" in form.changed_data:
            choose_channels(organization, form.cleaned_data["channels"])
        messages.success(request, "Kept. It holds from now on.")
        return redirect("channels", encode_id(membership.organization_id))
    context = {
        **describe_membership(membership),
        "section": "channels",
        "form": form,
        "misjudged": count_misjudged(organization),
        "rows": [
            (channel, channel.id in form["channels"].value(), RULES.get_rules(channel))
            for channel in RULES.channels
        ],
    }
    return render(request, "dashboard/channels.html", context)
