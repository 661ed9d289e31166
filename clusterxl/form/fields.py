"""What a form is made of: fields, items, blocks, sections; no answer, no address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FieldType(StrEnum):
    """What an input cell takes."""

    NUMBER = "number"
    COUNT = "count"
    TEXT = "text"
    CHOICE = "choice"
    PICK = "pick"
    TICKS = "ticks"
    DATE = "date"
    PHONE = "phone"

    @property
    def is_numeric(self) -> bool:
        """Whether the cell takes a number."""
        return self in (FieldType.NUMBER, FieldType.COUNT)


class BlockKind(StrEnum):
    """How a block is drawn; docs/form-language.md shows each."""

    TEXT = "text"
    LINES = "lines"
    ROWS = "rows"
    MATRIX = "matrix"
    COUNTED = "counted"
    TARGETS = "targets"
    LIST = "list"
    EVIDENCE = "evidence"
    STATEMENT = "statement"


class SectionKind(StrEnum):
    """What a sheet is on paper."""

    COVER = "cover"
    PAGE = "page"
    FLOW = "flow"
    LIST = "list"


class NoneMeans(StrEnum):
    """What the word for "none" stands for in a rule that calculates."""

    ZERO = "zero"
    NOT_APPLICABLE = "na"


class AggregateKind(StrEnum):
    """How a field is summed up over returns."""

    SUM = "sum"
    MEAN = "mean"
    RATIO = "ratio"
    COUNT = "count"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """How a field is summed up over returns.

    Attributes:
        kind: SUM adds; MEAN weighs by `weight`; RATIO divides the sums of two fields;
            COUNT counts answers by option; NONE is shown, never summed up.
        weight: Field whose value of the same year weighs a MEAN.
        over: RATIO: ids of the fields above and below the line.
        times: RATIO: factor on the quotient.
    """

    kind: AggregateKind = AggregateKind.NONE
    weight: str = ""
    over: tuple[str, str] | tuple[()] = ()
    times: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A row, column or option of a field.

    Attributes:
        id: ASCII id, part of the key.
        label: Label, verbatim.
    """

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How a field is drawn; everything has a default that suits its type.

    Attributes:
        height: Natural height of its row in points; 0 is the default of the type.
        grow: Weight with which its rows share the free height of a page; -1 the type's default.
        label_px: Width of the label in px; 0 is the default of the type, -1 leaves it undrawn.
        stack: Years stand under each other instead of side by side.
        beside: The field shares the row of the field before it.
        own_head: A row of year heads stands directly above the values.
        group: Label merged over this field and all that follow with the same group.
        prompt: Text inside the answer area, above the answer.
        after: Text behind the answer (a measure word, a remark in brackets).
        lead: Text above the options.
        note: Text below the answer or options.
        lines: Lines of text a long answer must have room for.
    """

    height: float = 0
    grow: float = -1
    label_px: int = 0
    stack: bool = False
    beside: bool = False
    own_head: bool = False
    group: str = ""
    prompt: str = ""
    after: str = ""
    lead: str = ""
    note: str = ""
    lines: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of the form.

    Attributes:
        id: ASCII id, unique in the form.
        label: Label, verbatim, years filled in.
        type: What its cells take.
        hint: The part of the label that is printed smaller (limits, remarks).
        measure: Unit of measurement, empty for pure counts and texts.
        years: The years it is asked for; empty when it has none.
        items: Options of a choice or of ticks; rows of a matrix.
        columns: Columns of a matrix or of a target row.
        options: `list.column` of the option list of a PICK.
        within: Field whose answer narrows the options of a PICK.
        other: A PICK takes answers outside its list too.
        required: A blank answer is an error.
        none_allowed: The form's word for "none" is a legal answer.
        none_means: What that word stands for in calculations.
        decimals: Most decimals; None for any number.
        minimum: Smallest legal number.
        maximum: Largest legal number.
        max_chars: Most characters of a text; 0 for no limit.
        share: A part of a whole in percent (0–100).
        aggregate: How it is summed up over returns.
        personal: Holds personal data, shown only where asked for.
        evidence: What makes evidence necessary: an option id of a choice, `ticked` (each
            option ticked), `positive`, `filled`; empty when none is asked for.
        evidence_label: Wording of its row in the evidence list; its label when empty.
        spare: A row whose indicator the respondent names; all its cells are optional.
        draw: How it is drawn.
    """

    id: str
    label: str
    type: FieldType
    hint: str = ""
    measure: str = ""
    years: tuple[int, ...] = ()
    items: tuple[Item, ...] = ()
    columns: tuple[Item, ...] = ()
    options: str = ""
    within: str = ""
    other: bool = False
    required: bool = True
    none_allowed: bool = True
    none_means: NoneMeans = NoneMeans.NOT_APPLICABLE
    decimals: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_chars: int = 0
    share: bool = False
    aggregate: Aggregate = Aggregate()
    personal: bool = False
    evidence: str = ""
    evidence_label: str = ""
    spare: bool = False
    draw: Drawing = Drawing()

    @property
    def is_long(self) -> bool:
        """Whether it takes running text rather than a word or a name."""
        return self.type is FieldType.TEXT and self.max_chars >= LONG_TEXT


LONG_TEXT = 100
# Item of the cell in which the respondent names a spare indicator.
SPARE_NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A fixed piece of text on a sheet.

    Attributes:
        text: Its wording, verbatim, years filled in.
        style: `title`, `mark`, `maker`, `heading`, `subheading`, `body`, `plain`, `small`,
            `remark`, `space`, `sign`, `seal`, `date`.
        height: Row height in points; 0 to have it estimated.
    """

    text: str
    style: str = "plain"
    height: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a section that is drawn in one manner.

    Attributes:
        kind: How it is drawn.
        id: ASCII id; the first part of the keys of a LIST or EVIDENCE block.
        label: Label merged over the whole block at its left, or the head of a statement.
        head: Text of the head row; empty for none.
        fields: Its questions; the columns of a LIST or EVIDENCE block.
        texts: Its fixed texts, in order.
        columns: Column heads of a TARGETS block, the two label columns first.
        widths: Widths in px of its columns or parts, left to right; empty for the defaults.
        rows: Rows of a LIST.
    """

    kind: BlockKind
    id: str = ""
    label: str = ""
    head: str = ""
    fields: tuple[Field, ...] = ()
    texts: tuple[Text, ...] = ()
    columns: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One sheet of the form.

    Attributes:
        id: ASCII id.
        sheet: Name of the sheet.
        title: Title on the sheet; empty for none.
        name: What strip and 校验 call it (`表二`, `封面`).
        kind: What it is on paper.
        page: Page number of its first page; 0 to go on from the sheet before, -1 for none.
        page_height: Points of rows a page is filled up to (846 is a full page).
        blocks: Its parts, top to bottom.
        widths: Default widths in px by part (`label`, `long_label`, `tick`, …).
    """

    id: str
    sheet: str
    title: str = ""
    name: str = ""
    kind: SectionKind = SectionKind.PAGE
    page: int = 0
    page_height: float = 846
    blocks: tuple[Block, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
