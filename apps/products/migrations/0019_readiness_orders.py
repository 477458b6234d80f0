"""The indexes of what is ready, made while the release before serves on."""

from django.db import migrations, models
from django.db.models.expressions import CombinedExpression
from django.db.models.lookups import Exact

from apps.products.migrations._online import AddIndexOnline, take_time


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("products", "0018_readiness")]

    operations = [
        migrations.RunPython(take_time, migrations.RunPython.noop),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                fields=["owner", "hero_state", "sort_key", "gtin"], name="owner_readiness_order"
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                fields=["owner", "hero_state", "hero_verdicts"], name="owner_readiness_counts"
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(
                    Exact(CombinedExpression(models.F("hero_verdicts"), "&", models.Value(1)), 1)
                ),
                fields=["owner", "sort_key", "gtin"],
                name="owner_refused_google",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(
                    Exact(CombinedExpression(models.F("hero_verdicts"), "&", models.Value(8)), 8)
                ),
                fields=["owner", "sort_key", "gtin"],
                name="owner_refused_amazon",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(
                    Exact(CombinedExpression(models.F("hero_verdicts"), "&", models.Value(64)), 64)
                ),
                fields=["owner", "sort_key", "gtin"],
                name="owner_refused_walmart",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(
                    Exact(
                        CombinedExpression(models.F("hero_verdicts"), "&", models.Value(512)), 512
                    )
                ),
                fields=["owner", "sort_key", "gtin"],
                name="owner_refused_shopify",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(
                    Exact(
                        CombinedExpression(models.F("hero_verdicts"), "&", models.Value(4096)), 4096
                    )
                ),
                fields=["owner", "sort_key", "gtin"],
                name="owner_refused_gs1",
            ),
        ),
        AddIndexOnline(
            model_name="product",
            index=models.Index(
                condition=models.Q(("tells_place", True)),
                fields=["owner", "sort_key", "gtin"],
                name="owner_place_order",
            ),
        ),
    ]
