import subprocess
import sys

import pytest

# Every module of the wing, where Django can't be imported.
IMPORT_ALL = """
import pkgutil, sys
sys.modules["django"] = None
wing = __import__(f"apps.products.{sys.argv[1]}", fromlist=["modules"])
names = [module.name for module in pkgutil.walk_packages(wing.__path__, f"{wing.__name__}.")]
for name in names:
    __import__(name)
print(len(names))
"""


@pytest.mark.parametrize(("wing", "least"), [("pictures", 15), ("readiness", 1)])
def test_wing_works_where_there_is_no_django(wing: str, least: int):
    command = [sys.executable, "-c", IMPORT_ALL, wing]
    printed = subprocess.check_output(command, text=True)

    assert int(printed) >= least
