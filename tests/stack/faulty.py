"""The service with a fault of ours in it, which the log tells and no caller sees."""

import importlib

from closient.wsgi import application

__all__ = ["application"]


def fail(_write: object) -> None:
    raise RuntimeError("out of cheese")


importlib.import_module("apps.products.stored_objects").write_durably = fail
