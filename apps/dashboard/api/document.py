"""The OpenAPI document: what ninja finds, and the problems that every operation can answer."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ninja import NinjaAPI
from ninja.errors import ValidationError, ValidationErrorContext

from apps.dashboard.api.problem_examples import PROBLEM_EXAMPLES
from apps.dashboard.api.problem_responses import CONTENT_TYPE, build_body
from apps.problems import Problem

EXAMPLE_MEMBERS = {
    "timestamp": "2026-03-31T12:00:00+00:00",
    "request_id": "1f0c2a9d4b7e4c0e9a51d3b6c8f7e012",
}

PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457); more members may follow.",
    "type": "object",
    "required": [
        "type",
        "title",
        "status",
        "detail",
        "error_code",
        "retryable",
        "timestamp",
        "request_id",
    ],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "The page about this problem."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was found, and what is allowed."},
        "error_code": {"type": "string"},
        "retryable": {"type": "boolean", "description": "Whether sending it again may help."},
        "timestamp": {"type": "string", "format": "date-time"},
        "request_id": {"type": "string", "description": "Finds the request in our log."},
        "errors": {
            "type": "array",
            "description": "All faults at once, with 422.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "retry_after_seconds": {"type": "integer", "description": "With 429."},
        "limit": {"type": "integer", "description": "What is allowed, where a limit is passed."},
        "actual": {"type": "integer", "description": "What was found instead."},
    },
}
# What any operation may answer, besides what is its own.
COMMON = (
    *("unauthorized", "forbidden", "not_found"),
    *("payload_too_large", "validation_error", "rate_limited"),
)
FAULTS = ("internal_error", "service_unavailable")
IDEMPOTENCY_KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Of uploads: with the same key within 24 hours, the same request gets the first"
    " answer again, and makes no second image. Other methods leave it alone.",
    # Bare, or as an sf-string.
    "schema": {"type": "string", "pattern": r'^([!#-~]{1,255}|"[ !#-\[\]-~]{1,255}")$'},
    "example": "1f0c2a9d-4b7e-4c0e-9a51-d3b6c8f7e012",
}


class DashboardAPI(NinjaAPI):
    """Ninja's API, whose document has the schema that `describe_problems` refers to."""

    def get_openapi_schema(self, **_options: Any) -> Any:
        """The document, made once; it has but one address."""
        return self._document

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """As ninja's, with what was sent: the words of `fault_messages` tell what it is."""
        found = super().validation_error_from_error_contexts(error_contexts)
        inputs = [
            fault["input"]
            for context in error_contexts
            for fault in context.pydantic_validation_error.errors(include_url=False)
        ]
        for fault, sent in zip(found.errors, inputs, strict=True):
            fault["input"] = sent
        return found

    @cached_property
    def _document(self) -> Any:
        # Schemas that only serve to read parameters are left out of it.
        document = super().get_openapi_schema()
        schemas = document["components"]["schemas"]
        for name in (
            *("OrganizationPath", "TradeItemPath", "ImagePath", "VersionPath"),
            *("PageQuery", "ImagePageQuery", "TradeItemQuery", "ChannelQuery"),
        ):
            schemas.pop(name, None)
        schemas["Problem"] = PROBLEM_SCHEMA
        # Beside the operations, since the parameters of the published upload are as published.
        for address, path in document["paths"].items():
            if address.endswith("/check"):
                continue  # it keeps nothing that could be kept twice
            operation = path.get("post") or path.get("put") or {}
            body = operation.get("requestBody", {})
            if "multipart/form-data" in body.get("content", {}):
                path["parameters"] = [IDEMPOTENCY_KEY]
        return document


def describe_problems(*error_codes: str) -> dict[int, Any]:
    """The ``responses`` of an operation: the problems of its own, and those that all have."""
    examples = [PROBLEM_EXAMPLES[code] for code in (*COMMON, *error_codes, *FAULTS)]
    ordered = sorted(examples, key=lambda problem: problem.status)
    return {problem.status: _describe(problem) for problem in ordered}


def describe_header(name: str, description: str) -> dict[str, Any]:
    """An optional request header."""
    return {
        "in": "header",
        "name": name,
        "required": False,
        "description": description,
        "schema": {"type": "string"},
    }


def _describe(problem: Problem) -> dict[str, Any]:
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "example": build_body(problem) | EXAMPLE_MEMBERS,
    }
    return {"description": problem.title, "content": {CONTENT_TYPE: content}}
