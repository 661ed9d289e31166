"""Small forms and complete answers to them, as hypothesis draws them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from clusterxl.form.answers import TICKED, UNTICKED, canonical_text, choice_line
from clusterxl.form.model import Field, FieldType, Form, Input
from clusterxl.sentences import say
from clusterxl.testing.expressions import Value

PLACES = (
    ("North", "Oak"),
    ("North", "Elm = 1"),
    ("South, far", "Oak"),
    ("South, far", "松山 & 湖"),
)
ODD_SIGNS = "\"'&<>=+-@#%*?_[](),;:!|/\\"
LETTERS = "abcXYZ0189产业集群值（）：。，\uff05" + ODD_SIGNS
WORDS = st.text(st.sampled_from(LETTERS + " "), min_size=1, max_size=14).map(
    lambda text: "L" + text.rstrip()
)
# What people type, and what a writer or reader may stumble over.
TYPED = st.one_of(
    st.text(st.sampled_from(LETTERS), min_size=3, max_size=30),
    st.text(st.characters(min_codepoint=0x20, exclude_categories=["C", "Z"]), min_size=3),
    st.sampled_from(
        ["=1+1", "-5 °C", "+86 20", "@home", "_x0041_", "007", "1e5", "TRUE", "two\nlines"]
    ),
)


def drawn(examples: int) -> settings:
    """Return how so many forms are drawn: the same ones each time."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        # A whole form hardly shrinks; what failed is printed anyway.
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a cell must be read as."""

    status: str
    number: float | None = None
    text: str = ""


BLANK = Expectation(status="blank")


def write_form(folder: Path, form: Mapping[str, Any]) -> Path:
    """Write a definition as a folder; JSON texts, numbers and lists are TOML as well."""
    head = {
        key: value for key, value in form.items() if not isinstance(value, list) or key == "levels"
    }
    lines = [f"{key} = {_toml(value)}" for key, value in head.items()]
    lines += [f"section = {_toml(form['section'])}"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "form.toml").write_text("\n".join(lines), encoding="utf-8", newline="\n")
    rows = [f'"{group}","{unit}"' for group, unit in PLACES]
    (folder / "lists").mkdir(exist_ok=True)
    table = "\n".join(["group,unit", *rows])
    (folder / "lists" / "places.csv").write_text(table, encoding="utf-8", newline="\n")
    return folder


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the definition of a small form with any kind of block and field."""
    maker = Maker(
        draw, has_years=draw(st.booleans()), none_word=draw(st.sampled_from(["", "无", "n/a"]))
    )
    form: dict[str, Any] = {
        "id": "drawn",
        "title": draw(WORDS),
        "language": draw(st.sampled_from(["zh", "en"])),
        "subject": "name",
    }
    if maker.none_word:
        form["none"] = maker.none_word
    if maker.has_years:
        form |= {"base_year": 2022, "years": draw(st.integers(1, 4))}
    first: dict[str, Any] = {"kind": "rows", "field": [maker.subject(), maker.number()]}
    if draw(st.booleans()):
        form["levels"] = ["place_group", "place_unit"]
        first["field"] += maker.levels()
    sections = [maker.section("page", [first, maker.rows()])]
    kinds = draw(st.lists(st.sampled_from(["page", "flow", "cover", "list"]), max_size=2))
    sections += [maker.section(kind, maker.blocks(kind)) for kind in kinds]
    if maker.has_evidence:
        sections.append(maker.section("list", [maker.evidence()]))
    return form | {"section": sections}


