"""Static files under names that hold their hash, so that browsers keep them: our modules, too."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Ours alone: Django's own patterns would search other people's minified scripts as well.
MODULES = "dashboard/*.js"
IMPORT = (
    r'(?m)^(?P<matched>import (?P<names>\{.+\}) from "(?P<url>(?:\.|\.\.)/(?:\w+/)?\w+\.js)";)$'
)


class HashedModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Has the imports of our modules name the hashed files, as `url()` in style sheets does."""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (MODULES, ((IMPORT, 'import %(names)s from "%(url)s";'),)),
    )
