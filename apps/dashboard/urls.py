"""The addresses outside of the API, and the page that documents it."""

from django.contrib.auth import views as auth_views
from django.urls import include, path

from apps.dashboard import key_pages, product_pages, rendition_views, views
from apps.dashboard.allowed_applications import allowed_applications
from apps.dashboard.api.middleware import API_PREFIX
from apps.dashboard.sign_in import PasswordChangeView

urlpatterns = [
    path("", views.home, name="home"),
    path(".well-known/api-catalog", views.api_catalog, name="api-catalog"),
    path("", include("apps.dashboard.oauth_urls")),
    path("organizations", product_pages.organizations, name="organizations"),
    path("organizations/<str:organization_id>/products", product_pages.products, name="products"),
    path(
        "organizations/<str:organization_id>/products/<str:gtin>",
        product_pages.product,
        name="product",
    ),
    path(
        "organizations/<str:organization_id>/settings/api-keys",
        key_pages.api_keys,
        name="api-keys",
    ),
    path(
        "organizations/<str:organization_id>/settings/api-keys/<int:key_id>/revoke",
        key_pages.revoke,
        name="revoke-api-key",
    ),
    path("accounts/login", auth_views.LoginView.as_view(), name="login"),
    path("accounts/logout", auth_views.LogoutView.as_view(), name="logout"),
    path(
        "accounts/applications",
        allowed_applications,
        name="allowed-applications",
    ),
    path(
        "accounts/password_change",
        PasswordChangeView.as_view(template_name="registration/change_password.html"),
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
    path("metrics", views.tell_metrics, name="metrics"),
    path("renditions/<str:image_id>/<int:size>", rendition_views.rendition, name="rendition"),
    path("media/products/<path:object_name>", views.serve_object, name="media"),
]
