"""The rules that follow from the definition of a form: one field at a time, in the same language.

A rule judges what stands in the cell. Each cause fails once: a blank fails GEN-REQ only, a word in
a number cell GEN-NUM only, and so on, because the others are not applicable then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from clusterxl.finding import Severity
from clusterxl.form.model import (
    BlockKind,
    Field,
    FieldType,
    Form,
    Input,
    plain_label,
    rows_of,
    year_label,
)
from clusterxl.ruleset.functions import limits_of
from clusterxl.ruleset.language import Bound
from clusterxl.ruleset.names import Names
from clusterxl.ruleset.nodes import Arithmetic, Number, NumberOf
from clusterxl.ruleset.rules import AS_NEEDED, Kind, LiveFigure, Place, Rule
from clusterxl.sentences import catalogue, say

Places = Callable[[Names], Iterator[Place]]

# Fewer characters than this tell nothing about work that has 200 to be told in.
FEW_CHARS = 20
SERIES = 3
# The rules that fail because nothing stands there yet, and not because something is wrong.
MISSING = frozenset({"GEN-REQ", "GEN-EVD"})
# Small counts stay the same for years without anything being wrong.
SMALL_COUNT = 9


@dataclass(frozen=True, slots=True)
class _Recipe:
    """A rule before it meets a form."""

    id: str
    severity: Severity
    kind: Kind
    check: str
    when: str
    places: Places


def derived_ids() -> frozenset[str]:
    """Return the ids of all rules that may follow from a definition."""
    return frozenset(recipe.id for recipe in _RECIPES)


def derive_rules(names: Names) -> tuple[Rule, ...]:
    """Derive the rules of a form from its definition; those asked nowhere are left out."""
    rules = (_rule(recipe, names) for recipe in _RECIPES)
    return tuple(rule for rule in rules if rule.places)


def _rule(recipe: _Recipe, names: Names) -> Rule:
    sentences = catalogue(names.form.language)
    return Rule(
        id=recipe.id,
        severity=recipe.severity,
        kind=recipe.kind,
        check=recipe.check,
        when=recipe.when,
        title=say(f"rule_title.{recipe.id}", lang=names.form.language),
        message=sentences[f"rule.{recipe.id}"],
        margin=sentences[f"rule_margin.{recipe.id}"],
        places=tuple(recipe.places(names)),
    )


def _asked(names: Names, *types: FieldType) -> Iterator[Input]:
    """Walk over all inputs of some types (all where none is named), explanations left out."""
    return (
        asked
        for asked in names.form.inputs
        if not asked.is_note and (not types or asked.type in types)
    )


def _one(asked: Input, n: int | None = None, /, **figures: str) -> Place:
    """A place of one cell, called `f` in the rule, with a number `n` where it needs one."""
    bound: dict[str, Bound] = {"f": (asked,)} if n is None else {"f": (asked,), "n": n}
    return Place(cells=(asked.key,), bound=bound, figures={"label": asked.label, **figures})


def _or_none(names: Names, asked: Input, sentence: str) -> str:
    """A phrase that names the form's word for "none", where that is a legal answer."""
    form = names.form
    if not form.none_word or not asked.field.none_allowed:
        return ""
    return say(sentence, lang=form.language, none=form.none_word)


def _required(names: Names) -> Iterator[Place]:
    for asked in _asked(names):
        if asked.required and not asked.owners:
            yield _one(asked, or_none=_or_none(names, asked, "rule_part.none_hint"))


def _registered(names: Names) -> Iterator[Place]:
    for asked in _asked(names):
        if asked.required and asked.owners:
            label = asked.label.removesuffix(asked.short).strip()
            yield Place(
                cells=(asked.key, *asked.owners),
                bound={"f": (asked,)},
                figures={"label": label, "column": asked.short},
            )


def _not_none(names: Names) -> Iterator[Place]:
    if names.form.none_word:
        for asked in _asked(names):
            if not asked.field.none_allowed and not asked.owners:
                yield _one(asked, none=names.form.none_word)


