"""What is written in Markdown beside the code, as pages: the changelog, and what versions mean."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt


@require_safe
def changelog(request: HttpRequest) -> HttpResponse:
    return _show(request, "Changelog", "CHANGELOG.md")


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    return _show(request, "Versions", "docs/versions.md")


def _show(request: HttpRequest, title: str, file_name: str) -> HttpResponse:
    context = {"section": "docs", "title": title, "article": _render_file(file_name)}
    return render(request, "dashboard/document.html", context)


@cache
def _render_file(file_name: str) -> SafeString:
    # Ours, and HTML in it is shown as text.
    text = Path(settings.BASE_DIR, file_name).read_text()
    article: str = MarkdownIt("commonmark", {"html": False}).render(text)
    return SafeString(article)
