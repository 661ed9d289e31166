"""The pandera schemas of a form: one a frame, and one check a rule over all returns.

Frames pass their schemas on the way. The rules are stated in pandera for whoever knows that and
not us, by the same masks that give the verdicts: to run both would find nothing more, and take
longer than anything else about a return that comes alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from clusterxl.errors import ClusterxlError
from clusterxl.form.model import Form
from clusterxl.frames import NUMBER, TEXT, WHOLE, FrameSpec, Status, frame_specs, typed_array
from clusterxl.ruleset.masks import TEXT_SUFFIX, Views, judge
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.rules import Instance
from clusterxl.sentences import say

Failures = Mapping[str, npt.NDArray[np.bool_]]

_NEVER_MISSING = (TEXT, WHOLE)


# Whoever receives returns one by one would build them for each anew.
@lru_cache(maxsize=4)
def frame_schemas(form: Form) -> Mapping[str, pa.DataFrameSchema]:
    """Return the schema of each frame of a form, by name: exactly its columns, in order."""
    return {spec.name: _frame_schema(spec) for spec in frame_specs(form)}


def _frame_schema(spec: FrameSpec) -> pa.DataFrameSchema:
    checks = {("values", "status"): pa.Check.isin([status.value for status in Status])}
    columns = {
        name: pa.Column(
            _dtype(dtype),
            nullable=dtype not in _NEVER_MISSING,
            checks=checks.get((spec.name, name)),
            unique=(spec.name, name) == ("returns", "return_id"),
        )
        for name, dtype in spec.columns.items()
    }
    return pa.DataFrameSchema(
        columns, checks=[_shape_check(spec)], name=spec.name, strict=True, ordered=True
    )


def _dtype(name: str) -> object:
    """Return the dtype behind a name; that of texts differs by what pandas keeps them in."""
    return typed_array([], TEXT).dtype if name == TEXT else name


def _shape_check(spec: FrameSpec) -> pa.Check:
    """Check columns and dtypes by name and at once.

    pandera takes columns of objects for texts, and a check a column costs a wide frame a second.
    """

    def is_as_asked(frame: pd.DataFrame) -> bool:
        found = {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
        return list(found.items()) == list(spec.columns.items())

    return pa.Check(is_as_asked, name=spec.name, ignore_na=False)


def validate_frames(form: Form, frames: Mapping[str, pd.DataFrame]) -> None:
    """Hold frames against the schemas of a form.

    Raises:
        ClusterxlError: A frame is not as its schema says, which is a mistake in this program.
    """
    schemas = frame_schemas(form)
    for name, frame in frames.items():
        for check in failing_returns(schemas[name], frame):
            raise _internal(name, check)


def rule_schema(
    form: Form, instances: Sequence[Instance], *, keys: Sequence[str] | None = None
) -> pa.DataFrameSchema:
    """Return the schema of the frame of views, with one check a rule.

    Args:
        form: The form.
        instances: The rules at their places.
        keys: The cells of which the frame has views; by default all.
    """
    by_rule: dict[str, list[Instance]] = {}
    for instance in instances:
        by_rule.setdefault(instance.rule.id, []).append(instance)
    keys = [asked.key for asked in form.inputs] if keys is None else keys
    texts = [f"{key}{TEXT_SUFFIX}" for key in keys]
    columns = dict.fromkeys(keys, NUMBER) | dict.fromkeys(texts, "object")
    checks = [_shape_check(FrameSpec(name="views", columns=columns))]
    checks += [_rule_check(form, rule, group) for rule, group in by_rule.items()]
    return pa.DataFrameSchema({}, checks=checks, index=pa.Index(TEXT, unique=True), name="views")


def _rule_check(form: Form, rule_id: str, group: Sequence[Instance]) -> pa.Check:
    rule = group[0].rule

    def passes(frame: pd.DataFrame) -> pd.Series[bool]:
        views = Views(frame, language=form.language)
        failed = np.zeros(views.size, dtype=np.bool_)
        for instance in group:
            failed |= judge(instance.judgement, views) == Verdict.FAIL
        # By place and not by name: for a mask with the index of the frame pandera copies all
        # failing rows, thousands of columns wide, to list them as failure cases.
        return pd.Series(~failed)

    # No table of failure cases: of a check over many columns it would name every column of the
    # row and leave out the blank ones. The mask of each check is all that is needed.
    return pa.Check(
        passes,
        name=rule_id,
        error=rule.title,
        statistics={"severity": rule.severity.value, "kind": rule.kind.value},
        ignore_na=False,
        n_failure_cases=0,
    )


def failing_returns(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> Failures:
    """Run the checks of a schema.

    Args:
        schema: The schema.
        frame: The frame it describes.

    Returns:
        By name of the check, which rows fail it; checks that none fails are left out.

    Raises:
        ClusterxlError: A check could not be run, which is a mistake in this program.
    """
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as found:
        return dict(_mask_of(schema, error) for error in found.schema_errors)
    return {}


def _mask_of(schema: pa.DataFrameSchema, error: SchemaError) -> tuple[str, npt.NDArray[np.bool_]]:
    output = error.check_output
    is_check = error.reason_code is SchemaErrorReason.DATAFRAME_CHECK
    if not is_check or not isinstance(output, pd.Series) or output.dtype != np.bool_:
        raise _internal(schema.name, error.reason_code) from error
    return str(error.check.name), ~output.to_numpy(dtype=np.bool_)


def _internal(what: object, reason: object) -> ClusterxlError:
    sentence = say("check.internal", what=what, reason=reason)
    return ClusterxlError(sentence, code="check.internal")
