"""The child in which foreign formats are read: it may die of a file, and nothing else does."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from struct import Struct
from typing import Any, BinaryIO

from clusterxl.errors import UnreadableWorkbookError
from clusterxl.sentences import use_language

MEMORY = 1024**3
CPU_SECONDS = 20
# Of an answer, far more than the cells of a filled-in form take up.
MOST_BYTES = 64 * 1024 * 1024
_LENGTHS = Struct("<QQ")

Work = Callable[[Mapping[str, Any], bytes], tuple[Mapping[str, Any], bytes]]


def send(stream: BinaryIO, head: Mapping[str, Any], data: bytes = b"") -> None:
    """Write a message: what it says as JSON, and bytes that belong to it."""
    said = json.dumps(head, allow_nan=False).encode("ascii")
    stream.write(_LENGTHS.pack(len(said), len(data)) + said)
    stream.write(data)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Read a message; None at the end, also at an end that comes too early.

    Raises:
        ValueError: It is longer than any that is meant, or no message.
    """
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    said, held = _LENGTHS.unpack(lengths)
    if said + held > MOST_BYTES:
        raise ValueError(said + held)
    head, data = stream.read(said), stream.read(held)
    if len(head) < said or len(data) < held:
        return None
    found: dict[str, Any] = json.loads(head)
    return found, data


def main(engine: str) -> None:
    """Answer one message a file until there are no more.

    Args:
        engine: Module whose function `work` reads a file: what is asked and its bytes become what
            is answered and bytes.
    """
    orders, answers = _own_pipes()
    work: Work = import_module(engine).work
    # Only now: what is imported may be written as compiled code, which counts as a file.
    bounded = _bound()
    send(answers, {"bounded": bounded})
    while (order := receive(orders)) is not None:
        head, data = order
        use_language(head.get("language", ""))
        _allow_more_time()
        send(answers, *_answer(work, head, data))


def _answer(work: Work, head: Mapping[str, Any], data: bytes) -> tuple[Mapping[str, Any], bytes]:
    try:
        return work(head, data)
    except UnreadableWorkbookError as error:
        return {"code": error.code, "sentence": str(error)}, b""
    except (KeyboardInterrupt, SystemExit, MemoryError):
        # Whoever ran out of memory is better replaced than asked again.
        raise
    except BaseException as error:  # noqa: BLE001 (Rust panics are no Exception)
        return {"failed": type(error).__name__}, b""


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the pipes for messages alone; whatever native code prints goes nowhere."""
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)
    return orders, answers


def _bound() -> bool:
    """Bound this process by the system; false where the system cannot, as on Windows."""
    try:
        import resource  # noqa: PLC0415 (only POSIX has it)
    except ImportError:
        return False
    bounds = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CORE: 0,
        # Taking the password off an .xls needs a file without a name for a moment.
        resource.RLIMIT_FSIZE: MOST_BYTES,
    }
    for bound, most in bounds.items():
        resource.setrlimit(bound, (most, most))
    return True


def _allow_more_time() -> None:
    """Let the next file have its seconds, whatever those before it took."""
    try:
        import resource  # noqa: PLC0415 (only POSIX has it)
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(sys.argv[1])
