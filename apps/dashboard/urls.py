"""The addresses outside of the API, and the page that documents it."""

from django.contrib.auth import views as auth_views
from django.urls import include, path

from apps.dashboard import views
from apps.dashboard.api.middleware import API_PREFIX

urlpatterns = [
    path("", views.home, name="home"),
    path(".well-known/api-catalog", views.api_catalog, name="api-catalog"),
    path("", include("apps.dashboard.oauth_urls")),
    path("accounts/login", auth_views.LoginView.as_view(), name="login"),
    path("accounts/logout", auth_views.LogoutView.as_view(), name="logout"),
    path(
        "accounts/password_change",
        auth_views.PasswordChangeView.as_view(template_name="registration/change_password.html"),
        name="password_change",
    ),
    path(
        "accounts/password_change/done",
        auth_views.PasswordChangeDoneView.as_view(
            template_name="registration/password_changed.html"
        ),
        name="password_change_done",
    ),
    path(f"{API_PREFIX.lstrip('/')}v1/docs", views.api_docs, name="api-docs"),
    path("docs/errors", views.problem_index, name="problem-index"),
    path("docs/errors/<str:error_code>", views.problem_page, name="problem-page"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", views.tell_alive, name="healthz"),
    path("readyz", views.tell_ready, name="readyz"),
    path("media/products/<path:object_name>", views.serve_object, name="media"),
]
