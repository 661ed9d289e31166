"""Locked Excel forms out, checked pandas frames back, one comparison workbook.

The public names, each in the module that owns it; they are imported when first asked for, so that
`import clusterxl` costs nothing:

    load_form             a form, packaged or a folder
    generate_workbook     a blank or filled workbook, as bytes
    read_return           one workbook that came back
    read_returns          many, from files, folders and zips
    normalise_returns     their cells as clean records (pandas frames)
    check_records         findings: what the rules say about the records
    summarise             the records with status and counts of findings of each return
    cut_frames            a wide frame a section, a tidy frame of the years, a frame a table
    aggregate_records     the comparison of all subjects
    compare_rounds        a round beside the one before, for `write_comparison` to show
    write_comparison      the comparison as a workbook, as bytes
    write_page            the comparison as one page for a browser, as bytes
    comparison_frames     the comparison as frames, with a dictionary
    write_correction      what is asked about a return, as a workbook of its own, as bytes
    judge_replies         what the answers to a correction come to
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clusterxl.across_rounds import Round, compare_rounds
    from clusterxl.aggregate import Comparison, aggregate_records
    from clusterxl.check import check_records, summarise
    from clusterxl.correct import write_correction
    from clusterxl.errors import (
        ClusterxlError,
        DefinitionError,
        NothingFoundError,
        OutputError,
        RefusedByExcelError,
        RosterError,
        UnknownFormError,
        UnknownUnitError,
        UnknownWorkbookError,
        UnreadableWorkbookError,
        WorkbookError,
    )
    from clusterxl.export import comparison_frames
    from clusterxl.finding import Finding, Severity
    from clusterxl.form.file import lint_form, load_form
    from clusterxl.form.model import Form
    from clusterxl.frames import cut_frames
    from clusterxl.generate import generate_workbook
    from clusterxl.judge import judge_replies
    from clusterxl.normalise import Records, normalise_returns
    from clusterxl.page import write_page
    from clusterxl.read import Return, read_return
    from clusterxl.report import write_comparison
    from clusterxl.returns import read_returns

__version__ = "0.1.0"

_OWNERS = {
    "ClusterxlError": "errors",
    "Comparison": "aggregate",
    "DefinitionError": "errors",
    "Finding": "finding",
    "Form": "form.model",
    "NothingFoundError": "errors",
    "OutputError": "errors",
    "Records": "normalise",
    "RefusedByExcelError": "errors",
    "Return": "read",
    "RosterError": "errors",
    "Round": "across_rounds",
    "Severity": "finding",
    "UnknownFormError": "errors",
    "UnknownUnitError": "errors",
    "UnknownWorkbookError": "errors",
    "UnreadableWorkbookError": "errors",
    "WorkbookError": "errors",
    "aggregate_records": "aggregate",
    "check_records": "check",
    "compare_rounds": "across_rounds",
    "comparison_frames": "export",
    "cut_frames": "frames",
    "generate_workbook": "generate",
    "judge_replies": "judge",
    "lint_form": "form.file",
    "load_form": "form.file",
    "normalise_returns": "normalise",
    "read_return": "read",
    "read_returns": "returns",
    "summarise": "check",
    "write_comparison": "report",
    "write_correction": "correct",
    "write_page": "page",
}

__all__ = [
    "ClusterxlError",
    "Comparison",
    "DefinitionError",
    "Finding",
    "Form",
    "NothingFoundError",
    "OutputError",
    "Records",
    "RefusedByExcelError",
    "Return",
    "RosterError",
    "Round",
    "Severity",
    "UnknownFormError",
    "UnknownUnitError",
    "UnknownWorkbookError",
    "UnreadableWorkbookError",
    "WorkbookError",
    "aggregate_records",
    "check_records",
    "compare_rounds",
    "comparison_frames",
    "cut_frames",
    "generate_workbook",
    "judge_replies",
    "lint_form",
    "load_form",
    "normalise_returns",
    "read_return",
    "read_returns",
    "summarise",
    "write_comparison",
    "write_correction",
    "write_page",
]


def __getattr__(name: str) -> Any:
    if name not in _OWNERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_OWNERS[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