_CHOSEN = (FieldType.CHOICE, FieldType.PICK, FieldType.TICKS)
_NUMERIC = (FieldType.NUMBER, FieldType.COUNT)


def _numeric(names: Names) -> Iterator[Place]:
    for asked in _asked(names, *_NUMERIC):
        yield _one(asked, or_none=_or_none(names, asked, "rule_part.or_none"))


def _with_decimals(names: Names) -> Iterator[Place]:
    for asked in _asked(names, FieldType.NUMBER):
        decimals = asked.field.decimals
        if decimals is not None:
            sentence = "rule_part.decimals" if decimals else "rule_part.whole"
            wanted = say(sentence, lang=names.form.language, decimals=decimals)
            yield _one(asked, decimals, wanted=wanted)


def _whole(names: Names) -> Iterator[Place]:
    return (_one(asked) for asked in _asked(names, FieldType.COUNT))


def _is_only_not_negative(asked: Input) -> bool:
    """Whether the only limit is that a number is not negative (a count's own rule says so too)."""
    return asked.field.minimum == 0 and asked.field.maximum is None and not asked.field.share


def _shares(names: Names) -> Iterator[Place]:
    for asked in _asked(names, FieldType.NUMBER):
        if asked.field.share:
            yield _one(asked, None, **_limits(asked.field))


def _fractions(names: Names) -> Iterator[Place]:
    """Walk over the shares; the sentence says what a fraction would be in percent."""
    for place in _shares(names):
        meant = Arithmetic("*", NumberOf(place.cells[0]), Number(100))
        live = {"meant": LiveFigure(number=meant, decimals=AS_NEEDED)}
        yield replace(place, live=live)


def _limits(asked: Field) -> Mapping[str, str]:
    least, most = limits_of(asked.minimum, asked.maximum, share=asked.share)
    return {
        name: format(value, ".15g")
        for name, value in (("least", least), ("most", most))
        if value is not None
    }


def _not_negative(names: Names) -> Iterator[Place]:
    for asked in _asked(names, FieldType.NUMBER):
        if _is_only_not_negative(asked):
            yield _one(asked)


def _ranged(names: Names) -> Iterator[Place]:
    for asked in _asked(names, *_NUMERIC):
        limits = {} if asked.field.share else _limits(asked.field)
        if limits and not _is_only_not_negative(asked):
            part = "between" if len(limits) > 1 else "".join(limits)
            wanted = say(f"rule_part.{part}", lang=names.form.language, **limits)
            yield _one(asked, wanted=wanted)


def _with_options(names: Names) -> Iterator[Place]:
    for asked in _asked(names, *_CHOSEN):
        if not (asked.type is FieldType.PICK and asked.field.other):
            yield _one(asked)


def _dates(names: Names) -> Iterator[Place]:
    return (_one(asked) for asked in _asked(names, FieldType.DATE))


def _limited(names: Names) -> Iterator[Place]:
    for asked in _asked(names, FieldType.TEXT):
        if asked.field.max_chars:
            yield _one(asked, asked.field.max_chars, most=str(asked.field.max_chars))


def _long(names: Names) -> Iterator[Place]:
    for asked in _asked(names, FieldType.TEXT):
        if asked.field.is_long and not asked.block:
            yield _one(asked, FEW_CHARS, least=str(FEW_CHARS))


def _companions(names: Names) -> Iterator[tuple[Input, tuple[Input, ...]]]:
    """Pair the ticks of a field with the running text whose row stands directly above them."""
    for section in names.form.sections:
        for block in section.blocks:
            if block.kind in (BlockKind.LIST, BlockKind.EVIDENCE):
                continue
            rows = rows_of(block)
            for above, row in pairwise(rows):
                text, ticks = above[-1], row[0]
                if text.is_long and ticks.type is FieldType.TICKS and not text.years:
                    yield names.field(text.id)[0], names.field(ticks.id)


