"""A small form with every way of summing up, and returns to it, for aggregate and report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hand_returns import Typed, return_of

from clusterxl.form.answers import TICKED, UNTICKED, choice_line
from clusterxl.form.model import (
    Aggregate,
    AggregateKind,
    Block,
    BlockKind,
    ComparisonSpec,
    Field,
    FieldType,
    Figure,
    Form,
    Item,
    NoneMeans,
    Section,
)
from clusterxl.normalise import Records, normalise_returns
from clusterxl.read import Return
from clusterxl.report.tables import Column, Table

YEARS = (2020, 2021, 2022)
CITIES = ("甲市", "乙市", "丙市")
CANARY = "苏某某0755-00001234"
# What a batch tells of its groups.
GROUPS = Table(title="各市情况", note="", columns=[Column(head="各市", px=84)], rows=[["甲市"]])


def number(field_id: str, label: str, **more: Any) -> Field:
    """Return a question that takes a number."""
    settled: dict[str, Any] = {"type": FieldType.NUMBER, "aggregate": summed()}
    return Field(id=field_id, label=label, **(settled | more))


def summed() -> Aggregate:
    """Return the simplest way of summing up."""
    return Aggregate(kind=AggregateKind.SUM)


OUTPUT = number("output", "总产值（亿元）", measure="亿元", years=YEARS)
SHARE = number(
    "share",
    "占比（%）",
    measure="%",
    years=YEARS,
    share=True,
    aggregate=Aggregate(kind=AggregateKind.MEAN, weight="output"),
)
FIRMS = number(
    "firms",
    "企业数",
    measure="家",
    type=FieldType.COUNT,
    years=YEARS,
    none_means=NoneMeans.ZERO,
)
PATENTS = number("patents", "专利", measure="件", type=FieldType.COUNT)
RATE = number(
    "rate",
    "每企业专利",
    measure="件/家",
    aggregate=Aggregate(kind=AggregateKind.RATIO, over=("patents", "firms"), times=10),
)
AREA = number("area", "面积", measure="平方公里", aggregate=Aggregate())
KIND = Field(
    id="kind",
    label="类型",
    type=FieldType.CHOICE,
    items=(Item(id="a", label="第一类"), Item(id="b", label="第二类")),
    aggregate=Aggregate(kind=AggregateKind.COUNT),
    none_allowed=False,
)
WORK = Field(
    id="work",
    label="已开展",
    type=FieldType.TICKS,
    items=(Item(id="x", label="共享"), Item(id="y", label="采购")),
    aggregate=Aggregate(kind=AggregateKind.COUNT),
)
STORY = Field(id="story", label="情况", type=FieldType.TEXT, max_chars=200)
CITY = Field(id="city", label="市", type=FieldType.PICK, options="places.city")
COUNTY = Field(id="county", label="县", type=FieldType.PICK, options="places.county", other=True)
NAME = Field(id="name", label="集群名称", type=FieldType.TEXT)
CONTACT = Field(id="contact", label="联系人", type=FieldType.TEXT, personal=True)
PLACES = tuple({"city": city, "county": f"{city[0]}{side}县"} for city in CITIES for side in "东西")
SPEC = ComparisonSpec(
    title="集群对比表",
    lead="output",
    mix="kind",
    figures=tuple(
        Figure(field=field, label=label, decimals=decimals)
        for field, label, decimals in (
            ("share", "占比", 1),
            ("firms", "企业", 0),
            ("rate", "每企业专利", 2),
            ("patents", "专利", 0),
        )
    ),
    lead_line=40,
    growth_line=10,
    group_noun="市",
    whole="全省",
)


def form_of(*fields: Field, **more: Any) -> Form:
    """Return a form of these questions, on one sheet."""
    settled: dict[str, Any] = {
        "id": "small",
        "version": "1",
        "title": "小表",
        "short_title": "小表",
        "language": "zh",
        "none_word": "无",
        "base_year": None,
        "subject": "",
        "subject_noun": "集群",
        "levels": (),
        "lists": {},
        "comparison": ComparisonSpec(),
        "source": "test",
    }
    block = Block(kind=BlockKind.ROWS, fields=fields)
    section = Section(id="all", sheet="一 情况", blocks=(block,))
    return Form(**({**settled, "sections": (section,)} | more))


def full_form(**more: Any) -> Form:
    """Return the form with every way of summing up, grouped by city."""
    settled: dict[str, Any] = {
        "base_year": 2022,
        "subject": "name",
        "levels": ("city", "county"),
        "lists": {"places": PLACES},
        "comparison": SPEC,
    }
    fields = (NAME, CITY, COUNTY, CONTACT, OUTPUT, SHARE, FIRMS, PATENTS, RATE, AREA)
    return form_of(*fields, KIND, WORK, STORY, **(settled | more))


def answer(
    file: str, city: str, name: str, output: tuple[Typed, ...], **more: Typed
) -> tuple[str, Mapping[str, Typed]]:
    """Return one filled form: its file and what is typed; choices and ticks by option id."""
    typed: dict[str, Typed] = {"name": name, "city": city, "county": f"{city[0]}东县"}
    typed |= {f"output_{year}": value for year, value in zip(YEARS, output, strict=True)}
    typed |= {f"share_{year}": 50 for year in YEARS} | {f"firms_{year}": 10 for year in YEARS}
    typed |= {"patents": 20, "rate": 20, "area": 5, "kind": "a", "contact": CANARY}
    return file, typed | {"work_x": True, "work_y": False, "story": "进展平稳"} | more


def typed_in(form: Form, answers: Mapping[str, Typed]) -> dict[str, Typed]:
    """Return answers as they are printed in the cells of a form."""
    printed: dict[str, Typed] = {}
    for key, value in answers.items():
        asked = form.by_key.get(key)
        if asked is None:
            continue
        if asked.type is FieldType.TICKS:
            printed[key] = TICKED if value else UNTICKED
        elif asked.type is FieldType.CHOICE:
            printed[key] = choice_line(asked.field, str(value))
        else:
            printed[key] = value
    return printed


def returns_to(form: Form, *filled: tuple[str, Mapping[str, Typed]]) -> list[Return]:
    """Return what reading these filled forms gives."""
    return [
        replace(return_of(form, typed_in(form, answers), file=file)) for file, answers in filled
    ]


def records_to(form: Form, *filled: tuple[str, Mapping[str, Typed]]) -> Records:
    """Return the records of these filled forms."""
    return normalise_returns(returns_to(form, *filled), form=form)


def three_returns() -> tuple[tuple[str, Mapping[str, Typed]], ...]:
    """Return three clusters of two cities, with gaps of every sort."""
    return (
        answer("a.xlsx", "甲市", "甲水暖", (100, 110, 120), share_2022=80),
        answer(
            "b.xlsx", "甲市", "甲陶瓷", (50, "无", 60), share_2022="", firms_2022="无", kind="b"
        ),
        answer("c.xlsx", "乙市", "乙家电", (30, 36, "约40"), share_2022="高", patents=""),
    )
