"""Reading in other processes, on this computer or others: what is sent to them, and comes back."""

from __future__ import annotations

import io
import pickle
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TypeVar

from clusterxl.errors import ClusterxlError, WorkbookError
from clusterxl.excel.stamp import Stamp
from clusterxl.form.model import Form
from clusterxl.read import RETURN, Engine, KnownForms, Return, read_bytes
from clusterxl.sentences import say, use_language

# So many files are under way at once: enough for every process, and no more in memory.
UNDER_WAY = 32

_Held = TypeVar("_Held")
# A return, or why there is none, as it is sent back.
_Answer = Future[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A file to be read elsewhere.

    Attributes:
        data: Its bytes.
        file: Its name.
        forms: Forms it may answer.
        engine: What reads it.
        passwords: Tried where it has one.
        language: Language of what is said of it.
    """

    data: bytes
    file: str
    forms: tuple[Form | str | Path, ...]
    engine: Engine
    passwords: tuple[str, ...]
    language: str


def read_task(task: Task) -> bytes:
    """Read a file: a pure function of the task, run in another process.

    Returns:
        A `Return`, or the `WorkbookError` that says why it gives none, for `received`.
    """
    use_language(task.language)
    known = _known(task.forms)
    answer: Return | WorkbookError
    try:
        answer = read_bytes(task.data, task.file, known, task.engine, task.passwords)
    except WorkbookError as error:
        answer = error
    out = io.BytesIO()
    _Sender(out, protocol=pickle.HIGHEST_PROTOCOL).dump(answer)
    return out.getvalue()


def read_elsewhere(
    tasks: Iterable[tuple[_Held, Task | WorkbookError]], executor: Executor, known: KnownForms
) -> Iterator[tuple[_Held, Return | WorkbookError]]:
    """Read files in other processes.

    Args:
        tasks: The tasks, each with what the answer is given back with; where there is an answer
            already, that.
        executor: Runs them.
        known: The forms of this process.

    Returns:
        The answers in the order of the tasks, however long each takes.

    Raises:
        ClusterxlError: A process ended in the midst of it.
    """
    # Nothing is cancelled here, whatever happens: a pool that breaks down trips over that.
    waiting: deque[tuple[_Held, _Answer]] = deque()
    coming = iter(tasks)
    try:
        while True:
            for held, task in islice(coming, UNDER_WAY - len(waiting)):
                waiting.append((held, _submitted(task, executor)))
            if not waiting:
                return
            held, answer = waiting.popleft()
            yield held, _Receiver(io.BytesIO(answer.result()), known).load()
    except BrokenExecutor as error:
        raise ClusterxlError(say("read.process_ended"), code="read.process_ended") from error


def _submitted(task: Task | WorkbookError, executor: Executor) -> _Answer:
    if isinstance(task, Task):
        return executor.submit(read_task, task)
    answered: _Answer = Future()
    answered.set_result(pickle.dumps(task))
    return answered


@lru_cache(maxsize=4)
def _known(forms: tuple[Form | str | Path, ...]) -> KnownForms:
    """Load forms once a process; one that is sent whole is another each time it comes."""
    return KnownForms(forms)


class _Sender(pickle.Pickler):
    """Names forms instead of sending them: both sides know them."""

    def persistent_id(self, obj: object) -> tuple[str, str, int] | None:
        """Return the name of a form; None for what is sent as it is."""
        if isinstance(obj, Form):
            return obj.id, obj.version, obj.base_year or 0
        return None


class _Receiver(pickle.Unpickler):
    """Puts the forms of this process where the other has named them."""

    def __init__(self, stream: io.BytesIO, known: KnownForms) -> None:
        super().__init__(stream)
        self._known = known

    def persistent_load(self, pid: tuple[str, str, int]) -> Form:
        """Return a form by its name."""
        form, version, base_year = pid
        stamp = Stamp(kind=RETURN, form=form, version=version, base_year=base_year)
        return self._known.form_of(stamp, form)
