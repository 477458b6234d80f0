"""A new password by mail, for who has forgotten theirs; nobody learns who has an account."""

from __future__ import annotations

from threading import Timer
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import views as auth_views
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from apps.dashboard.api.rate_limit import MINUTE_SECONDS, count_attempt, divide_by_networks
from apps.dashboard.operations.window_counts import Quota
from apps.dashboard.pages.sign_in import PASSWORD_BACKEND, render_lockout
from apps.organizations.access_tokens import withdraw_applications
from apps.organizations.api_keys import revoke_personal_keys

# Of one client, whosever mailbox it names
REQUESTS: Final = Quota(10, 15 * MINUTE_SECONDS)
# To one mailbox, whoever asks; those that came before are still good.
MAILS: Final = Quota(5, 60 * MINUTE_SECONDS)
PURPOSE: Final = "password-reset"
# Mails are written once the request was answered: both at once would make that answer later.
PAUSE_SECONDS: Final = 0.1


class PasswordResetForm(auth_forms.PasswordResetForm):
    """Django's; its answer takes as long where there is no account.

    It neither waits for the mail server nor writes mails meanwhile, and always starts a thread.
    """

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._mails: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        super().save(*args, **kwargs)
        timer = Timer(PAUSE_SECONDS, self._send_mails)
        timer.name = PURPOSE
        timer.start()

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        self._mails.append((args, kwargs))

    def _send_mails(self) -> None:
        for args, kwargs in self._mails:
            super().send_mail(*args, **kwargs)

    def get_users(self, email: str) -> list[Any]:
        """Who has the address, as long as the mailbox is not full of these."""
        mark = salted_hmac(PURPOSE, email.lower(), algorithm="sha256").hexdigest()
        is_full = count_attempt(f"{PURPOSE}:{mark}", [MAILS])
        return [] if is_full else list(super().get_users(email))


class PasswordResetView(auth_views.PasswordResetView):
    """Django's, seldom; its links begin with the public address, whatever a client calls it."""

    form_class = PasswordResetForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, sends_mail=bool(settings.MAIL_SERVER))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.MAIL_SERVER:
            return self.get(request)
        if seconds := count_attempt(*divide_by_networks(request, PURPOSE, REQUESTS)):
            return render_lockout(request, seconds)
        self.extra_email_context = {"origin": settings.API_SERVER_URL}
        return super().post(request, *args, **kwargs)


class PasswordResetConfirmView(auth_views.PasswordResetConfirmView):
    """Django's; it also shuts out whatever acts as the user: somebody else may have let it in."""

    post_reset_login = True
    post_reset_login_backend = PASSWORD_BACKEND

    @transaction.atomic
    def form_valid(self, form: auth_forms.SetPasswordForm[Any]) -> HttpResponse:
        withdraw_applications(form.user.pk)
        revoke_personal_keys(form.user)
        return super().form_valid(form)
