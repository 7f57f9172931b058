# SPDX-License-Identifier: Apache-2.0
"""The library's status codes as exceptions, with the library's words."""


class MARNetError(Exception):
    """A call that failed; `status` is its code in marnet.h."""

    status = 1


class BadArgument(MARNetError, ValueError):
    """An argument that no call can take."""

    status = 64


class DataError(MARNetError, ValueError):
    """What a file or an array holds cannot be used."""

    status = 65


class NotFound(MARNetError, FileNotFoundError):
    """There is no such file or model."""

    status = 66


class Diverged(MARNetError, ArithmeticError):
    """Training left the finite numbers."""

    status = 70


class CannotWrite(MARNetError, OSError):
    """An output exists or cannot be written."""

    status = 73


class InputOutputError(MARNetError, OSError):
    """The system or HDF5 failed."""

    status = 74


class Cancelled(MARNetError):
    """The progress callback asked to stop."""

    status = 75


class ConfigurationError(MARNetError, ValueError):
    """A hyper-parameter is unknown or out of range."""

    status = 78


_BY_STATUS = {
    kind.status: kind
    for kind in (BadArgument, DataError, NotFound, Diverged, CannotWrite, InputOutputError,
                 Cancelled, ConfigurationError)
}


def error(status, message):
    """The exception for a status."""
    return _BY_STATUS.get(status, MARNetError)(message)