def _ticked(names: Names) -> Iterator[Place]:
    for text, ticks in _companions(names):
        label = plain_label(ticks[0].field.label)
        yield Place(
            cells=(*(asked.key for asked in ticks), text.key),
            bound={"f": ticks, "t": (text,)},
            figures={"label": label, "text": text.label},
        )


def _told(names: Names) -> Iterator[Place]:
    for text, ticks in _companions(names):
        yield Place(
            cells=(text.key, *(asked.key for asked in ticks)),
            bound={"f": ticks, "t": (text,)},
            figures={"label": text.label, "ticks": plain_label(ticks[0].field.label)},
        )


def _series(names: Names) -> Iterator[Place]:
    """Walk over the numbers of the last three years of one question."""
    base = names.form.base_year or 0
    wanted = range(base - SERIES + 1, base + 1)
    for cells in names.fields.values():
        asked = cells[0].field
        if cells[0].type not in _NUMERIC or not set(wanted) <= set(asked.years):
            continue
        for item in dict.fromkeys(cell.item for cell in cells):
            series = tuple(c for c in cells if c.item == item and c.year in wanted)
            yield Place(
                cells=tuple(cell.key for cell in series),
                bound={"s": series, "small": _small(series[0]), "full": _full(asked)},
                figures={"label": _without_year(series[0], names.form)},
            )


def _small(asked: Input) -> int:
    return SMALL_COUNT if asked.type is FieldType.COUNT else 0


def _full(asked: Field) -> int:
    """A share that is always whole, or nothing, is no copied number."""
    return 100 if asked.share else 0


def _without_year(asked: Input, form: Form) -> str:
    return asked.label.removesuffix(year_label(form, asked.year or 0)).strip()


_E, _W = Severity.ERROR, Severity.WARNING
_SAME = "s[base] == s[base-1] and s[base-1] == s[base-2]"
_TOLD = "anychosen(f) and (filled(t) or not needed(t))"
_TELLING = "abs(s[base]) > small and s[base] != full"
_RECIPES = (
    _Recipe("GEN-REQ", _E, Kind.REQUIRED, "filled(f)", "", _required),
    _Recipe("GEN-NOW", _E, Kind.FORMAT, "not none(f)", "filled(f)", _not_none),
    _Recipe("GEN-NUM", _E, Kind.FORMAT, "none(f) or isnum(f)", "filled(f)", _numeric),
    _Recipe("GEN-DEC", _E, Kind.FORMAT, "decimals(f, n)", "isnum(f)", _with_decimals),
    _Recipe("GEN-INT", _E, Kind.FORMAT, "integer(f) and f >= 0", "isnum(f)", _whole),
    _Recipe("GEN-PCT", _E, Kind.VALUE, "inrange(f)", "isnum(f)", _shares),
    _Recipe("GEN-FRA", _W, Kind.VALUE, "not 0 < f < 1", "isnum(f)", _fractions),
    _Recipe("GEN-NEG", _E, Kind.VALUE, "f >= 0", "isnum(f)", _not_negative),
    _Recipe("GEN-RNG", _E, Kind.VALUE, "inrange(f)", "isnum(f)", _ranged),
    _Recipe("GEN-OPT", _E, Kind.FORMAT, "none(f) or listed(f)", "filled(f)", _with_options),
    _Recipe("GEN-DAT", _E, Kind.FORMAT, "none(f) or isdate(f)", "filled(f)", _dates),
    _Recipe("GEN-LEN", _E, Kind.FORMAT, "chars(f) <= n", "filled(f)", _limited),
    _Recipe("GEN-LN2", _W, Kind.FORMAT, "chars(f) >= n", "valued(f)", _long),
    _Recipe("GEN-EVD", _E, Kind.EVIDENCE, "valued(f)", "needed(f)", _registered),
    _Recipe("GEN-BOX", _W, Kind.LOGIC, "anychosen(f)", "valued(t)", _ticked),
    _Recipe("GEN-TXT", _W, Kind.LOGIC, "valued(t)", _TOLD, _told),
    _Recipe("GEN-SAM", _W, Kind.VALUE, f"not ({_SAME})", _TELLING, _series),
)
