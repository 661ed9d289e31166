"""What respondents get wrong: each defect, where it may stand, and the finding it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clusterxl.errors import DefinitionError
from clusterxl.form.layout import lay_out
from clusterxl.form.model import FieldType, Form, Input, make_key
from clusterxl.form.roster import Unit
from clusterxl.sentences import say
from clusterxl.testing.expressions import Value
from clusterxl.testing.profile import Place
from clusterxl.testing.simulate import Answers, Respondent, play_respondent, told_of

AT = "@"
FEW_CHARS = 5
MANY = 1000
SERIES = 3
# Full-width forms lie this far behind their plain twins.
WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789.-"}
# A series of smaller numbers may stay the same; a whole share may as well.
TELLING = 10
WHOLE = 100


class Defect(StrEnum):
    """A defect that any form may have; more stand in a form's own simulate.toml."""

    BLANK = "blank"
    NONE = "none"
    NONE_FORBIDDEN = "none_forbidden"
    TEXT_NUMBER = "text_number"
    FULL_WIDTH = "full_width"
    PERCENT_SIGN = "percent_sign"
    MEASURE = "measure"
    ABOUT = "about"
    THOUSANDS = "thousands"
    WORD = "word"
    TOO_MANY_DECIMALS = "too_many_decimals"
    NOT_WHOLE = "not_whole"
    OUT_OF_RANGE = "out_of_range"
    FRACTION = "fraction"
    SAME_YEARS = "same_years"
    WRONG_OPTION = "wrong_option"
    WRONG_DATE = "wrong_date"
    OVER_LONG = "over_long"
    TOO_SHORT = "too_short"
    NO_EVIDENCE = "no_evidence"
    LOST_NAME = "lost_name"
    LOST_CELL = "lost_cell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A finding that a defect must give.

    Attributes:
        code: Its code.
        key: Key of its first cell.
    """

    code: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """One simulated respondent.

    Attributes:
        answers: What is typed, by key.
        expected: The findings its defects must give, in the order of the defects.
        unnamed: Keys of cells whose defined names are gone.
        lost: Keys of cells of which nothing is left that says where they are.
    """

    answers: Mapping[str, Value]
    expected: tuple[Expected, ...] = ()
    unnamed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def simulate_defects(
    form: Form,
    *,
    unit: Unit | None = None,
    seed: int = 0,
    subject_no: int = 1,
    defects: Sequence[str] = (),
) -> Simulation:
    """Make up the answers of one subject, with defects in them.

    Args:
        form: The form.
        unit: The unit that answers.
        seed: The same seed gives the same answers and puts the defects into the same cells.
        subject_no: Which subject of the unit, from 1.
        defects: Names of defects: of `Defect` or of the form's simulate.toml; with `@` and a key
            behind it (`blank@area_km2`) in that cell.

    Returns:
        The answers and the findings they must give.

    Raises:
        DefinitionError: There is no such defect, no cell that suits it, or the simulate.toml is
            wrong.
    """
    respondent = play_respondent(form, unit=unit, seed=seed, subject_no=subject_no)
    answers = dict(respondent.answers)
    expected: list[Expected] = []
    unnamed: list[str] = []
    lost: list[str] = []
    touched: set[str] = set()
    for given in defects:
        name, _, key = given.partition(AT)
        if name in respondent.profile.defects:
            found = _own(respondent, name)
        else:
            found = _spoiled(respondent, _named(respondent, name), key, touched)
        answers |= found.answers
        expected += found.expected
        unnamed += found.unnamed
        lost += found.lost
        touched |= {*found.answers, *found.unnamed, *found.lost}
    kept = {key: typed for key, typed in answers.items() if typed != ""}
    return Simulation(
        answers=kept, expected=tuple(expected), unnamed=tuple(unnamed), lost=tuple(lost)
    )


def _named(respondent: Respondent, name: str) -> Defect:
    try:
        return Defect(name)
    except ValueError as error:
        known = ", ".join([*Defect, *respondent.profile.defects])
        sentence = say("testing.unknown_defect", defect=name, known=known)
        raise DefinitionError(sentence, code="testing.unknown_defect") from error


def _own(respondent: Respondent, name: str) -> Simulation:
    """Put in a defect of the form's own."""
    defect = respondent.profile.defects[name]
    with told_of(f"defect {name}"):
        return Simulation(
            answers={
                _key_of(respondent, place): respondent.work_out(value)
                for place, value in defect.typed
            },
            expected=tuple(
                Expected(code=code, key=_key_of(respondent, place))
                for code, place in defect.expects
            ),
        )


def _key_of(respondent: Respondent, place: Place) -> str:
    year = int(respondent.number(place.year)) if place.year else None
    return make_key(place.field, year=year, item=place.item)


