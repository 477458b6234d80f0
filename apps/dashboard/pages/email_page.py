"""A user's own e-mail address, which links for a new password go to."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from apps.dashboard.api.rate_limit import MINUTE_SECONDS, count_attempt
from apps.dashboard.operations.window_counts import Quota
from apps.dashboard.pages.forms import EmailForm
from apps.dashboard.pages.mails import send_mail
from apps.dashboard.pages.sign_in import CHANGES, render_lockout
from apps.products.stored_objects import release_connection

PURPOSE: Final = "email-address"
# Of one user: each goes to whatever address was typed.
MAILS: Final = Quota(5, 60 * MINUTE_SECONDS)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@sensitive_post_parameters("password")
def change_email(request: HttpRequest) -> HttpResponse:
    """A form for another address; where mail is sent, that waits for the link that is mailed to it.

    The password is asked for as for a new password, which the address would let somebody choose.
    """
    user = request.user
    assert isinstance(user, User)  # noqa: S101 (login_required)
    is_sent = request.method == "POST"
    if is_sent and (seconds := count_attempt(f"password:{user.pk}", [CHANGES])):
        return render_lockout(request, seconds)
    form = EmailForm(request.POST if is_sent else None, user)
    context = {"section": "email", "form": form, "sends_mail": bool(settings.MAIL_SERVER)}
    if is_sent and form.is_valid():
        email = form.cleaned_data["email"]
        if not settings.MAIL_SERVER:
            _keep(user, email)
            messages.success(request, f"Your address is {email} now.")
            return redirect("email")
        if seconds := count_attempt(f"{PURPOSE}:{user.pk}", [MAILS]):
            return render_lockout(request, seconds)
        context["mailed" if _mail_link(user, email) else "refused"] = email
    return render(request, "dashboard/email.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """Where the mailed link leads: a button, since mail scanners open links."""
    user, email = _read_token(token)
    if user is not None and request.method == "POST":
        former = user.email
        _keep(user, email)
        if former:
            release_connection()
            told = {"name": user.get_username(), "email": email}
            send_mail(former, "Your e-mail address was changed", "mails/email_changed.txt", told)
    context = {"account": user, "email": email, "is_kept": request.method == "POST"}
    status = 200 if user is not None else 404
    page = render(request, "dashboard/email_confirmation.html", context, status=status)
    # What the page loads and leads to is not told its path, which would be in the proxy's log.
    page.headers["Referrer-Policy"] = "strict-origin"
    return page


def _keep(user: User, email: str) -> None:
    user.email = email
    user.save(update_fields=["email"])


def _mail_link(user: User, email: str) -> bool:
    token = signing.dumps([user.pk, email, _mark(user)], salt=PURPOSE)
    link = f"{settings.API_SERVER_URL}{reverse('confirm-email', args=[token])}"
    release_connection()
    context = {"name": user.get_username(), "link": link}
    return send_mail(email, "Confirm your e-mail address", "mails/confirm_email.txt", context)


def _read_token(token: str) -> tuple[User | None, str]:
    """Whose link it is, and the address; nobody's where it is not good, or no longer."""
    try:
        key, email, mark = signing.loads(
            token, salt=PURPOSE, max_age=settings.PASSWORD_RESET_TIMEOUT
        )
    except signing.BadSignature:
        return None, ""
    user = User.objects.filter(pk=key, is_active=True).first()
    return (user, email) if user is not None and mark == _mark(user) else (None, "")


def _mark(user: User) -> str:
    """Another one after a change of the address or of the password: so a link is good once."""
    return salted_hmac(PURPOSE, f"{user.email} {user.password}", algorithm="sha256").hexdigest()
