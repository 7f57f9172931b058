# SPDX-License-Identifier: Apache-2.0
"""Lets torchvision be imported beside a torch of another build.

torchvision's compiled operators (boxes, JPEG) do not load where torch is the build for processors
alone and torchvision that for graphics cards, and its import fails on their names. Models and
transforms need none of them: here the names are declared, with nothing behind.
"""

import importlib.util
import re
from pathlib import Path

import torch


def declare():
    """Declares the operators; call before the first import of torchvision."""
    package = Path(importlib.util.find_spec("torchvision").origin).parent
    try:
        torch.ops.load_library(next(package.glob("_C*.so")))
        return
    except (OSError, StopIteration):
        pass
    source = (package / "_meta_registrations.py").read_text()
    library = torch.library.Library("torchvision", "DEF")
    for name in sorted(set(re.findall(r'(?:register_meta\(|torchvision::)"?(\w+)"', source))):
        library.define(f"{name}(Tensor x) -> Tensor")
    return library  # declared as long as this lives
