"""Products, and what their rows tell of their pictures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models.functions import Now
from django.db.models.lookups import Exact
from django.utils import timezone

from apps.organizations.models import Organization
from apps.products.folding import MAX_FOLDED_LENGTH, build_sort_key, fold
from apps.products.gtin import get_check_digit
from apps.products.readiness.channel_rules import RULES
from apps.products.readiness.verdict_bits import get_bit
from apps.products.readiness.verdicts import Verdict
from apps.products.state_counts import StateCounts, count_states, list_states

# The columns of a product that another name changes.
RENAMED = ("name", "folded_name", "sort_key")


def check_gtin14(value: str) -> None:
    """Refuse a GTIN-14 whose check digit is wrong (model validator)."""
    expected = get_check_digit(value)
    if expected != value[-1]:
        raise ValidationError(f"The check digit of {value} should be {expected}.")


class DerivedField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs alone
    """What is told by the product's name; written whenever that is."""

    derive = staticmethod(fold)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Called for each row that is saved, alone or with many."""
        value = self.derive(model_instance.name)[: self.max_length]  # type: ignore[attr-defined]  # a product's
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        """For migrations it is a column like others."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options


class SortKeyField(DerivedField):
    """What products are sorted by."""

    derive = staticmethod(build_sort_key)


def match_bit(bit: int) -> models.Q:
    """Products whose primary picture has that verdict, as `get_bit` tells it."""
    return models.Q(Exact(models.F("hero_verdicts").bitand(bit), bit))


class HeroState(models.IntegerChoices):
    """What the channels that count for its owner would say to a product's primary picture."""

    UNKNOWN = 0
    READY = 1
    NOT_READY = 2


class ProductSet(models.QuerySet["Product"]):
    """Products, counted for their owners as they come."""

    def bulk_create(self, objs: Iterable[Product], *args: Any, **options: Any) -> list[Product]:
        """Write them all, and count them."""
        with transaction.atomic():
            created = super().bulk_create(objs, *args, **options)
            added: defaultdict[Any, StateCounts] = defaultdict(Counter)
            for product in created:
                added[product.owner_id] += product.states
            for owner_id, states in added.items():
                count_states(owner_id, after=states)
        return created


# Ready or not ready.
JUDGED = models.Q(hero_state__gt=HeroState.UNKNOWN)
_TABS = {
    "no_hero": (models.Q(has_primary=False), ()),
    "no_pictures": (models.Q(kept_images__lte=0), ()),
    "judged": (JUDGED, ("hero_state",)),
}
_ORDERS = {
    "name": ("sort_key",),
    "gtin": (),
    "change": ("changed_at",),
    "picture": ("kept_images",),
}


def _list_tab_orders() -> Iterator[models.Index]:
    """The indexes that the tabs of the list are read from, in each of its orders.

    Each has only the products of its tab: an upload to another pays nothing for it.
    """
    for tab, (condition, states) in _TABS.items():
        for order, fields in _ORDERS.items():
            if (tab, order) == ("no_pictures", "picture"):
                continue  # which is the order of their GTINs
            # The first two have names from before there were others.
            middle = "" if order == "name" and not states else f"_{order}"
            yield models.Index(
                fields=["owner", *states, *fields, "gtin"],
                condition=condition,
                name=f"owner_{tab}{middle}_order",
            )


class Product(models.Model):
    """A trade item, known by its GTIN."""

    gtin = models.CharField(
        "GTIN-14",
        max_length=14,
        unique=True,
        validators=[RegexValidator(r"\A[0-9]{14}\Z", "A GTIN-14 has 14 digits."), check_gtin14],
    )
    name = models.CharField(max_length=255)
    folded_name = DerivedField(
        max_length=MAX_FOLDED_LENGTH, default="", db_default="", editable=False
    )
    sort_key = SortKeyField(max_length=255, default="", db_default="", editable=False)
    # The shelf index starts with the owner and serves this look-up too.
    owner = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="products",
        null=True,
        blank=True,
        db_index=False,
    )
    created = models.DateTimeField(auto_now_add=True)
    kept_images = models.IntegerField(default=0, db_default=0, editable=False)  # by `quotas`
    # What its images tell of it, kept in the transactions that change them (`image_store`).
    has_primary = models.BooleanField(default=False, db_default=False, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
        db_index=False,
    )

    # By `hero_verdicts`: what each channel would say, by which rules, and what that comes to.
    hero_verdicts = models.IntegerField(default=0, db_default=0, editable=False)
    hero_state = models.SmallIntegerField(
        choices=HeroState.choices, default=0, db_default=0, editable=False
    )
    rules_version = models.IntegerField(default=0, db_default=0, editable=False)
    # Whether one of its pictures tells where it was taken.
    tells_place = models.BooleanField(default=False, db_default=False, editable=False)

    objects = ProductSet.as_manager()

    # No columns: `get_product` tells them.
    caller_role: str
    room: list[Any]  # its owner's, as `quotas` reads it
    refuses_positions: bool  # its owner does

    class Meta:
        ordering: ClassVar = ["gtin"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "sort_key", "gtin"], name="owner_name_order"),
            models.Index(fields=["owner", "gtin"], name="owner_gtin_order"),
            models.Index(fields=["owner", "changed_at", "gtin"], name="owner_change_order"),
            models.Index(fields=["owner", "kept_images", "gtin"], name="owner_picture_order"),
            models.Index(fields=["changed_by"], name="changed_by_user"),
            # What the states and the channels' verdicts are counted in.
            models.Index(
                fields=["owner", "hero_state", "hero_verdicts"], name="owner_readiness_counts"
            ),
            *(
                models.Index(
                    fields=["owner", "sort_key", "gtin"],
                    condition=match_bit(get_bit(channel.id, Verdict.REFUSED)),
                    name=f"owner_refused_{channel.id}",
                )
                for channel in RULES.channels
            ),
            models.Index(
                fields=["owner", "sort_key", "gtin"],
                condition=models.Q(tells_place=True),
                name="owner_place_order",
            ),
            *_list_tab_orders(),
        ]

    def __str__(self) -> str:
        return f"{self.gtin} {self.name}"

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Save it; with the name, what is told by it. A new one is counted."""
        if update_fields is not None and "name" in (update_fields := set(update_fields)):
            update_fields |= set(RENAMED)
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, update_fields=update_fields, **options)
            if is_new:
                count_states(self.owner_id, after=self.states)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """Delete it, and count it no more."""
        with transaction.atomic():
            before = Product.objects.select_for_update().get(pk=self.pk)
            deleted = super().delete(*args, **options)
            count_states(before.owner_id, before=before.states)
        return deleted

    @property
    def states(self) -> StateCounts:
        """What it adds to the counts of its owner."""
        return list_states(has_primary=self.has_primary, kept_images=self.kept_images)

    def rename(self, name: str) -> None:
        """Give it the name, and what is told by that, as `RENAMED` lists it; yet to be saved."""
        self.name = name
        for field in ("folded_name", "sort_key"):
            self._meta.get_field(field).pre_save(self, add=False)  # type: ignore[union-attr]  # ours are no relations
