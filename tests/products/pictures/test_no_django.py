import subprocess
import sys

# Every module of the wing, where Django can't be imported.
IMPORT_ALL = """
import pkgutil, sys
sys.modules["django"] = None
import apps.products.pictures as wing
names = [module.name for module in pkgutil.walk_packages(wing.__path__, f"{wing.__name__}.")]
for name in names:
    __import__(name)
print(len(names))
"""


def test_pictures_are_checked_where_there_is_no_django():
    printed = subprocess.check_output([sys.executable, "-c", IMPORT_ALL], text=True)

    assert int(printed) >= 15
