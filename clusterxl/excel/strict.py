"""Makes the writer strict: what XlsxWriter would only warn about is refused."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clusterxl.errors import RefusedByExcelError
from clusterxl.excel.limits import refuse
from clusterxl.sentences import say

REFUSALS = (RefusedByExcelError, UserWarning, ValueError)


def accept(code: Any) -> None:
    """Raise when XlsxWriter answers with a code: it then left something out.

    Raises:
        RefusedByExcelError: The code is not 0.
    """
    if code:
        raise refuse("code", code=code)


@contextmanager
def refusals(where: str, *further: type[Exception]) -> Iterator[None]:
    """Turn warnings and errors of XlsxWriter into refusals that name the place.

    Raises:
        RefusedByExcelError: With XlsxWriter's own words, or ours.
    """
    caught: tuple[type[Exception], ...] = (*REFUSALS, *further)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            yield
    except caught as error:
        raise located(where, error) from error


def located(where: str, error: Exception) -> RefusedByExcelError:
    """Build the refusal that names the place."""
    code = getattr(error, "code", "") or "book.refused"
    return RefusedByExcelError(say("book.refused", where=where, reason=error), code=code)
