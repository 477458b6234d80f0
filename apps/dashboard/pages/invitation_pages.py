"""Where the link of an invitation leads: to an account of one's own, or to join with the one."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.api.rate_limit import count_attempt
from apps.dashboard.pages.forms import NewMemberForm
from apps.dashboard.pages.sign_in import CHANGES, PASSWORD_BACKEND, render_lockout
from apps.organizations.invitations import (
    AlreadyMember,
    InvitationEnded,
    accept_invitation,
    find_invitation,
)
from apps.organizations.models import Invitation, Membership

# The link, for who signs in on the way: in an address it would stand in logs.
COOKIE: Final = "invitation"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password1", "password2")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to, and a form for a new account; looking at it uses nothing up."""
    found = find_invitation(token)
    if found is None:
        return _tell_end(request)
    if request.user.is_authenticated:
        return _render(request, found, token)
    if request.method == "POST" and (seconds := count_attempt(f"invited:{found.pk}", [CHANGES])):
        return render_lockout(request, seconds)
    form = NewMemberForm(request.POST or None, invitation=found)
    if form.is_valid():
        user = form.save(commit=False)
        try:
            membership = accept_invitation(token, user)
        except InvitationEnded:
            return _tell_end(request)
        except IntegrityError:
            form.add_error("username", "Somebody has just taken this name.")
        else:
            login(request, user, PASSWORD_BACKEND)
            return _welcome(request, membership)
    return _render(request, found, token, form=form)


@require_safe
def last_invitation(request: HttpRequest) -> HttpResponse:
    """Back to what was opened before signing in."""
    if token := request.COOKIES.get(COOKIE):
        return redirect(f"{request.path}/{quote(token, safe='')}")
    return redirect("home")


@require_POST
@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Become a member with the account that one is signed in with."""
    if not isinstance(request.user, User):  # signed out meanwhile
        return redirect("invitation", token)
    try:
        return _welcome(request, accept_invitation(token, request.user))
    except InvitationEnded:
        return _tell_end(request)
    except AlreadyMember:
        return redirect("invitation", token)


def _render(request: HttpRequest, found: Invitation, token: str, **context: Any) -> HttpResponse:
    own = Membership.objects.filter(
        organization=found.organization_id, user=request.user.pk
    ).first()
    context |= {
        "invitation": found,
        "token": token,
        "own": own,
        "own_organization_id": own and encode_id(own.organization_id),
    }
    page = render(request, "dashboard/invitation.html", context)
    # What the page loads and leads to is not told its path, which would be in the proxy's log.
    page.headers["Referrer-Policy"] = "strict-origin"
    page.set_cookie(
        COOKIE,
        token,
        path=reverse("last-invitation"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return page


def _welcome(request: HttpRequest, membership: Membership) -> HttpResponse:
    name = membership.organization.name
    messages.success(request, f"You are a member of {name} now, as {membership.role}.")
    return redirect("products", encode_id(membership.organization_id))


def _tell_end(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/invitation_ended.html", status=404)
