"""The WSGI application; Django's ASGI handler would spool a body before our code runs."""

import logging
import os

from django import setup

from apps.dashboard.operations.metrics_folder import take_metrics_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "closient.settings")
metrics_fault = take_metrics_files()
setup(set_prefix=False)
if metrics_fault:
    logger = logging.getLogger(__name__)
    logger.error("METRICS_ROOT is full, this worker tells its own counts: %s", metrics_fault)

from apps.dashboard.api.request_body import ApiHandler  # noqa: E402 (needs the settings)
from apps.dashboard.operations.early_lookups import look_up_early  # noqa: E402 (the same)
from apps.dashboard.operations.parent_watch import watch_parent  # noqa: E402 (the same)
from apps.dashboard.operations.stall_watch import watch_stalls  # noqa: E402 (the same)
from apps.products.renditions.measure_queue import watch_queue  # noqa: E402 (the same)
from closient.api import api  # noqa: E402 (the same)

application = ApiHandler()
look_up_early()
api.get_openapi_schema()
watch_parent()
watch_stalls()
watch_queue()
