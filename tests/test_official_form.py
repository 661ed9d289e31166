"""The packaged form of Guangdong, held word for word against the official text."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from clusterxl.form.file import lint_form, load_form
from clusterxl.form.model import (
    AggregateKind,
    Block,
    BlockKind,
    Field,
    FieldType,
    Form,
    NoneMeans,
    Section,
    evidence_rows,
    rows_of,
    year_label,
)

OFFICIAL = Path(__file__).parent / "data" / "official" / "gd-cluster-2023.txt"
FORM = "gd-cluster-2023"
ADDED = ("evidence_list", "standards_list", "patents_list")
# The source lost the box character here and shows a bracket; the form prints □.
DAMAGED = (("(否", "□否"), ("(非工业集群", "□非工业集群"))
# The source lost the automatic numbers of all explanations but the last.
NUMBERS_LOST = 10
YES_NO = ("是", "否")

pytestmark = pytest.mark.filterwarnings("error")


@cache
def form_of(base_year: int = 2022) -> Form:
    return load_form(FORM, base_year=base_year)


def squeeze(text: str) -> str:
    """Take all white space out of a text: the source uses it for lay-out only."""
    return "".join(text.split())


# ---- the official text, in sections


@cache
def official_sections() -> dict[str, str]:
    """Cut the official text at the titles of the sections; keys are the ids of the form."""
    text = OFFICIAL.read_text(encoding="utf-8")
    starts = {"cover": 0}
    for section in official_of(form_of()):
        if section.id != "cover":
            title = section.title or section.sheet
            found = [m.start() for m in re.finditer(rf"(?m)^{re.escape(title)}\s*$", text)]
            assert len(found) == 1, title
            starts[section.id] = found[0]
    cuts = [*starts.values(), len(text)]
    assert cuts == sorted(cuts)
    return {
        name: restored(text[start:end])
        for name, start, end in zip(starts, cuts, cuts[1:], strict=False)
    }


def restored(text: str) -> str:
    for damaged, whole in DAMAGED:
        text = text.replace(damaged, whole)
    return text


def pieces_of(text: str) -> list[str]:
    """Split a section of the source into labels, options, notes and statements."""
    return [piece for part in re.split(r"[\n\t]|(?=□)|\s{2,}", text) if (piece := squeeze(part))]


# ---- the form, as it prints


def official_of(form: Form) -> list[Section]:
    return [section for section in form.sections if section.id not in ADDED]


def printed_of(form: Form, section: Section) -> list[str]:
    """Return everything a section prints, in the order of the paper."""
    texts = [section.title] if section.title else []
    for block in section.blocks:
        texts += PRINTED[block.kind](form, block)
    if section.id == "guide":
        assert [text.partition(".")[0].strip() for text in texts[1:]] == [
            str(n) for n in range(1, 12)
        ]
        texts[1 : NUMBERS_LOST + 1] = [t.partition(".")[2] for t in texts[1 : NUMBERS_LOST + 1]]
    return [text for text in texts if text]


def print_texts(_form: Form, block: Block) -> Iterator[str]:
    for text in block.texts:
        yield text.text


def print_lines(_form: Form, block: Block) -> Iterator[str]:
    for asked in block.fields:
        yield from (label_of(asked), asked.draw.note, asked.draw.after)


def print_rows(form: Form, block: Block) -> Iterator[str]:
    if block.head:
        yield block.head
        for year in block.fields[0].years:
            yield year_label(form, year)
    group = ""
    for asked in block.fields:
        if asked.draw.group != group:
            group = asked.draw.group
            yield group
        yield label_of(asked) + asked.hint
        if asked.draw.own_head or asked.draw.stack:
            yield from (year_label(form, year) for year in asked.years)
        yield asked.draw.lead
        yield from (f"□{option.label}" for option in asked.items)
        yield from (asked.draw.after, asked.draw.note)


def print_matrix(_form: Form, block: Block) -> Iterator[str]:
    for asked in block.fields:
        yield asked.label + asked.hint
        for _ in asked.years:
            yield from (block.head, *(column.label for column in asked.columns))
        for item in asked.items:
            yield from [item.label] * len(asked.years)


def print_counted(_form: Form, block: Block) -> Iterator[str]:
    yield block.label
    for count, names in rows_of(block):
        yield from (count.label, count.draw.prompt, count.draw.after, names.draw.prompt)


def print_targets(_form: Form, block: Block) -> Iterator[str]:
    yield from block.columns
    seen: set[str] = set()
    for asked in block.fields:
        if asked.draw.group not in seen:
            seen.add(asked.draw.group)
            yield asked.draw.group
        # The last direction has more spare rows than the one that the form hints at.
        if asked.spare and f"{asked.draw.group} spare" in seen:
            continue
        if asked.spare:
            seen.add(f"{asked.draw.group} spare")
        yield asked.label


def print_statement(_form: Form, block: Block) -> Iterator[str]:
    yield block.label
    for text in block.texts:
        yield text.text


PRINTED = {
    BlockKind.TEXT: print_texts,
    BlockKind.LINES: print_lines,
    BlockKind.ROWS: print_rows,
    BlockKind.MATRIX: print_matrix,
    BlockKind.COUNTED: print_counted,
    BlockKind.TARGETS: print_targets,
    BlockKind.STATEMENT: print_statement,
}


def label_of(asked: Field) -> str:
    return "" if asked.draw.label_px < 0 else asked.label


SECTIONS = [section.id for section in official_of(form_of())]


# ---- word for word


def test_fixture_is_the_document_as_it_was_handed_over() -> None:
    text = OFFICIAL.read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert digest == "8eff21180eaf68a4175c7adac8674ffa0dd529ede1626ae92589e476fbb1fbd5"
    assert [text.count(damaged) for damaged, _ in DAMAGED] == [2, 2]


def test_definition_has_no_mistakes() -> None:
    assert lint_form(FORM) == ()


def test_sections_are_those_of_the_official_form_and_three_marked_lists() -> None:
    assert list(SECTIONS) == [
        *("cover", "guide", "basics", "industry", "innovation", "digital"),
        *("green", "opening", "governance", "plan", "declaration"),
    ]
    added = [section for section in form_of().sections if section.id in ADDED]
    assert [section.id for section in form_of().sections] == [*SECTIONS, *ADDED]
    assert all(section.title.endswith("（系统附加）") for section in added)
    assert not any("系统附加" in section.title for section in official_of(form_of()))


@pytest.mark.parametrize("name", SECTIONS)
def test_every_official_piece_is_in_the_form(name: str) -> None:
    printed = squeeze("".join(printed_of(form_of(), form_of().section_by_id[name])))
    pieces = pieces_of(official_sections()[name])
    assert pieces
    assert [piece for piece in pieces if piece not in printed] == []


@pytest.mark.parametrize("name", SECTIONS)
def test_nothing_in_the_form_is_outside_the_official_text(name: str) -> None:
    official = squeeze(official_sections()[name])
    texts = printed_of(form_of(), form_of().section_by_id[name])
    assert [text for text in texts if squeeze(text) not in official] == []


@pytest.mark.parametrize("name", SECTIONS)
def test_the_section_reads_like_the_official_text_from_first_to_last(name: str) -> None:
    texts = printed_of(form_of(), form_of().section_by_id[name])
    assert squeeze("".join(texts)) == squeeze(official_sections()[name])


def test_labels_used_in_findings_are_official_words_drawn_or_not() -> None:
    for section in official_of(form_of()):
        official = squeeze(official_sections()[section.id])
        labels = [asked.label for block in section.blocks for asked in block.fields]
        assert [label for label in labels if squeeze(label) not in official] == []


def test_evidence_is_asked_for_in_the_words_of_the_form() -> None:
    rows = evidence_rows(form_of())
    for row in rows:
        official = squeeze(official_sections()[row.section.id])
        parts = re.split(r"：|(?=（需)", row.label)
        assert [part for part in parts if squeeze(part) not in official] == []
    assert Counter(row.section.id for row in rows) == {
        "industry": 9,
        "innovation": 7,
        "digital": 7,
        "green": 11,
        "opening": 6,
        "governance": 13,
    }


def test_evidence_is_asked_for_wherever_the_form_does() -> None:
    wanted = re.compile("提供[^，。；]*佐证材料|需提供清单|需提供计算公式")
    for asked in form_of().fields.values():
        said = asked.hint + asked.draw.after + asked.draw.note
        assert bool(wanted.search(said)) == bool(asked.evidence), asked.id


# ---- how much there is


def fields_of(name: str) -> list[Field]:
    return [asked for block in form_of().section_by_id[name].blocks for asked in block.fields]


def test_fields_a_section() -> None:
    assert {name: len(fields_of(name)) for name in SECTIONS} == {
        "cover": 8,
        "guide": 0,
        "basics": 15,
        "industry": 19,
        "innovation": 16,
        "digital": 8,
        "green": 12,
        "opening": 5,
        "governance": 4,
        "plan": 25,
        "declaration": 0,
    }


def test_options_a_group() -> None:
    groups = {a.id: len(a.items) for a in form_of().fields.values() if a.type is FieldType.TICKS}
    assert groups == {
        "sharing_work": 4,
        "quality_work": 4,
        "innovation_work": 5,
        "digital_work": 4,
        "new_model_work": 3,
        "resource_work": 3,
        "green_capability": 5,
        "exchange_work": 5,
        "service_platforms": 3,
        "public_services": 7,
        "governance_work": 3,
    }
    assert sum(groups.values()) == 46


def test_single_choices_and_their_options() -> None:
    choices = {
        asked.id: tuple(option.label for option in asked.items)
        for asked in form_of().fields.values()
        if asked.type is FieldType.CHOICE
    }
    assert choices == {
        "industry_type": ("第一产业", "第二产业", "第三产业"),
        "not_restricted": YES_NO,
        "no_accidents": YES_NO,
        "no_violations": YES_NO,
        "energy_efficient": (*YES_NO, "不涉及"),
        "water_efficient": (*YES_NO, "不涉及"),
        "city_level": YES_NO,
        "industry_map": YES_NO,
        "software_rising": YES_NO,
        "carbon_monitoring": YES_NO,
        "solid_waste_above": (*YES_NO, "非工业集群，不适用"),
        "water_reuse_above": (*YES_NO, "非工业集群，不适用"),
    }


def test_standards_matrix_has_24_cells() -> None:
    keys = [asked.key for asked in form_of().inputs if asked.field.id == "standards"]
    assert len(keys) == len(set(keys)) == 24
    assert {"standards_2020_international_joined", "standards_2021_national_led"} <= set(keys)


def test_limits_are_those_the_form_states() -> None:
    for asked in form_of().fields.values():
        stated = re.search(r"(\d+)字以内", asked.hint)
        if stated:
            assert asked.max_chars == int(stated[1]) == 200, asked.id
        elif not asked.id.startswith("plan_"):
            assert asked.max_chars == 0, asked.id
    stated_at_all = squeeze("".join(official_sections().values())).count("200字以内")
    assert stated_at_all == 13
    assert sum(a.max_chars == 200 for a in form_of().fields.values()) == stated_at_all
    boxes = [asked for asked in fields_of("plan") if asked.id.startswith("plan_")]
    assert len(boxes) == 9
    assert all(asked.is_long for asked in boxes)
    # The 3000字 of the form bind, not the boxes.
    assert sum(asked.max_chars for asked in boxes) > 3000


def test_measures_are_those_in_the_labels() -> None:
    measures = {"吨二氧化碳/万元", "平方公里", "亿元", "万元", "%"}
    for asked in form_of().fields.values():
        stated = [m for m in measures if f"（{m}）" in asked.label]
        if stated:
            assert [asked.measure] == stated, asked.id
        elif asked.draw.after.startswith("个"):
            assert asked.measure == "个", asked.id


def test_plan_table() -> None:
    table = next(b for b in form_of().section_by_id["plan"].blocks if b.kind is BlockKind.TARGETS)
    assert table.columns == ("方向", "指标", "2022年基准值", "2025年目标值")
    assert [column.id for column in table.fields[0].columns] == ["baseline", "target"]
    shown = [(a.draw.group, a.label, a.measure) for a in table.fields if not a.spare]
    assert shown == [
        ("主导产业", "集群产值年均增速", "%"),
        ("主导产业", "优质中小企业数量", "家"),
        ("创新", "研发经费投入", "亿元"),
        ("创新", "有效发明专利数量", "件"),
        ("数字化", "工业互联网普及率", "%"),
        ("绿色化", "二氧化碳排放量", "吨/万元"),
        ("绿色化", "单位工业产值能耗", "吨标准煤/万元"),
        ("开放合作", "定性描述", ""),
        ("治理和服务", "定性描述", ""),
    ]
    spare = Counter(asked.draw.group for asked in table.fields if asked.spare)
    assert spare == {"主导产业": 1, "创新": 1, "数字化": 1, "绿色化": 1, "其它": 3}
    assert "target_own_1_name" in form_of().by_key


def test_added_lists() -> None:
    form = form_of()
    assert (form.block_of("standard_list").rows, form.block_of("patents").rows) == (60, 300)
    assert "patents[17].number" in form.by_key
    assert "patents[300].holder" in form.by_key
    picks = {
        f"{block}.{asked.id}": form.options_of(asked)
        for block in ("standard_list", "patents")
        for asked in form.block_of(block).fields
        if asked.type is FieldType.PICK
    }
    official = squeeze(official_sections()["innovation"])
    assert set(picks) == {"standard_list.level", "standard_list.role", "patents.kind"}
    for options in picks.values():
        assert [text for text in options if text not in official] in ([], ["其他"])
    assert form.fields["patents_attached"].required is False


# ---- what the answers mean


def test_none_is_legal_unless_the_definition_forbids_it() -> None:
    form = form_of()
    assert form.none_word == "无"
    forbidden = {asked.id for asked in form.fields.values() if not asked.none_allowed}
    picked = {
        asked.id
        for asked in form.fields.values()
        if asked.type in (FieldType.CHOICE, FieldType.PICK, FieldType.TICKS, FieldType.DATE)
    }
    assert forbidden - picked == {
        *("cover_cluster_name", "cover_authority", "cover_operator", "cover_contact"),
        *("cover_phone", "cluster_name", "authority", "authority_contact", "authority_phone"),
        *("operator", "operator_contact", "operator_phone"),
    }


def test_everything_is_required_but_ticks_spare_rows_and_attachments() -> None:
    optional = {asked.id for asked in form_of().fields.values() if not asked.required}
    ticks = {asked.id for asked in form_of().fields.values() if asked.type is FieldType.TICKS}
    spare = {asked.id for asked in form_of().fields.values() if asked.spare}
    assert optional == ticks | spare | {"standards_attached", "patents_attached"}


def test_only_contacts_are_personal() -> None:
    personal = {asked.id for asked in form_of().fields.values() if asked.personal}
    assert personal == {
        *("cover_contact", "cover_phone", "authority_contact", "authority_phone"),
        *("operator_contact", "operator_phone"),
    }


def test_numbers_say_what_they_are() -> None:
    for asked in form_of().fields.values():
        if asked.type is FieldType.COUNT:
            assert asked.none_means is NoneMeans.ZERO, asked.id
            assert asked.minimum == 0, asked.id
        elif asked.type is FieldType.NUMBER:
            assert asked.none_means is NoneMeans.NOT_APPLICABLE, asked.id
            assert asked.decimals == 2, asked.id
    assert {asked.id for asked in form_of().fields.values() if asked.share} == {
        *("sme_output_share", "lead_output_share", "rd_staff_share", "cloud_share"),
        *("platform_rate", "solid_waste_rate", "water_reuse_rate", "target_platform_rate"),
    }


def test_aggregation_never_averages_percentages_without_weights() -> None:
    for asked in form_of().fields.values():
        kind = asked.aggregate.kind
        if asked.type in (FieldType.CHOICE, FieldType.TICKS):
            assert kind is AggregateKind.COUNT, asked.id
        elif asked.type is FieldType.COUNT or asked.measure in ("亿元", "万元", "平方公里"):
            listed = asked.id.endswith("_attached")
            assert kind is (AggregateKind.NONE if listed else AggregateKind.SUM), asked.id
        elif asked.share or asked.id.endswith("_intensity"):
            assert (kind, asked.aggregate.weight) == (AggregateKind.MEAN, "gross_output")
        elif "growth" in asked.id or not asked.type.is_numeric:
            assert kind is AggregateKind.NONE, asked.id
    ratio = form_of().fields["patents_per_10k"].aggregate
    assert (ratio.kind, ratio.over, ratio.times) == (
        AggregateKind.RATIO,
        ("patent_count", "employees"),
        10000,
    )


# ---- another year


@pytest.mark.parametrize("name", SECTIONS)
def test_all_years_follow_the_base_year(name: str) -> None:
    shifted = re.sub(r"20\d\d(?=年)", lambda m: str(int(m[0]) + 1), official_sections()[name])
    texts = printed_of(form_of(2023), form_of(2023).section_by_id[name])
    assert squeeze("".join(texts)) == squeeze(shifted)


def test_the_number_of_a_notice_is_no_year() -> None:
    for base_year in (2022, 2023, 2030):
        texts = printed_of(form_of(base_year), form_of(base_year).section_by_id["guide"])
        assert sum("财税[2015]119号" in text for text in texts) == 1


def test_keys_and_titles_follow_the_base_year() -> None:
    form = form_of(2023)
    assert form.years == (2021, 2022, 2023)
    assert "gross_output_2023" in form.by_key
    assert "gross_output_2020" not in form.by_key
    assert form.short_title == "中小企业特色产业集群申报表（2023年度）"
    assert form.comparison.title == "广东省中小企业特色产业集群对比（2023年度）"


# ---- divisions


def test_divisions_of_guangdong() -> None:
    rows = form_of().lists["divisions"]
    kinds = Counter(row["type"] for row in rows)
    assert kinds == {
        "区": 65,
        "县级市": 20,
        "县": 34,
        "自治县": 3,
        "镇街": 55,
        "功能区": 4,
    }
    codes = [row["code"] for row in rows]
    assert codes == sorted(set(codes))
    assert len({row["city"] for row in rows}) == 21
    assert {row["region"] for row in rows} == {"珠三角", "粤东", "粤西", "粤北"}
    assert all(len(row["code"]) == (9 if row["type"] in ("镇街", "功能区") else 6) for row in rows)
    assert len({row["city"]: row["region"] for row in rows}) == len(
        {(row["city"], row["region"]) for row in rows}
    )


def test_cities_stand_in_official_order_and_narrow_the_counties() -> None:
    form = form_of()
    cities = form.options_of(form.fields["city"])
    assert cities == (
        *("广州市", "韶关市", "深圳市", "珠海市", "汕头市", "佛山市", "江门市", "湛江市"),
        *("茂名市", "肇庆市", "惠州市", "梅州市", "汕尾市", "河源市", "阳江市", "清远市"),
        *("东莞市", "中山市", "潮州市", "揭阳市", "云浮市"),
    )
    county = form.fields["county"]
    assert form.options_of(county, "汕尾市") == ("城区", "海丰县", "陆河县", "陆丰市")
    assert len(form.options_of(county, "东莞市")) == 36
    assert "小榄镇" in form.options_of(county, "中山市")
    assert all(form.options_of(county, city) for city in cities)
