"""Remove what a crash left: objects without rows, and temporary files."""

from django.core.management import BaseCommand


class Command(BaseCommand):
    def handle(self, *args, **options):
        pass
