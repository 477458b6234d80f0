"""How products come in: one by one, or as a file that is looked at before anything is written.

The file is sent twice, to be looked at and to be taken: the page's script keeps it in between, and
the service keeps nothing.
"""

from __future__ import annotations

import csv
from contextlib import suppress
from hashlib import sha256
from io import StringIO
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.api.request_body import MAX_WORDS_BYTES
from apps.dashboard.operations.stall_watch import waiting
from apps.dashboard.operations.thread_shares import (
    FORM_PATIENCE_SECONDS,
    FORMS,
    build_busy,
    take_place,
)
from apps.dashboard.pages.forms import NewProductForm
from apps.dashboard.pages.page_access import describe_membership, for_members
from apps.organizations.models import Membership, Permission
from apps.products.catalogue.catalogue_files import (
    MAX_FILE_BYTES,
    CatalogueRow,
    UnreadableCatalogue,
    read_catalogue,
)
from apps.products.catalogue.catalogue_import import (
    ImportPlan,
    carry_out,
    plan_import,
    tabulate_faulty_rows,
)
from apps.products.stored_objects import release_connection

SHOWN_ROWS: Final = 100
ADDED_MEANWHILE: Final = "Products were added meanwhile, so nothing was written. Look once more."
_LOOKED_AT_SALT: Final = "closient.catalogue"
_LOOKED_AT_SECONDS: Final = 24 * 60 * 60


@require_http_methods(["GET", "HEAD", "POST"])
@for_members(Permission.MANAGE_PRODUCTS)
def add_products(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Add one product; the page has the form for a file, too."""
    form = NewProductForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        organization = membership.organization
        plan = plan_import(organization, [CatalogueRow(1, fields["gtin"], fields["name"])])
        fault = next((row.fault for row in plan.faulty), "")
        if not (fault or plan.added):
            fault = "This product is here already."
        if not fault:
            try:
                carry_out(organization, plan)
            except IntegrityError:
                fault = ADDED_MEANWHILE
            else:
                [(gtin, _)] = plan.added
                return redirect("product", encode_id(membership.organization_id), gtin)
        form.add_error("name" if fault.startswith("The name") else "gtin", fault)
    return _render(request, membership, form=form)


@csrf_exempt  # since its token is in the form, which is read when the file may be
@require_http_methods(["POST"])
@for_members(Permission.MANAGE_PRODUCTS)
def import_products(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Tell what a file would change, or change it when it was looked at before."""
    declared = int(request.META.get("CONTENT_LENGTH") or 0)
    if not 0 < declared <= MAX_FILE_BYTES + MAX_WORDS_BYTES:
        fault = f"The file is too large; at most {MAX_FILE_BYTES // 2**20} MiB are read. Split it."
        return _render(request, membership, file_fault=fault)
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    release_connection()
    with take_place(FORMS, FORM_PATIENCE_SECONDS) as is_taken:
        if not is_taken:
            return build_busy()
        with waiting(), suppress(UnreadablePostError):
            request.POST  # noqa: B018 (the request keeps it)
    return _take_file(request, membership)


@csrf_protect
def _take_file(request: HttpRequest, membership: Membership) -> HttpResponse:
    sent = request.FILES.get("file")
    if sent is None:
        return _render(request, membership, file_fault="Choose the file, and then once more.")
    content = sent.read()
    try:
        catalogue = read_catalogue(content)
    except UnreadableCatalogue as fault:
        return _render(request, membership, file_fault=str(fault))
    plan = plan_import(membership.organization, catalogue.rows)
    if "faulty" in request.POST:
        return _send_faulty_rows(plan)
    mark = f"{membership.organization_id} {sha256(content).hexdigest()}"
    told = {
        "plan": plan,
        "file_name": sent.name,
        "ignored_columns": catalogue.ignored_columns,
        "shown_faults": plan.faulty[:SHOWN_ROWS],
        "shown_renamings": plan.renamed[:SHOWN_ROWS],
        "looked_at": signing.dumps(mark, salt=_LOOKED_AT_SALT),
    }
    if not _was_looked_at(request.POST.get("looked_at", ""), mark):
        return _render(request, membership, **told)
    try:
        carry_out(membership.organization, plan)
    except IntegrityError:
        return _render(request, membership, file_fault=ADDED_MEANWHILE, **told)
    added, renamed = len(plan.added), len(plan.renamed)
    messages.success(
        request,
        f"{added:,} product{pluralize(added)} added, {renamed:,} renamed from “{sent.name}”.",
    )
    return redirect("products", encode_id(membership.organization_id))


def _was_looked_at(token: str, mark: str) -> bool:
    try:
        looked_at: str = signing.loads(token, salt=_LOOKED_AT_SALT, max_age=_LOOKED_AT_SECONDS)
    except signing.BadSignature:
        return False
    return looked_at == mark


def _send_faulty_rows(plan: ImportPlan) -> HttpResponse:
    sheet = StringIO(newline="")
    csv.writer(sheet).writerows(tabulate_faulty_rows(plan))
    return HttpResponse(
        sheet.getvalue().encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="faulty-rows.csv"'},
    )


def _render(request: HttpRequest, membership: Membership, **told: Any) -> HttpResponse:
    context = {
        **describe_membership(membership),
        "section": "products",
        "max_mebibytes": MAX_FILE_BYTES // 2**20,
        **told,
    }
    context.setdefault("form", NewProductForm(label_suffix=""))
    return render(request, "dashboard/add_products.html", context)
