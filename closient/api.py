"""The NinjaAPI: what the document says of itself, the operations, and how faults are answered."""

from __future__ import annotations

from pathlib import Path

import ninja.errors
from django.conf import settings

from apps.dashboard.api import (
    deliveries,
    discarded_images,
    image_files,
    image_order,
    image_readiness,
    images,
    trade_items,
    whoami,
)
from apps.dashboard.api.document import DashboardAPI
from apps.dashboard.api.json_parser import BoundedParser
from apps.dashboard.api.problem_responses import respond_to_problem
from apps.problems import Problem

PUBLISHED_SERVER = {"url": "https://www.closient.com"}

api = DashboardAPI(
    title="Brand Dashboard API (Internal)",
    version="1.0.0",
    description=Path(__file__).with_name("api_description.md").read_text().strip(),
    servers=[
        *([{"url": settings.API_SERVER_URL}] if settings.API_SERVER_URL else []),
        PUBLISHED_SERVER,
    ],
    openapi_extra={
        "info": {"termsOfService": "https://www.closient.com/terms/"},
        "security": [],
        "externalDocs": {
            "description": "Closient Documentation",
            "url": "https://docs.closient.com",
        },
    },
    docs_url=None,  # the page is ours: apps/dashboard/pages/api_pages.py
    urls_namespace="dashboard_api",
    parser=BoundedParser(),
)
# Before the images, one of which might have that id.
for operations in (
    image_order,
    image_readiness,
    images,
    image_files,
    discarded_images,
    trade_items,
    deliveries,
    whoami,
):
    api.add_router("", operations.router)

for fault in (
    Problem,
    ninja.errors.ValidationError,
    ninja.errors.HttpError,
    ninja.errors.AuthenticationError,
):
    api.add_exception_handler(fault, respond_to_problem)
