"""The addresses outside of the API."""

from django.urls import path

from apps.dashboard import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.tell_alive, name="healthz"),
    path("readyz", views.tell_ready, name="readyz"),
    path("docs/errors/<str:error_code>", views.error_page, name="error-page"),
    path("media/<path:object_name>", views.serve_object, name="media"),
]
