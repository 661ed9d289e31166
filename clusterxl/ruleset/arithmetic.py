"""Arithmetic as spreadsheets do it, on many numbers at once.

Numbers are rounded half away from zero, what cancels to the last bits is nothing, and a number
out of bounds is none.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# 0.285 is stored a little below its tie; a spreadsheet rounds what it shows, so do we. Of large
# numbers the slack would be more than the step; the ties of whole numbers are stored as they are.
_SLACK = 1 + 2.0**-50
_SLACK_BELOW = 2.0**44
# From here on every float is a whole number and scaling it could only lose digits.
_WHOLE = 2.0**52
_HALF = 0.5
# Two numbers this close are the same to a spreadsheet, unless both are whole and exact.
_SAME = 2.0**-48
_EXACT = 2.0**53


def rounded(numbers: Numbers, decimals: int) -> Numbers:
    """Round half away from zero, as spreadsheets do.

    >>> rounded(np.array([2.675, -0.285, 1.005, 1e300]), 2).tolist()
    [2.68, -0.29, 1.01, 1e+300]
    """
    scale = 10.0**decimals
    with np.errstate(over="ignore", invalid="ignore"):
        size = np.abs(numbers) * scale
        nudged = np.where(size < _SLACK_BELOW, size * _SLACK, size) if decimals else size
        below = np.floor(nudged)
        whole = (below + (nudged - below >= _HALF)) / scale
    return np.asarray(np.where(size < _WHOLE, np.copysign(whole, numbers), numbers))


def existing(numbers: Numbers) -> Numbers:
    """Return numbers, NaN for those out of bounds, which a spreadsheet has not got."""
    return np.where(np.isfinite(numbers), numbers, np.nan)


def difference(left: Numbers, right: Numbers) -> Numbers:
    """Subtract as spreadsheets do: what only the last bits of a fraction leave over is nothing."""
    found = left - right
    size = np.abs(found)
    is_speck = (size < np.abs(left) * _SAME) & (size < np.abs(right) * _SAME)
    is_exact = _is_whole(found) & _is_whole(left) & _is_whole(right)
    return np.where(is_speck & ~is_exact, 0.0, found)


def _is_whole(numbers: Numbers) -> Flags:
    return np.asarray((np.floor(numbers) == numbers) & (np.abs(numbers) <= _EXACT))
