# SPDX-License-Identifier: Apache-2.0
"""The shared library: where it is, and its functions as marnet.h declares them."""
import ctypes
import functools
import os
import pathlib
import sys

from ._errors import error

API_VERSION = 1

FLOAT32, FLOAT16 = 0, 1


class Matrix(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p), ("type", ctypes.c_int32), ("rows", ctypes.c_int64),
        ("columns", ctypes.c_int64), ("row_stride", ctypes.c_int64),
        ("column_stride", ctypes.c_int64),
    ]


class ProgressState(ctypes.Structure):
    _fields_ = [
        ("stage", ctypes.c_char_p), ("epoch", ctypes.c_int64), ("epoch_count", ctypes.c_int64),
        ("step", ctypes.c_int64), ("step_count", ctypes.c_int64), ("loss", ctypes.c_double),
        ("validation_top1", ctypes.c_double), ("seconds_left", ctypes.c_double),
    ]


Callback = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.POINTER(ProgressState), ctypes.c_void_p)

_model = ctypes.c_void_p
_text = ctypes.c_char_p
_matrix = ctypes.POINTER(Matrix)
_place = ctypes.POINTER(ctypes.c_void_p)
_size = ctypes.POINTER(ctypes.c_int64)
_floats = ctypes.c_void_p

_FUNCTIONS = {
    "marnet_fit_file": [_text, _text, _text, Callback, ctypes.c_void_p, _place],
    "marnet_fit_rows": [
        _matrix, _matrix, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(_text), ctypes.c_int64,
        _text, _text, Callback, ctypes.c_void_p, _place,
    ],
    "marnet_load": [_text, _place],
    "marnet_save": [_model, _text, ctypes.c_int32],
    "marnet_sizes": [_model, _size, _size, _size, _size],
    "marnet_class_name": [_model, ctypes.c_int64, _text, ctypes.c_int64, _size],
    "marnet_description": [_model, _text, ctypes.c_int64, _size],
    "marnet_score": [_model, _matrix, _text, _floats, ctypes.c_void_p, _floats, _floats],
}


def _candidates():
    name = "libMARNetC.dylib" if sys.platform == "darwin" else "libMARNetC.so"
    here = pathlib.Path(__file__).resolve().parent
    yield here / name
    for start in (here, pathlib.Path.cwd()):
        for folder in (start, *start.parents):
            yield folder / ".build" / "release" / name


@functools.lru_cache(maxsize=None)
def library():
    """The library, loaded once."""
    named = os.environ.get("MARNET_LIBRARY")
    paths = [pathlib.Path(named)] if named else list(_candidates())
    path = next((path for path in paths if path.exists()), None)
    if path is None:
        where = f"MARNET_LIBRARY names '{named}'" if named else "it is not beside this package"
        raise ImportError(
            f"the shared library of MARNet is missing: {where}. Build it with "
            "'swift build -c release --product MARNetC' and set MARNET_LIBRARY to its path.")
    found = ctypes.CDLL(str(path))
    found.marnet_api_version.restype = ctypes.c_int32
    if found.marnet_api_version() != API_VERSION:
        raise ImportError(
            f"{path} speaks version {found.marnet_api_version()} of the interface, this package "
            f"{API_VERSION}. Take both from one release.")
    for function, arguments in _FUNCTIONS.items():
        getattr(found, function).argtypes = arguments
        getattr(found, function).restype = ctypes.c_int32
    found.marnet_version.restype = found.marnet_last_error.restype = ctypes.c_char_p
    found.marnet_free.argtypes, found.marnet_free.restype = [_model], None
    return found


def call(function, *arguments):
    """Calls a function that answers with a status, without the interpreter's lock."""
    status = getattr(library(), function)(*arguments)
    if status:
        raise error(status, library().marnet_last_error().decode())