class Maker:
    """Makes blocks and fields with ids of their own."""

    def __init__(self, draw: st.DrawFn, *, has_years: bool, none_word: str) -> None:
        self.draw = draw
        self.has_years = has_years
        self.none_word = none_word
        self.has_evidence = False
        self._count = 0

    def _id(self) -> str:
        self._count += 1
        return f"q{self._count}"

    def section(self, kind: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
        name = self._id()
        sheet = self.draw(st.sampled_from([f"S {name}", f"表 {name}", f"It's {name}"]))
        return {
            "id": name,
            "sheet": sheet,
            "kind": kind,
            "title": self.draw(WORDS),
            "block": blocks,
        }

    def blocks(self, kind: str) -> list[dict[str, Any]]:
        """Draw the blocks of a further section."""
        if kind == "cover":
            return [self.lines()]
        if kind == "list":
            return [self.listed()]
        makers = [self.rows, self.matrix, self.counted, self.targets, self.lines]
        return [
            make() for make in self.draw(st.lists(st.sampled_from(makers), min_size=1, max_size=2))
        ]

    def subject(self) -> dict[str, Any]:
        return (
            {"id": "name", "label": self.draw(WORDS), "type": "text", "none": False}
            if (self.none_word)
            else {"id": "name", "label": self.draw(WORDS), "type": "text"}
        )

    def levels(self) -> list[dict[str, Any]]:
        group = {"id": "place_group", "label": "Group", "type": "pick", "options": "places.group"}
        unit = {"id": "place_unit", "label": "Unit", "type": "pick", "options": "places.unit"}
        return [group, unit | {"within": "place_group"}]

    def rows(self) -> dict[str, Any]:
        makers = [
            self.number,
            self.count,
            self.text,
            self.choice,
            self.pick,
            self.ticks,
            self.other,
        ]
        fields = [
            make() for make in self.draw(st.lists(st.sampled_from(makers), min_size=1, max_size=5))
        ]
        return {"kind": "rows", "field": fields}

    def lines(self) -> dict[str, Any]:
        return {"kind": "lines", "field": [self.plain(), self.number(years=False), self.other()]}

    def matrix(self) -> dict[str, Any]:
        field = self.count() | {"items": self.items()}
        return {"kind": "matrix", "column": self.items(), "field": [field]}

    def counted(self) -> dict[str, Any]:
        pair = [self.count(years=False), self.plain() | {"beside": True}]
        return {"kind": "counted", "label": self.draw(WORDS), "field": pair}

    def targets(self) -> dict[str, Any]:
        columns = self.items()
        fields = [self.number(years=False), self.plain() | {"spare": True}, self.plain()]
        heads = ["A", "B", *(column["label"] for column in columns)]
        return {"kind": "targets", "columns": heads, "column": columns, "field": fields}

    def listed(self) -> dict[str, Any]:
        # A list need not be used, so none of its cells is ever required.
        place = {key: value for key, value in self.pick().items() if key != "required"}
        fields = [self.plain(), self.bare_number(), place]
        return {"kind": "list", "id": self._id(), "label": "List", "rows": 4, "field": fields}

    def evidence(self) -> dict[str, Any]:
        fields = [self.plain() | {"required": True}]
        heads = ["No.", "What", "Needed", "Material"]
        return {"kind": "evidence", "id": "evidence", "columns": heads, "field": fields}

    def items(self) -> list[dict[str, str]]:
        labels = self.draw(
            st.lists(WORDS, min_size=1, max_size=3, unique_by=lambda t: t.split()[0])
        )
        return [{"id": f"o{n}", "label": label} for n, label in enumerate(labels)]

    def _asked(self, kind: str, **more: Any) -> dict[str, Any]:
        asked = {"id": self._id(), "label": self.draw(WORDS), "type": kind, **more}
        if self.draw(st.booleans()):
            asked["required"] = self.draw(st.booleans())
        return asked

    def _numeric(self, kind: str, *, years: bool, **more: Any) -> dict[str, Any]:
        asked = self._asked(kind, **more)
        if years and self.has_years and self.draw(st.booleans()):
            asked["years"] = True
        if self.draw(st.integers(0, 4)) == 0:
            asked["evidence"] = "positive"
            self.has_evidence = True
        return asked

    def number(self, *, years: bool = True) -> dict[str, Any]:
        more: dict[str, Any] = self.draw(
            st.sampled_from([{}, {"min": 0}, {"min": -5, "max": 5}, {"share": True}, {"max": 1e6}])
        )
        more = more | self.draw(st.sampled_from([{}, {"decimals": 0}, {"decimals": 3}]))
        return self._numeric("number", years=years, **more)

    def bare_number(self) -> dict[str, Any]:
        return {"id": self._id(), "label": self.draw(WORDS), "type": "number"}

    def count(self, *, years: bool = True) -> dict[str, Any]:
        return self._numeric("count", years=years)

    def text(self) -> dict[str, Any]:
        return self._asked("text", max_chars=self.draw(st.sampled_from([0, 40, 200])))

    def plain(self) -> dict[str, Any]:
        return {"id": self._id(), "label": self.draw(WORDS), "type": "text"}

    def choice(self) -> dict[str, Any]:
        return self._asked("choice", items=self.items())

    def ticks(self) -> dict[str, Any]:
        self.has_evidence = True
        return {
            "id": self._id(),
            "label": self.draw(WORDS),
            "type": "ticks",
            "items": self.items(),
            "evidence": "ticked",
        }

    def pick(self) -> dict[str, Any]:
        return self._asked("pick", options="places.unit", other=self.draw(st.booleans()))

    def other(self) -> dict[str, Any]:
        return self._asked(self.draw(st.sampled_from(["date", "phone"])))


def answers_to(draw: st.DrawFn, form: Form) -> tuple[dict[str, Value], dict[str, Expectation]]:
    """Draw complete answers that break no rule, and what they must be read as."""
    typed: dict[str, Value] = {}
    expected: dict[str, Expectation] = {}
    for cell in form.inputs:
        if _is_left_blank(draw, form, cell, typed):
            expected[cell.key] = BLANK
            continue
        answer, expectation = _drawn(draw, form, cell, typed)
        typed[cell.key] = answer
        expected[cell.key] = expectation
    return typed, expected


def _is_left_blank(draw: st.DrawFn, form: Form, cell: Input, typed: Mapping[str, Value]) -> bool:
    if cell.owners:
        return not any(_asks_evidence(typed.get(owner, "")) for owner in cell.owners)
    if cell.type is FieldType.TICKS or cell.required or cell.field.is_long:
        return False
    return draw(st.booleans())


def _asks_evidence(value: Value) -> bool:
    return value == TICKED if isinstance(value, str) else value > 0


def _drawn(
    draw: st.DrawFn, form: Form, cell: Input, typed: Mapping[str, Value]
) -> tuple[Value, Expectation]:
    asked, none = cell.field, form.none_word
    takes_none = none and asked.none_allowed and not cell.is_note and not asked.is_long
    if takes_none and not cell.owners and draw(st.integers(0, 5)) == 0:
        return none, Expectation(status="none", text=none)
    if cell.type.is_numeric:
        number = _number(
            draw, asked, {v for k, v in typed.items() if form.by_key[k].field is asked}
        )
        return number, Expectation(status="value", number=number)
    if cell.type is FieldType.TICKS and cell.option:
        # The first is always ticked: running text above ticks of which none is set is doubtful.
        is_ticked = cell.option is asked.items[0] or draw(st.booleans())
        sign = TICKED if is_ticked else UNTICKED
        return sign, Expectation(status="value", number=float(is_ticked), text=sign)
    if cell.type is FieldType.CHOICE:
        item = draw(st.sampled_from(asked.items))
        return choice_line(asked, item.id), Expectation(
            status="value", text=canonical_text(item.label)
        )
    text = _text(draw, form, cell, typed)
    return text, Expectation(status="value", text=text)


def _number(draw: st.DrawFn, asked: Field, before: set[Value]) -> float:
    low = asked.minimum if asked.minimum is not None else 0.0 if asked.share else -1e9
    high = asked.maximum if asked.maximum is not None else 100.0 if asked.share else 1e9
    decimals = (
        0 if asked.type is FieldType.COUNT else 5 if asked.decimals is None else asked.decimals
    )
    scale = 10.0**decimals
    # A share between 0 and 1, and the same number every year, are doubtful.
    wanted = st.integers(round(low * scale), round(high * scale)).map(lambda n: n / scale)
    return draw(wanted.filter(lambda n: n not in before and not (asked.share and 0 < n < 1)))


def _text(draw: st.DrawFn, form: Form, cell: Input, typed: Mapping[str, Value]) -> str:
    asked = cell.field
    if cell.type is FieldType.PICK:
        return draw(st.sampled_from(form.options_of(asked, str(typed.get(asked.within, "")))))
    if cell.type is FieldType.DATE:
        return draw(st.dates(min_value=_day(2000), max_value=_day(2090))).isoformat()
    if cell.type is FieldType.PHONE:
        return draw(st.sampled_from(["0755-00001234", "13800000000", "+44 20 7946 0000"]))
    text = draw(TYPED)
    if asked.is_long:
        text = (text + "；示例 sample " * 3)[: asked.max_chars]
    text = (text[: asked.max_chars] if asked.max_chars else text).strip()
    # A word that people write for "none" is read as that, and no text to come back.
    return "示例" if text.casefold() in _words_for_none(form) else text


def _words_for_none(form: Form) -> frozenset[str]:
    names = ("normalise.none_words", "normalise.not_applicable_words")
    words = (say(name, lang=form.language).split("|") for name in names)
    return frozenset(word.casefold() for found in words for word in (*found, form.none_word))


def _day(year: int) -> Any:
    from datetime import date

    return date(year, 1, 1)
