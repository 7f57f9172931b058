# SPDX-License-Identifier: Apache-2.0
"""MARNet for Python: fit on image-text pairs, classify images alone.

    from marnet_plugin import MARNetClassifier
    classifier = MARNetClassifier(seed=1).fit(X_visual, y, X_text=X_text)
    classifier.predict(X_new)

`MARNetClassifier` follows scikit-learn and needs it; `Model` needs NumPy alone. The work is done by
the shared library MARNetC, which is looked for at the path in MARNET_LIBRARY, beside this package, and in
the folder `.build/release` above it or above the current folder.
"""
from ._errors import (
    BadArgument, Cancelled, CannotWrite, ConfigurationError, DataError, Diverged, InputOutputError,
    MARNetError, NotFound)
from ._model import Model, Progress, Scores, library_version

__all__ = [
    "BadArgument", "Cancelled", "CannotWrite", "ConfigurationError", "DataError", "Diverged",
    "InputOutputError", "MARNetClassifier", "MARNetError", "Model", "NotFound", "Progress",
    "Scores", "library_version",
]
__version__ = "0.1.0"


def __getattr__(name):
    # scikit-learn takes a second to import: only who wants the classifier waits for it.
    if name == "MARNetClassifier":
        from ._classifier import MARNetClassifier

        return MARNetClassifier
    raise AttributeError(f"module 'marnet_plugin' has no attribute {name!r}")
