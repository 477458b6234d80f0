"""The addresses outside of the API, and the page that documents it."""

from django.contrib.auth import views as auth_views
from django.urls import include, path

from apps.dashboard.api import stable_addresses
from apps.dashboard.api.middleware import API_PREFIX
from apps.dashboard.oauth.allowed_applications import allowed_applications
from apps.dashboard.operations import health, local_media, metrics_page
from apps.dashboard.pages import (
    account_pages,
    api_pages,
    bin_page,
    channel_page,
    delivery_page,
    document_pages,
    email_page,
    home_page,
    import_pages,
    invitation_pages,
    key_pages,
    list_pages,
    member_pages,
    product_pages,
    rendition_views,
)
from apps.dashboard.pages.password_reset import PasswordResetConfirmView, PasswordResetView
from apps.dashboard.pages.sign_in import PasswordChangeView
from apps.dashboard.pages.typed_addresses import build_patterns

urlpatterns = [
    path("", home_page.home, name="home"),
    path(".well-known/api-catalog", api_pages.api_catalog, name="api-catalog"),
    path("", include("apps.dashboard.oauth.oauth_urls")),
    path("organizations", product_pages.organizations, name="organizations"),
    path("organizations/<str:organization_id>/products", list_pages.products, name="products"),
    path(
        "organizations/<str:organization_id>/products.csv",
        list_pages.export,
        name="export-products",
    ),
    path(
        "organizations/<str:organization_id>/products/add",
        import_pages.add_products,
        name="add-products",
    ),
    path(
        "organizations/<str:organization_id>/products/import",
        import_pages.import_products,
        name="import-products",
    ),
    path(
        "organizations/<str:organization_id>/products/<str:gtin>",
        product_pages.product,
        name="product",
    ),
    path("organizations/<str:organization_id>/bin", bin_page.image_bin, name="bin"),
    path("organizations/<str:organization_id>/deliver", delivery_page.deliver, name="deliver"),
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
    path(
        "organizations/<str:organization_id>/settings/channels",
        channel_page.channels,
        name="channels",
    ),
    path(
        "organizations/<str:organization_id>/settings/members",
        member_pages.members,
        name="members",
    ),
    path(
        "organizations/<str:organization_id>/settings/members/<int:member_id>/role",
        member_pages.change,
        name="change-role",
    ),
    path(
        "organizations/<str:organization_id>/settings/members/<int:member_id>/remove",
        member_pages.remove,
        name="remove-member",
    ),
    path(
        "organizations/<str:organization_id>/settings/invitations/<int:invitation_id>/withdraw",
        member_pages.withdraw,
        name="withdraw-invitation",
    ),
    path(
        "organizations/<str:organization_id>/leave",
        account_pages.leave_organization,
        name="leave-organization",
    ),
    path("invitations", invitation_pages.last_invitation, name="last-invitation"),
    path("invitations/<str:token>", invitation_pages.invitation, name="invitation"),
    path("invitations/<str:token>/join", invitation_pages.join, name="join"),
    path("settings/api-keys", key_pages.my_api_keys, name="my-api-keys"),
    path("accounts/login", auth_views.LoginView.as_view(), name="login"),
    path("accounts/logout", auth_views.LogoutView.as_view(), name="logout"),
    path("accounts/organizations", account_pages.memberships, name="memberships"),
    path("accounts/email", email_page.change_email, name="email"),
    path("accounts/email/<str:token>", email_page.confirm_email, name="confirm-email"),
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
    path("accounts/password_reset", PasswordResetView.as_view(), name="password_reset"),
    path(
        "accounts/password_reset/done",
        auth_views.PasswordResetDoneView.as_view(),
        name="password_reset_done",
    ),
    path(
        "accounts/reset/<uidb64>/<token>",
        PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path(
        "accounts/reset/done",
        auth_views.PasswordResetCompleteView.as_view(),
        name="password_reset_complete",
    ),
    path(f"{API_PREFIX.lstrip('/')}v1/docs", api_pages.api_docs, name="api-docs"),
    path("docs/changelog", document_pages.changelog, name="changelog"),
    path("docs/versions", document_pages.versions, name="versions"),
    path("docs/errors", api_pages.problem_index, name="problem-index"),
    path("docs/errors/<str:error_code>", api_pages.problem_page, name="problem-page"),
    path("favicon.ico", home_page.favicon, name="favicon"),
    path("healthz", health.tell_alive, name="healthz"),
    path("readyz", health.tell_ready, name="readyz"),
    path("metrics", metrics_page.tell_metrics, name="metrics"),
    path("renditions/<str:image_id>/<int:size>", rendition_views.rendition, name="rendition"),
    path(
        "renditions/<str:image_id>/<str:file_id>/<int:size>",
        rendition_views.rendition,
        name="file-rendition",
    ),
    path("i/<str:image_id>", stable_addresses.image_address, name="image-address"),
    path("i/<str:organization_id>/<str:gtin>", stable_addresses.hero_address, name="hero-address"),
    path("media/products/<path:object_name>", local_media.serve_object, name="media"),
    *build_patterns(),
]
