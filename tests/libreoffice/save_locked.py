"""Saves a workbook with a password, in the format that its new name ends in.

Run by the Python that has UNO: save_locked.py PLAIN.xlsx LOCKED.xls PASSWORD
"""

from __future__ import annotations

import sys
from pathlib import Path

from office import open_workbook, running_office, settings

FILTERS = {".xls": "MS Excel 97", ".ods": "calc8", ".xlsx": "Calc MS Excel 2007 XML"}


def main() -> None:
    """Save it."""
    plain, locked = (Path(given).resolve() for given in sys.argv[1:3])
    with running_office() as desktop:
        document = open_workbook(desktop, plain)
        how = settings(FilterName=FILTERS[locked.suffix], Password=sys.argv[3])
        document.storeToURL(locked.as_uri(), how)


if __name__ == "__main__":
    main()
