# SPDX-License-Identifier: Apache-2.0
"""Copies a feature file of six classes and gives classes and rows names that would break a page
that trusts them.

    hostile_names.py FEATURES.h5 COPY.h5
"""

import shutil
import sys

import h5py

NAMES = [
    "<script>console.error(1)</script>",
    "\"quotes\" & 'more' <img src=x onerror=console.error(2)>",
    "العربية \u202e turned",
    "a very long name " * 20,
    "日本語のとても長いクラスの名前です",
    "line\nbreak \x01\x1b[31m",
]

source, target = sys.argv[1:]
shutil.copy(source, target)
with h5py.File(target, "a") as file:
    del file["class_names"]
    file["class_names"] = [name.encode() for name in NAMES]
    rows = len(file["test/visual"])
    if "id" in file["test"]:
        del file["test/id"]
    file["test/id"] = [f"<a href='http://example.org/{row}'>row</a>".encode() for row in range(rows)]