def _spoiled(respondent: Respondent, defect: Defect, key: str, touched: set[str]) -> Simulation:
    """Put a defect into the cell named by `key`, or into any that suits it."""
    spoiler = _SPOILERS[defect]
    cells = [
        cell
        for cell in _candidates(respondent)
        if cell.key not in touched
        and (not key or cell.key == key)
        and spoiler.suits(respondent, cell)
    ]
    if not cells:
        sentence = say("testing.no_place_for_defect", defect=f"{defect}{AT * bool(key)}{key}")
        raise DefinitionError(sentence, code="testing.no_place_for_defect")
    cell = respondent.random.choice(cells)
    if defect is Defect.LOST_NAME:
        told = Expected(code="READ-BYMAP", key=cell.key)
        return Simulation(answers={}, expected=(told,), unnamed=(cell.key,))
    if defect is Defect.LOST_CELL:
        gone = Expected(code="INT-LABEL", key=""), Expected(code="READ-LOST", key=cell.key)
        return Simulation(answers={cell.key: ""}, expected=gone, lost=(cell.key,))
    typed = spoiler.typed(respondent, cell)
    code = spoiler.code or _range_code(cell)
    first = next(iter(typed))
    expected = (Expected(code=code, key=first),) if defect is not Defect.NONE else ()
    return Simulation(answers=typed, expected=expected)


def _candidates(respondent: Respondent) -> Iterator[Input]:
    """Walk over the answered cells, grouping levels and the rows of lists left out."""
    form = respondent.form
    for cell in form.inputs:
        if cell.key in respondent.answers and not cell.row and cell.key not in form.levels:
            yield cell


def _range_code(cell: Input) -> str:
    """Tell which rule watches over the range of a cell."""
    if cell.field.share:
        return "GEN-PCT"
    if cell.type is FieldType.COUNT and cell.field.maximum is None:
        return "GEN-INT"
    is_only_not_negative = cell.field.minimum == 0 and cell.field.maximum is None
    return "GEN-NEG" if is_only_not_negative else "GEN-RNG"


Test = Callable[[Respondent, Input], bool]
Typing = Callable[[Respondent, Input], Answers]


@dataclass(frozen=True, slots=True)
class _Spoiler:
    """One defect: where it may stand, what is typed, and the code of its finding."""

    suits: Test
    typed: Typing
    code: str = ""


def _value(respondent: Respondent, cell: Input) -> float:
    """Return the number that stands in a cell; 0 for anything else."""
    typed = respondent.answers.get(cell.key, "")
    return 0.0 if isinstance(typed, str) else float(typed)


def _is_number(respondent: Respondent, cell: Input) -> bool:
    return cell.type.is_numeric and _value(respondent, cell) > 0


def _has_measure(*, percent: bool) -> Test:
    def suits(respondent: Respondent, cell: Input) -> bool:
        measure = cell.field.measure
        return _is_number(respondent, cell) and bool(measure) and (measure == "%") is percent

    return suits


def _is(*types: FieldType) -> Test:
    return lambda _, cell: cell.type in types


def _as_text(change: Callable[[Respondent, Input, str], str]) -> Typing:
    """Type the number of a cell as a text of some kind."""

    def typed(respondent: Respondent, cell: Input) -> Answers:
        number = _value(respondent, cell)
        plain = f"{number:.0f}" if cell.type is FieldType.COUNT else f"{number:.2f}"
        return {cell.key: change(respondent, cell, plain)}

    return typed


def _as_number(change: Callable[[Input, float], float]) -> Typing:
    return lambda respondent, cell: {cell.key: change(cell, _value(respondent, cell))}


def _say(name: str) -> Typing:
    return lambda respondent, cell: {cell.key: say(name, lang=respondent.form.language)}


def _blank(_: Respondent, cell: Input) -> Answers:
    return {cell.key: ""}


def _none(respondent: Respondent, cell: Input) -> Answers:
    return {cell.key: respondent.form.none_word}


def _may_be_blank(_: Respondent, cell: Input) -> bool:
    return cell.required and not cell.owners and cell.type is not FieldType.TICKS


def _may_be_lost(respondent: Respondent, cell: Input) -> bool:
    """Whether a label stands in its row; of a cell without, the place still says which it is."""
    layout = lay_out(respondent.form)
    place = layout.places[cell.key]
    labels = (d for s in layout.sheets if s.name == place.sheet for d in s.drawn if not d.box.key)
    return _may_be_blank(respondent, cell) and any(
        drawn.place.row == place.row and drawn.box.text for drawn in labels
    )


def _takes_none(*, allowed: bool) -> Test:
    def suits(respondent: Respondent, cell: Input) -> bool:
        kinds = (
            (FieldType.NUMBER, FieldType.COUNT) if allowed else (FieldType.TEXT, FieldType.PHONE)
        )
        is_kind = cell.type in kinds and not cell.owners
        return bool(respondent.form.none_word) and is_kind and cell.field.none_allowed is allowed

    return suits


def _too_far(cell: Input, number: float) -> float:
    """Move a number out of the range of its cell."""
    if cell.field.share:
        return WHOLE + number
    if cell.field.maximum is not None:
        return cell.field.maximum + abs(number) + 1
    return (cell.field.minimum or 0.0) - abs(number) - 1


def _has_range(respondent: Respondent, cell: Input) -> bool:
    has_limit = cell.field.minimum is not None or cell.field.maximum is not None
    return _is_number(respondent, cell) and (has_limit or cell.field.share)


