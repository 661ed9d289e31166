"""A LibreOffice of our own for scripts that run under its Python: private profile, no window."""

from __future__ import annotations

import importlib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

XLSX = "Calc MS Excel 2007 XML"
PATIENCE_SECONDS = 60


@contextmanager
def running_office() -> Iterator[Any]:
    """Start LibreOffice, give its desktop, and end it again."""
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"clusterxl{Path(profile).name}"
        options = ["--headless", "--invisible", "--norestore", "--nologo", "--nodefault"]
        process = subprocess.Popen(
            [
                "soffice",
                *options,
                f"-env:UserInstallation={Path(profile).as_uri()}",
                f"--accept=pipe,name={pipe};urp;",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        desktop = None
        try:
            desktop = _connected(pipe, process)
            yield desktop
        finally:
            if desktop is not None:
                for document in list(desktop.Components):
                    document.dispose()
                desktop.terminate()
            else:
                process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


def _connected(pipe: str, process: Any) -> Any:
    """Wait until the office answers, and return its desktop."""
    uno = importlib.import_module("uno")
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE_SECONDS and process.poll() is None:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except uno.getClass("com.sun.star.connection.NoConnectException"):
            time.sleep(0.2)
        else:
            return context.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", context
            )
    raise SystemExit("LibreOffice did not start")


def settings(**named: Any) -> tuple[Any, ...]:
    """Return named values the way LibreOffice takes them."""
    uno = importlib.import_module("uno")
    values = []
    for name, value in named.items():
        setting = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        setting.Name, setting.Value = name, value
        values.append(setting)
    return tuple(values)


def open_workbook(desktop: Any, path: Path) -> Any:
    """Open a workbook without a window."""
    return desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, settings(Hidden=True))


def save_as_xlsx(document: Any, path: Path) -> None:
    """Save a workbook as Excel reads it."""
    document.storeToURL(path.as_uri(), settings(FilterName=XLSX))
