"""The same upload as a competent team writes it in a day with Django REST framework.

`ImageField`, which has Pillow verify the file; the key by its hash, the product by its GTIN, the
role by the membership, one transaction that demotes and inserts. Run with gunicorn and threads.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import django
import environ
from django.conf import settings

FOLDER = Path(os.environ["RIVAL_FOLDER"])

DATABASE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": FOLDER / "db.sqlite3",
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    },
}
if url := os.environ.get("RIVAL_DATABASE_URL"):
    DATABASE = environ.Env.db_url_config(url)
DATABASE["CONN_MAX_AGE"] = None

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"],
    DATABASES={"default": DATABASE},
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    ROOT_URLCONF=__name__,
    MEDIA_ROOT=FOLDER / "media",
    MEDIA_URL="/media/",
    USE_TZ=True,
    REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
)
django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection, models, transaction
from django.shortcuts import get_object_or_404
from django.urls import path
from rest_framework import exceptions, parsers, serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.response import Response
from rest_framework.views import APIView

MAX_BYTES = 20 * 1024 * 1024


class Key(models.Model):
    hashed = models.CharField(max_length=64, unique=True)
    organization = models.IntegerField()

    class Meta:
        app_label = "bench"


class Product(models.Model):
    gtin = models.CharField(max_length=14, unique=True)
    organization = models.IntegerField()

    class Meta:
        app_label = "bench"


class ProductImage(models.Model):
    product = models.ForeignKey(Product, models.CASCADE, related_name="images")
    image = models.ImageField(upload_to="products")
    title = models.CharField(max_length=255, blank=True)
    is_primary = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bench"
        constraints = [
            models.UniqueConstraint(
                fields=["product"], condition=models.Q(is_primary=True), name="one_primary"
            )
        ]


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request):
        raw = request.headers.get("X-API-Key", "")
        key = Key.objects.filter(hashed=hashlib.sha256(raw.encode()).hexdigest()).first()
        if key is None:
            raise exceptions.AuthenticationFailed
        return key, None


class ProductImageSerializer(serializers.ModelSerializer):
    class Meta:
        model = ProductImage
        fields = ["id", "title", "is_primary", "image", "created"]

    def validate_image(self, image):
        if image.size > MAX_BYTES:
            raise serializers.ValidationError("too large")
        return image


class ProductImages(APIView):
    authentication_classes = [KeyAuthentication]
    parser_classes = [parsers.MultiPartParser]

    def post(self, request, gtin):
        product = get_object_or_404(
            Product, gtin=gtin.zfill(14), organization=request.user.organization
        )
        serializer = ProductImageSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            if serializer.validated_data.get("is_primary"):
                if connection.vendor == "postgresql":  # SQLite's writer is alone
                    Product.objects.select_for_update().get(pk=product.pk)
                product.images.filter(is_primary=True).update(is_primary=False)
            serializer.save(product=product)
        return Response(serializer.data, status=status.HTTP_201_CREATED)


urlpatterns = [path("images/<gtin>", ProductImages.as_view())]
application = get_wsgi_application()


def create_tables() -> None:
    """Make the tables, a product and the key ``bench``."""
    with connection.schema_editor() as editor:
        for model in (Key, Product, ProductImage):
            editor.create_model(model)
    Key.objects.create(hashed=hashlib.sha256(b"bench").hexdigest(), organization=1)
    Product.objects.create(gtin="00012345678905", organization=1)


if __name__ == "__main__":
    create_tables()
