"""The service's settings, with the linter of its migrations."""

from closient.settings import *  # noqa: F403 (all of them)

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]  # noqa: F405 (from there)
MIGRATION_LINTER_OPTIONS = {
    "include_apps": ["organizations", "products"],
    # Released, and mended where it matters: 0007 gives the column of 0003 its default.
    "ignore_name": ["0003_product_image_is_undecodable", "0004_product_owner_shelf_order"],
    "warnings_as_errors": [],  # that is: all
    "quiet": ["ok", "ignore"],
}
