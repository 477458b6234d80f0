"""Which address leads where."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from apps.dashboard.api.middleware import API_PREFIX
from closient.api import api

urlpatterns = [
    # Ours counts the guesses.
    path("admin/password_change/", RedirectView.as_view(pattern_name="password_change")),
    path(
        "admin/password_reset/",
        RedirectView.as_view(pattern_name="password_reset"),
        name="admin_password_reset",  # which the admin's sign-in page links to
    ),
    path("admin/", admin.site.urls),
    path(f"{API_PREFIX.lstrip('/')}v1/", api.urls),
    path("", include("apps.dashboard.urls")),
]

handler400 = "apps.dashboard.pages.error_pages.bad_request"
handler403 = "apps.dashboard.pages.error_pages.permission_denied"
handler404 = "apps.dashboard.pages.error_pages.page_not_found"
handler500 = "apps.dashboard.pages.error_pages.server_error"
