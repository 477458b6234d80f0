"""Products, their images and the unclaimed objects, for those who run the service."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

import shortuuid
from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.organizations.admin import decode_searched_id
from apps.problems import NotFound
from apps.products.gtin import read_printed_gtin
from apps.products.hero_verdicts import describe_hero
from apps.products.image_history import Actor
from apps.products.image_store import change_image, remove_image
from apps.products.models import Product, ProductImage, UnclaimedObject
from apps.products.quotas import move_counts

THUMBNAIL_PIXELS = 96


class GtinField(forms.CharField):
    """A GTIN as it is printed, of 8 to 14 digits; kept as 14."""

    def to_python(self, value: Any) -> str:
        """Raises ValidationError for what is none."""
        text = super().to_python(value) or ""
        gtin14 = read_printed_gtin(text)
        if text and gtin14 is None:
            raise forms.ValidationError("A GTIN has 8 to 14 digits 0-9.")
        return gtin14 or ""


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """Of a new product."""

    gtin = GtinField(label="GTIN", help_text="8 to 14 digits, as they are printed")


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    form = ProductForm
    list_display = ("gtin", "name", "owner", "created")
    list_select_related = ("owner",)
    list_filter = (("owner", admin.EmptyFieldListFilter),)
    list_per_page = 50
    show_full_result_count = False  # a count of a million rows for each page
    search_fields = ("name", "owner__name")
    search_help_text = "GTIN (8 to 14 digits), name or owner"
    autocomplete_fields = ("owner",)
    fields = ("gtin", "name", "owner", "images_link", "created")
    readonly_fields = ("images_link", "created")

    def save_model(
        self, request: HttpRequest, obj: Product, form: forms.ModelForm[Product], change: bool
    ) -> None:
        """Save what was changed; with another owner, the images count and are judged as theirs."""
        is_moved = "owner" in form.changed_data and change
        if is_moved:
            move_counts(obj, obj.owner_id)
        obj.save(update_fields=form.changed_data if change else None)
        if is_moved:
            Product.objects.filter(pk=obj.pk).update(**describe_hero(obj))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        """Delete them one by one, so that each is counted no more."""
        for product in queryset:
            product.delete()

    @admin.display(description="images")
    def images_link(self, product: Product) -> SafeString | str:
        if product.pk is None:
            return "-"
        address = reverse("admin:products_productimage_changelist")
        return format_html(
            '<a href="{}?q={}">{}</a>', address, product.gtin, product.images.count()
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> Any:
        # Names of objects hold the GTIN; another GTIN is another product.
        return self.readonly_fields if obj is None else ("gtin", *self.readonly_fields)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        if gtin14 := read_printed_gtin(search_term):
            return queryset.filter(gtin=gtin14), False
        return super().get_search_results(request, queryset, search_term)


@admin.register(ProductImage)
class ProductImageAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Pictures come and go through `image_store` alone, so that row and object stay together."""

    list_display = (
        *("thumbnail", "short_id", "title", "product", "is_primary", "priority"),
        *("image_format", "size", "byte_size", "is_undecodable", "discarded_at", "created"),
    )
    list_display_links = ("short_id",)
    list_select_related = ("product",)
    list_filter = (
        *("is_primary", "is_undecodable", ("discarded_at", admin.EmptyFieldListFilter)),
        *("image_format", "created"),
    )
    list_per_page = 25
    show_full_result_count = False
    search_fields = (
        "title",
        "file_name",
        "=blake3",
        "=sha256",
        "product__name",
        "product__owner__name",
    )
    search_help_text = "Id, GTIN, title, file name, BLAKE3, SHA-256, product or its owner"
    fields = (
        *("thumbnail", "title", "priority", "short_id", "product", "is_primary", "image_format"),
        *("size", "byte_size", "is_undecodable", "blake3", "sha256", "object_name", "uploaded_by"),
        *("created", "discarded_at"),
    )
    readonly_fields = tuple(name for name in fields if name not in {"title", "priority"})

    class Media:
        css: ClassVar = {"all": ["products/thumbnails.css"]}

    @admin.display(description="picture")
    def thumbnail(self, image: ProductImage) -> SafeString:
        ids = map(shortuuid.encode, (image.pk, image.file_id))
        small = reverse("file-rendition", args=[*ids, THUMBNAIL_PIXELS])
        picture = format_html(
            '<img class="thumbnail" src="{}" alt="{}" loading="lazy">', small, image.title
        )
        shown = "the original" if image.is_undecodable else picture
        return format_html('<a href="{}">{}</a>', image.url, shown)

    @admin.display(description="id", ordering="id")
    def short_id(self, image: ProductImage) -> str:
        return shortuuid.encode(image.pk)

    @admin.display(description="pixels")
    def size(self, image: ProductImage) -> str:
        return f"{image.width} x {image.height}" if image.width else "-"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ProductImage | None = None) -> bool:
        # In the bin nothing is changed; the dashboard restores.
        is_discarded = obj is not None and obj.discarded_at is not None
        return not is_discarded and super().has_change_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # it would leave the objects behind
        return actions

    # Both wait until the admin's own transaction is through: the object must not go before the
    # row, and on SQLite the store's turn must not be waited for by who holds the database.

    def save_model(
        self,
        request: HttpRequest,
        obj: ProductImage,
        form: forms.ModelForm[ProductImage],
        change: bool,
    ) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        actor = _build_actor(request)
        transaction.on_commit(lambda: _ignore_missing(change_image, obj, changes, actor))

    def delete_model(self, request: HttpRequest, obj: ProductImage) -> None:
        actor = _build_actor(request)
        transaction.on_commit(lambda: _ignore_missing(remove_image, obj, actor))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ProductImage], search_term: str
    ) -> tuple[QuerySet[ProductImage], bool]:
        if gtin14 := read_printed_gtin(search_term):
            return queryset.filter(product__gtin=gtin14), False
        if image_id := decode_searched_id(search_term):
            return queryset.filter(pk=image_id), False
        return super().get_search_results(request, queryset, search_term)


@admin.register(UnclaimedObject)
class UnclaimedObjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """To look at; the sweep removes them."""

    list_display = ("object_name", "created")
    search_fields = ("object_name",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: UnclaimedObject | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: UnclaimedObject | None = None
    ) -> bool:
        return False


def _build_actor(request: HttpRequest) -> Actor:
    return Actor(user_id=request.user.pk, credential="admin", request_id="")


def _ignore_missing(change: Callable[..., object], image: ProductImage, *what: object) -> None:
    with suppress(NotFound):  # somebody else removed it meanwhile
        change(image.product, image.pk, *what)
