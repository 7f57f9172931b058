# SPDX-License-Identifier: Apache-2.0
"""A fitted model, on NumPy arrays."""
import contextlib
import ctypes
import dataclasses
import json
import os
import signal
import threading
import typing

import numpy as np

from . import _library
from ._errors import Cancelled

# Rows of a call: between calls Ctrl-C is heard. No effect on the scores.
_CALL_ROWS = 1 << 18


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a fit has come."""

    stage: str
    epoch: int
    epoch_count: int
    step: int
    step_count: int
    loss: float
    validation_top1: float
    seconds_left: float


@dataclasses.dataclass(frozen=True)
class Scores:
    """Predictions for N rows."""

    #: `[N, C]`, rows sum to 1.
    probabilities: np.ndarray
    #: `[N]`, indices of classes.
    predictions: np.ndarray
    #: x_EMA, `[N, d]`, on request.
    embedding: typing.Optional[np.ndarray] = None
    #: x_CDR, `[N, Ds]`, standardised, on request.
    reconstruction: typing.Optional[np.ndarray] = None


def library_version():
    """The version of the shared library."""
    return _library.library().marnet_version().decode()


class Model:
    """A fitted MARNet. Made by `fit`, `fit_file` or `load`; usable from several threads."""

    def __init__(self, handle):
        self._handle = handle
        sizes = [ctypes.c_int64() for _ in range(4)]
        _library.call("marnet_sizes", handle, *sizes)
        #: C, Dv, Ds, d.
        (self.class_count, self.visual_width, self.text_width,
         self.embedding_width) = (size.value for size in sizes)
        self.class_names = [
            _text(lambda *buffer, index=index: _library.call(
                "marnet_class_name", handle, index, *buffer))
            for index in range(self.class_count)
        ]

    @classmethod
    def load(cls, directory):
        """Reads a model directory."""
        place = ctypes.c_void_p()
        _library.call("marnet_load", os.fsencode(directory), place)
        return cls(place)

    @classmethod
    def fit_file(cls, path, configuration=None, *, progress=None, **options):
        """Fits on a feature file.

        configuration: dict of hyper-parameters, as in config.json.
        progress: called with a `Progress`; what it raises stops the fit.
        options: threads, memory and the layout, see marnet.h.
        """
        return cls(_fitted("marnet_fit_file", [os.fsencode(path)], configuration, options, progress))

    @classmethod
    def fit(cls, visual, labels, class_names, text=None, has_text=None, configuration=None, *,
            progress=None, **options):
        """Fits on arrays.

        visual: `[N, Dv]`; text: `[N, Ds]` or None; has_text: `[N]` of bool, None for all.
        labels: `[N]`, indices into class_names, -1 for unlabelled rows.
        """
        rows = _Rows(visual, "visual")
        labels = np.ascontiguousarray(labels, dtype=np.int32)
        texts = None if text is None else _Rows(text, "text")
        marks = None if has_text is None else np.ascontiguousarray(has_text, dtype=np.uint8)
        for name, array in [("labels", labels), ("has_text", marks)]:
            if array is not None and array.shape != (rows.count,):
                raise ValueError(
                    f"'{name}' has shape {array.shape} but 'visual' has {rows.count} rows.")
        names = (ctypes.c_char_p * len(class_names))(*(str(name).encode() for name in class_names))
        return cls(_fitted(
            "marnet_fit_rows",
            [rows.matrix(), None if texts is None else texts.matrix(), _pointer(marks),
             _pointer(labels), names, len(class_names)], configuration, options, progress))

    def save(self, directory, overwrite=False):
        """Writes a model directory, whole or not at all."""
        _library.call("marnet_save", self._handle, os.fsencode(directory), int(overwrite))

    @property
    def description(self):
        """Configuration, decision and report of the fit, a dict."""
        return json.loads(_text(
            lambda *buffer: _library.call("marnet_description", self._handle, *buffer)))

    def score(self, visual, *, embedding=False, reconstruction=False, **options):
        """Scores `visual`, `[N, Dv]`: text has no place here.

        options: draws, seed, sampler, steps, precision, threads, see marnet.h.
        """
        rows = _Rows(visual, "visual")
        options = _json(options)
        widths = [self.class_count, self.embedding_width if embedding else None,
                  self.text_width if reconstruction else None]
        outputs = [None if width is None else np.empty((rows.count, width), np.float32)
                   for width in widths]
        predictions = np.empty(rows.count, np.int32)
        for first in range(0, max(rows.count, 1), _CALL_ROWS):
            count = min(_CALL_ROWS, rows.count - first)
            parts = [None if output is None else output[first:] for output in outputs]
            try:
                _library.call(
                    "marnet_score", self._handle, rows.matrix(first, count), options,
                    _pointer(parts[0]), _pointer(predictions[first:]), *map(_pointer, parts[1:]))
            except Exception as error:
                if first:
                    error.add_note(f"(rows counted from row {first})") if hasattr(
                        error, "add_note") else None
                raise
        return Scores(outputs[0], predictions, *outputs[1:])

    def __del__(self):
        handle = getattr(self, "_handle", None)
        # At the interpreter's end the module may be gone; so is the memory.
        if handle is not None and _library is not None:
            _library.library().marnet_free(handle)


class _Rows:
    """An array as rows that the library reads where they are, if it can."""

    def __init__(self, array, name):
        array = np.asarray(array)
        if array.ndim != 2:
            raise ValueError(
                f"'{name}' has shape {array.shape} but must be 2-dimensional: rows of features.")
        size = array.dtype.itemsize
        is_read = array.dtype in (np.float32, np.float16) and array.dtype.isnative
        if not is_read or any(stride % size for stride in array.strides):
            array = np.ascontiguousarray(array, dtype=np.float32)
        self.array = array
        self.count = array.shape[0]

    def matrix(self, first=0, count=None):
        """The C structure; valid while this object lives."""
        array = self.array
        size = array.dtype.itemsize
        row_stride, column_stride = (stride // size for stride in array.strides)
        return _library.Matrix(
            array.ctypes.data + first * array.strides[0],
            _library.FLOAT16 if array.dtype == np.float16 else _library.FLOAT32,
            self.count if count is None else count, array.shape[1], row_stride, column_stride)


def _fitted(function, arguments, configuration, options, progress):
    place = ctypes.c_void_p()
    raised = []

    # Without a callback of the caller it still lets Ctrl-C in.
    def told(state, _):
        try:
            if interruption.is_set():
                return 1
            if progress is not None:
                state = state.contents
                progress(Progress(
                    state.stage.decode(), state.epoch, state.epoch_count, state.step,
                    state.step_count, state.loss, state.validation_top1, state.seconds_left))
            return 0
        except BaseException as error:  # No exception may cross the library.
            raised.append(error)
            return 1

    with _interruptions() as interruption:
        try:
            _library.call(function, *arguments, _json(configuration), _json(options),
                          _library.Callback(told), None, place)
        except Cancelled:
            if raised:
                raise raised[0]
            if interruption.is_set():
                raise KeyboardInterrupt from None
            raise
    return place


@contextlib.contextmanager
def _interruptions():
    """An event that Ctrl-C sets: raised as an exception it would be lost at a callback's door."""
    event = threading.Event()
    is_ours = (threading.current_thread() is threading.main_thread()
               and signal.getsignal(signal.SIGINT) is signal.default_int_handler)
    if is_ours:
        signal.signal(signal.SIGINT, lambda *_: event.set())
    try:
        yield event
    finally:
        if is_ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _json(values):
    return json.dumps(values).encode() if values else None


def _pointer(array):
    return None if array is None else array.ctypes.data


def _text(copy):
    needed = ctypes.c_int64()
    copy(None, 0, needed)
    buffer = ctypes.create_string_buffer(needed.value)
    copy(buffer, needed.value, None)
    return buffer.value.decode()
