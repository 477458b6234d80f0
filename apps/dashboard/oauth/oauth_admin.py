"""Applications that may ask for access, as those who run the service register them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from oauth2_provider.forms import ApplicationForm as ToolkitApplicationForm

from apps.dashboard.oauth.oauth_rules import is_redirect_target

MIN_SECRET_LENGTH = 32


class ApplicationForm(ToolkitApplicationForm):  # type: ignore[misc]  # the toolkit has no types
    """Registers for authorization codes, the one grant there is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.authorization_grant_type = self.instance.GRANT_AUTHORIZATION_CODE
        self.fields["name"].required = True  # it stands on the consent page
        self.fields[
            "redirect_uris"
        ].help_text = "One on each line: https, or http on 127.0.0.1, [::1] or localhost."

    def clean_client_secret(self) -> str:
        # It is kept by a hash that is quick, and so made for secrets that nobody thought up.
        secret = str(self.cleaned_data["client_secret"])
        if "client_secret" in self.changed_data and len(secret) < MIN_SECRET_LENGTH:
            raise forms.ValidationError(f"A secret has at least {MIN_SECRET_LENGTH} characters.")
        return secret

    def clean_redirect_uris(self) -> str:
        redirect_uris = str(self.cleaned_data["redirect_uris"])
        for uri in redirect_uris.split():
            if not is_redirect_target(uri):
                raise forms.ValidationError(
                    f"{uri} is neither https nor http on 127.0.0.1, [::1] or localhost."
                )
        return redirect_uris


class ApplicationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    form = ApplicationForm
    fields = ("name", "client_type", "client_id", "client_secret", "redirect_uris")
    list_display = ("name", "client_id", "client_type", "created")
    list_filter = ("client_type",)
    search_fields = ("name", "=client_id")
    view_on_site = False
