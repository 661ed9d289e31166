"""Takes the password off a workbook; only in a child that can be killed, by an extra."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from msoffcrypto import OfficeFile
from msoffcrypto.exceptions import InvalidKeyError

_BY_PARTS = "ooxml"


def take_off(data: bytes, password: str) -> tuple[dict[str, bool], bytes]:
    """Try one password; files choose how often it is hashed, so that this may take long.

    Args:
        data: Bytes of a workbook with a password.
        password: The password.

    Returns:
        `fits`, and the workbook without it; no bytes where it does not fit.

    Raises:
        Exception: Whatever msoffcrypto raises for a file that it does not understand.
    """
    locked: Any = OfficeFile(BytesIO(data))  # type: ignore[no-untyped-call]
    ways = {"verify_password": True} if locked.format == _BY_PARTS else {}
    opened = BytesIO()
    try:
        locked.load_key(password=password, **ways)
        locked.decrypt(opened)
    except InvalidKeyError:
        return {"fits": False}, b""
    return {"fits": True}, opened.getvalue()
