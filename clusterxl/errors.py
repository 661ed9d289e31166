"""The exception tree: what cannot be done at all.

ClusterxlError
├─ DefinitionError      a form, list or rule file is wrong; carries every mistake at once
├─ RosterError          a roster is wrong; carries every mistake at once
├─ UnknownFormError     no such form; the sentence lists those there are
├─ UnknownUnitError     no such unit in the form's lists or in the roster
├─ NothingFoundError    the paths given hold no workbook
├─ OutputError          an output cannot be written, or would overwrite another file
├─ LedgerError          the memory of a batch is held by another, damaged, or refuses an act
├─ BatchError           a folder is no batch, or not as the batch left it
├─ UnusableKeyError     what should be the key of a batch is none
└─ WorkbookError
   ├─ RefusedByExcelError       what was to be written breaks a limit of Excel
   ├─ UnreadableWorkbookError   no workbook, encrypted, cut short, another format
   └─ UnknownWorkbookError      a workbook, but not ours, or of another form or edition

A problem in the data is never an exception: it is a `Finding`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake in a definition: where it stands and what is wrong.

    Attributes:
        file: Path of the file, relative to the form's folder where it lies in it.
        line: Line of the entry, from 1; 0 for the file as a whole.
        path: Where in the definition (`section output, field gross_output`).
        message: The sentence for the author, with the remedy.
        code: The sentence's name in the catalogue, for programs that react to it.
    """

    file: str
    line: int
    path: str
    message: str
    code: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class ClusterxlError(Exception):
    """Base of all errors; its text is one sentence with the remedy.

    Attributes:
        code: The sentence's name in the catalogue, for programs that react to it.
        mistakes: Every single mistake, where the error is about a definition or roster.
    """

    def __init__(self, message: str, *, code: str = "", mistakes: tuple[Mistake, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.mistakes = mistakes

    def __str__(self) -> str:
        return "\n".join([str(self.args[0]), *(str(mistake) for mistake in self.mistakes)])


class DefinitionError(ClusterxlError):
    """A form, list or rule file is wrong."""


class RosterError(ClusterxlError):
    """A roster is wrong."""


class UnknownFormError(ClusterxlError):
    """No such form, neither packaged nor as a folder."""


class UnknownUnitError(ClusterxlError):
    """No such unit."""


class NothingFoundError(ClusterxlError):
    """The paths given hold nothing to work on."""


class OutputError(ClusterxlError):
    """An output cannot be written."""


class LedgerError(ClusterxlError):
    """The memory of a batch is held by another, damaged, or refuses an act."""


class BatchError(ClusterxlError):
    """A folder is no batch, or not as the batch left it."""


class UnusableKeyError(ClusterxlError):
    """What should be the key of a batch is none."""


class WorkbookError(ClusterxlError):
    """A workbook cannot be written or read."""


class RefusedByExcelError(WorkbookError):
    """What was to be written breaks a limit of Excel."""


class UnreadableWorkbookError(WorkbookError):
    """The file is no workbook that can be read."""


class UnknownWorkbookError(WorkbookError):
    """The workbook is not one of ours, or of another form or edition."""
