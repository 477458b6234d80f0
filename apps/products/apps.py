"""What of the products Django has to know at its start."""

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """Brings the checks along, which are known once their module is there."""

    name = "apps.products"

    def ready(self) -> None:
        from apps.products import search_indexes  # noqa: F401, PLC0415 (registers its check)
