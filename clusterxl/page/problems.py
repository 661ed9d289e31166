"""The findings on a page, by cause; what only informs is counted, not listed."""

from __future__ import annotations

from clusterxl.finding import Finding, Severity
from clusterxl.page.charts import Json
from clusterxl.report.context import DASH, Context, base_name, inert
from clusterxl.report.problems import INKS, Cause, causes_of, problems_title


def causes_on_page(context: Context) -> Json:
    """Return the findings, the worst and most frequent cause first."""
    numbers = {
        return_id: str(place)
        for place, return_id in enumerate(context.comparison.subjects["return_id"])
    }
    causes = causes_of(context.comparison.findings)
    return {
        "title": problems_title(context, context.names.problems),
        "causes": [_cause(context, cause, numbers) for cause in causes],
    }


def _cause(context: Context, cause: Cause, numbers: dict[str, str]) -> Json:
    is_listed = cause.severity is not Severity.INFO
    return {
        "level": context.say(f"report.severity_{cause.severity.value}"),
        "ink": INKS[cause.severity],
        "code": inert(cause.code),
        "example": inert(cause.findings[0].message),
        "count": len(cause.findings),
        "returns": len({found.return_id or found.file for found in cause.findings}),
        "explained": sum(found.is_explained for found in cause.findings),
        "findings": [_finding(context, found, numbers) for found in cause.findings if is_listed],
    }


def _finding(context: Context, found: Finding, numbers: dict[str, str]) -> Json:
    told = (found.message, found.label, found.value, found.note, found.sheet, found.cell)
    return {
        "subject": inert(context.subject_names.get(found.return_id, "")) or DASH,
        "file": inert(base_name(found.file)),
        "mark": numbers.get(found.return_id, ""),
        "texts": [inert(text) for text in told],
    }