def _more_decimals(cell: Input, number: float) -> float:
    decimals = cell.field.decimals or 0
    return round(number + 4 / 10.0 ** (decimals + 1), decimals + 1)


def _series(respondent: Respondent, cell: Input) -> Sequence[str]:
    """Return the cells of the same question over the years, where they are three big numbers."""
    years = cell.field.years[-3:]
    if len(years) < SERIES or cell.year != years[0] or not cell.type.is_numeric:
        return ()
    keys = [make_key(cell.field.id, year=year, item=cell.item) for year in years]
    values = [respondent.answers.get(key, "") for key in keys]
    telling = [v for v in values if not isinstance(v, str) and v > TELLING and v != WHOLE]
    return keys if len(telling) == len(keys) else ()


def _repeated(respondent: Respondent, cell: Input) -> Answers:
    return dict.fromkeys(_series(respondent, cell), respondent.answers[cell.key])


def _limit(cell: Input) -> int:
    return cell.field.max_chars if cell.type is FieldType.TEXT and not cell.owners else 0


def _over_long(respondent: Respondent, cell: Input) -> Answers:
    text = str(respondent.answers[cell.key])
    return {cell.key: (text * (_limit(cell) // max(len(text), 1) + 2))[: _limit(cell) + 8]}


def _misses_option(_: Respondent, cell: Input) -> bool:
    return cell.type is FieldType.CHOICE or (cell.type is FieldType.PICK and not cell.field.other)


_NUMBER_AS_WORD = "GEN-NUM"
_SPOILERS: Mapping[Defect, _Spoiler] = {
    Defect.BLANK: _Spoiler(_may_be_blank, _blank, "GEN-REQ"),
    Defect.NONE: _Spoiler(_takes_none(allowed=True), _none, "-"),
    Defect.NONE_FORBIDDEN: _Spoiler(_takes_none(allowed=False), _none, "GEN-NOW"),
    Defect.TEXT_NUMBER: _Spoiler(_is_number, _as_text(lambda r, c, n: n), _NUMBER_AS_WORD),
    Defect.FULL_WIDTH: _Spoiler(
        _is_number, _as_text(lambda r, c, n: n.translate(WIDE)), _NUMBER_AS_WORD
    ),
    Defect.PERCENT_SIGN: _Spoiler(
        _has_measure(percent=True), _as_text(lambda r, c, n: f"{n}%"), _NUMBER_AS_WORD
    ),
    Defect.MEASURE: _Spoiler(
        _has_measure(percent=False), _as_text(lambda r, c, n: n + c.field.measure), _NUMBER_AS_WORD
    ),
    Defect.ABOUT: _Spoiler(
        _is_number,
        _as_text(lambda r, c, n: say("testing.about", lang=r.form.language, number=n)),
        _NUMBER_AS_WORD,
    ),
    Defect.THOUSANDS: _Spoiler(
        lambda r, c: _is_number(r, c) and _value(r, c) >= MANY,
        _as_text(lambda r, c, n: f"{float(n):,}".removesuffix(".0")),
        _NUMBER_AS_WORD,
    ),
    Defect.WORD: _Spoiler(_is_number, _say("testing.word"), _NUMBER_AS_WORD),
    Defect.TOO_MANY_DECIMALS: _Spoiler(
        lambda r, c: (
            _is_number(r, c) and c.type is FieldType.NUMBER and c.field.decimals is not None
        ),
        _as_number(_more_decimals),
        "GEN-DEC",
    ),
    Defect.NOT_WHOLE: _Spoiler(
        _is(FieldType.COUNT), _as_number(lambda _, number: number + 0.5), "GEN-INT"
    ),
    Defect.OUT_OF_RANGE: _Spoiler(_has_range, _as_number(_too_far)),
    Defect.FRACTION: _Spoiler(
        lambda r, c: c.field.share and 1 <= _value(r, c) < WHOLE,
        _as_number(lambda _, number: round(number / WHOLE, 2)),
        "GEN-FRA",
    ),
    Defect.SAME_YEARS: _Spoiler(lambda r, c: bool(_series(r, c)), _repeated, "GEN-SAM"),
    Defect.WRONG_OPTION: _Spoiler(_misses_option, _say("testing.wrong_option"), "GEN-OPT"),
    Defect.WRONG_DATE: _Spoiler(_is(FieldType.DATE), _say("testing.wrong_date"), "GEN-DAT"),
    Defect.OVER_LONG: _Spoiler(lambda _, c: _limit(c) > 0, _over_long, "GEN-LEN"),
    Defect.TOO_SHORT: _Spoiler(
        lambda _, c: c.field.is_long and not c.owners,
        lambda r, c: {c.key: str(r.answers[c.key])[:FEW_CHARS]},
        "GEN-LN2",
    ),
    Defect.NO_EVIDENCE: _Spoiler(lambda _, c: bool(c.owners) and c.required, _blank, "GEN-EVD"),
    Defect.LOST_NAME: _Spoiler(_may_be_blank, _blank),
    Defect.LOST_CELL: _Spoiler(_may_be_lost, _blank),
}
