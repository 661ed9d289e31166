"""The page in a browser: sorted, narrowed, looked into; nothing in it runs, nothing leaves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from compared_forms import answer, full_form, records_to, three_returns
from hand_returns import return_of
from test_across_rounds import round_of
from test_page import filing
from test_rounds_sheets import two_years

from clusterxl.across_rounds import compare_rounds, with_findings
from clusterxl.aggregate import aggregate_records
from clusterxl.form.file import load_form
from clusterxl.form.roster import units_of
from clusterxl.normalise import Records, normalise_returns
from clusterxl.page import write_page
from clusterxl.testing.simulate import simulate_answers

if TYPE_CHECKING:
    from browser import Browser

pytestmark = pytest.mark.needs_chromium

IMAGE = "</script><img src=x onerror=\"document.title='owned'\">"
HOSTILE = (IMAGE, '=HYPERLINK("http://evil.example","x")', "two\u2028lines", "<b>b</b>&amp;${1}")
COLUMN = """
var column = (name) => {
  const heads = [...document.querySelectorAll("#table thead th")];
  const at = heads.findIndex((head) => head.textContent.includes(name));
  return [...document.querySelectorAll("#table tbody tr")].filter((row) => !row.hidden)
    .map((row) => row.cells[at].textContent);
};
"""
ANSWERS = """
Object.fromEntries([...document.querySelectorAll("#detail tr[data-key]")].map((row) =>
  [row.dataset.key, [...row.cells].map((cell) => cell.textContent)]))
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    # Its pipes are those of POSIX.
    from browser import Browser

    running = Browser(shutil.which("chromium") or "", tmp_path_factory.mktemp("profile"))
    yield running
    running.close()


@pytest.fixture(scope="module")
def official() -> Records:
    """Return the records of seven made-up returns."""
    form = load_form("gd-cluster-2023")
    units = units_of(form)
    returns = []
    for seed in range(7):
        unit = units[seed * 11 % len(units)]
        answers = simulate_answers(form, unit=unit, seed=seed, subject_no=1)
        returns.append(return_of(form, answers, file=f"in/r{seed}.xlsx", unit=unit.code))
    return normalise_returns(returns, form=form)


@pytest.fixture(scope="module")
def page(official: Records, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_bytes(write_page(aggregate_records(official)))
    return path


@pytest.fixture(scope="module")
def rounds_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of two rounds, with long lists."""
    before, now = two_years("gd-cluster-2023", range(5), range(1, 6))
    rounds = compare_rounds(before, now)
    path = tmp_path_factory.mktemp("rounds") / "page.html"
    path.write_bytes(write_page(with_findings(now.comparison, rounds), rounds=rounds))
    return path


def sheet_named(tab: str) -> str:
    """Return the script that finds a further table on the page."""
    return f"byId(data.sheets.find((sheet) => sheet.tab === {json.dumps(tab)}).id)"


def typed_in(tab: str, text: str) -> str:
    """Return the script that searches in a further table."""
    return (
        f"{{ const input = {sheet_named(tab)}.querySelector('input');"
        f" input.value = {json.dumps(text)};"
        " input.dispatchEvent(new Event('input', {bubbles: true})); }"
    )


def test_the_table_sorts_narrows_and_is_searched(browser: Browser, page: Path) -> None:
    browser.open(page)
    run = browser.run
    assert len(run(COLUMN + "column('名次')")) == 7
    assert run(COLUMN + "column('名次')") == [str(rank) for rank in range(1, 8)]
    press = "[...document.querySelectorAll('#table th button')].find(b => b.textContent === '名次')"
    run(f"{press}.click(); {press}.click()")
    assert run(COLUMN + "column('名次')") == [str(rank) for rank in range(7, 0, -1)]
    assert run(f"{press}.parentElement.getAttribute('aria-sort')") == "descending"
    group = run(COLUMN + "column('地市')[0]")
    run(f"document.querySelector('[data-group={json.dumps(group)}]').click()")
    assert set(run(COLUMN + "column('地市')")) == {group}
    assert run("document.querySelectorAll('[aria-pressed=true]').length") == 1
    run("document.querySelector('#controls button[type=reset]').click()")
    run("new Promise((done) => setTimeout(done, 50))")
    name = run("document.querySelector('#table tbody button').textContent")
    run(
        f"document.getElementById('search').value = {json.dumps(name)};"
        "document.getElementById('search').dispatchEvent(new Event('input', {bubbles: true}))"
    )
    assert run(COLUMN + "column('集群')") == [name]


def test_a_subject_shows_its_numbers_with_the_cells_they_come_from(
    browser: Browser, page: Path, official: Records
) -> None:
    browser.open(page)
    name = browser.run("document.querySelector('#table tbody button').textContent")
    browser.run("document.querySelector('#table tbody button').focus()")
    browser.press("Enter")
    assert browser.run("document.getElementById('detail').open")
    shown = browser.run(ANSWERS)
    values = official.values[official.values["subject"] == name]
    numbers = values[values["number"].notna() & values["key"].isin(shown)]
    numbers = numbers[numbers["status"] == "value"]
    assert len(numbers) > 60
    for row in numbers.itertuples():
        if official.form.by_key[row.key].type.is_numeric:
            _, told, raw, place = shown[row.key]
            assert float(told.split(" ")[0].replace(",", "")) == row.number
            assert (raw, place) == (row.raw, f"{row.sheet}!{row.cell}")
    texts = values[(values["status"] == "value") & values["key"].isin(["lead_products"])]
    assert all(shown[row.key][1] == row.text for row in texts.itertuples())
    browser.press("Escape")
    assert not browser.run("document.getElementById('detail').open")


def test_a_point_of_a_chart_leads_to_its_subject(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run(
        "follow(document.querySelectorAll('.chart')[0].data[0].meta[0]);"
        "document.querySelector('#group').value"
    )
    assert browser.run("document.querySelector('#group').value")
    marks = browser.run(
        "[...document.querySelectorAll('.chart')].flatMap((c) => c.data.flatMap((t) => t.meta))"
        ".filter((mark) => mark.startsWith('s'))"
    )
    browser.run(f"follow({json.dumps(marks[0])})")
    assert browser.run("document.getElementById('detail').open")


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_wider_than_the_window(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width=width)
    assert browser.run("document.documentElement.scrollWidth") <= width
    charts = "[...document.querySelectorAll('.chart')].map((c) => c.getBoundingClientRect().right)"
    assert max(browser.run(charts)) <= width
    assert browser.run("document.querySelectorAll('.chart svg').length") >= 3


def test_every_chart_and_control_has_a_name(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.run("[...document.querySelectorAll('.chart')].every((c) => c.ariaLabel)")
    assert browser.run(
        "[...document.querySelectorAll('input, select')].every((c) => c.labels.length)"
    )
    assert browser.run("[...document.querySelectorAll('button')].every((b) => b.textContent)")


def test_a_further_table_opens_by_a_key_and_sorts(browser: Browser, rounds_page: Path) -> None:
    browser.open(rounds_page)
    sheet = sheet_named("专利清单明细")
    rows = f"[...{sheet}.querySelectorAll('tbody tr')].map((row) => row.cells[2].textContent)"
    assert browser.run(rows) == []
    browser.run(f"{sheet}.querySelector('summary').focus()")
    browser.press("Enter")
    browser.run("new Promise((done) => setTimeout(done, 100))")
    shown = [int(number) for number in browser.run(rows)]
    assert len(shown) == 500
    press = f"{sheet}.querySelectorAll('thead button')[2].click()"
    browser.run(press)
    all_rows = browser.run(f"data.sheets.find((s) => s.id === {sheet}.id).rows.length")
    browser.run(f"{sheet}.querySelector('.controls button').click()")
    shown = [int(number) for number in browser.run(rows)]
    assert len(shown) == all_rows > 500
    assert shown == sorted(shown, reverse=True)


def test_a_further_table_is_searched(browser: Browser, rounds_page: Path) -> None:
    browser.open(rounds_page)
    sheet = sheet_named("佐证材料清单明细")
    browser.run(f"{sheet}.open = true; new Promise((done) => setTimeout(done, 100))")
    names = f"[...{sheet}.querySelectorAll('tbody tr')].map((row) => row.cells[0].textContent)"
    name = browser.run(names)[-1]
    browser.run(typed_in("佐证材料清单明细", name))
    assert set(browser.run(names)) == {name}
    browser.run(f"{sheet}.querySelector('tbody button').click()")
    assert browser.run("byId('detail-title').textContent") == name


def test_two_rounds_stand_open_and_the_way_leads_to_every_section(
    browser: Browser, rounds_page: Path
) -> None:
    browser.open(rounds_page)
    sheet = sheet_named("逐年对照")
    assert browser.run(f"{sheet}.open")
    assert browser.run(f"{sheet}.querySelectorAll('.totals tr').length") == 2
    assert browser.run(f"{sheet}.querySelectorAll('tbody:last-child tr').length") == 6
    browser.run("document.querySelectorAll('nav a').forEach((link) => link.click())")
    assert browser.run("document.querySelectorAll('details.sheet:not([open])').length") == 0
    targets = "[...document.querySelectorAll('a[href]')].map((a) => byId(a.hash.slice(1)) !== null)"
    assert set(browser.run(targets)) == {True}


@pytest.mark.parametrize("width", [400, 800])
def test_further_tables_keep_to_the_window(browser: Browser, rounds_page: Path, width: int) -> None:
    browser.open(rounds_page, width=width)
    browser.run("document.querySelectorAll('nav a').forEach((link) => link.click())")
    browser.run("new Promise((done) => setTimeout(done, 200))")
    assert browser.run("document.documentElement.scrollWidth") <= width
    assert browser.run("[...document.querySelectorAll('input')].every((i) => i.labels.length)")


def test_a_table_wider_than_the_paper_is_printed_as_several(
    browser: Browser, rounds_page: Path
) -> None:
    browser.open(rounds_page)
    sheet = sheet_named("逐年对照")
    heads = f"[...{sheet}.querySelectorAll('table:not(.band) thead tr:last-child th:not(.aside)')]"
    wanted = browser.run(heads + ".map((head) => head.dataset.head)")
    browser.run("window.dispatchEvent(new Event('beforeprint'))")
    bands = browser.run(
        f"[...{sheet}.querySelectorAll('.band')].map((band) =>"
        " [...band.tHead.lastChild.cells].map((head) => head.dataset.head))"
    )
    assert len(bands) > 1
    assert all(band[:3] == wanted[:3] for band in bands)
    assert wanted[3:] == [head for band in bands for head in band[3:]]
    assert browser.run("document.querySelectorAll('#subjects .band').length") == 0
    browser.run("window.dispatchEvent(new Event('afterprint'))")
    assert browser.run("document.querySelectorAll('.band').length") == 0


def test_texts_of_both_rounds_stay_texts(browser: Browser, tmp_path: Path) -> None:
    form = full_form()
    filled = [answer(f"{n}.xlsx", "甲市", text, (n + 9, 20, 30)) for n, text in enumerate(HOSTILE)]
    before, now = round_of(form, *filled[:3]), round_of(form, *filled[1:])
    rounds = compare_rounds(before, now)
    path = tmp_path / "page.html"
    path.write_bytes(write_page(now.comparison, rounds=rounds))
    browser.open(path)
    title = browser.run("document.title")
    browser.run("document.querySelectorAll('nav a').forEach((link) => link.click())")
    names = browser.run(
        f"[...{sheet_named('逐年对照')}.querySelectorAll('tbody:last-child tr')]"
        ".map((row) => row.cells[0].textContent)"
    )
    assert sorted(names) == sorted(
        {*before.records.returns["subject"], *now.records.returns["subject"]}
    )
    assert any(IMAGE in name for name in names)
    assert browser.run("document.title") == title == form.comparison.title
    assert browser.run("document.images.length") == 0
    assert browser.complaints == []


def test_texts_of_returns_stay_texts(browser: Browser, tmp_path: Path) -> None:
    form = full_form()
    filled = [
        answer(
            f"{place}{text[:9].replace('/', '')}.xlsx",
            "甲市",
            text,
            (place + 9, 20, 30),
            story=text,
        )
        for place, text in enumerate(HOSTILE)
    ]
    records = records_to(form, *filled)
    path = tmp_path / "page.html"
    path.write_bytes(write_page(aggregate_records(records), with_contacts=True))
    browser.open(path)
    title = browser.run("document.title")
    assert title == form.comparison.title
    names = browser.run(
        "[...document.querySelectorAll('#table tbody button')].map(b => b.textContent)"
    )
    subjects = records.returns["subject"]
    assert sorted(names) == sorted(subjects)
    assert any(IMAGE in name for name in names)
    stories = set()
    for place in range(len(HOSTILE)):
        browser.run(f"document.getElementById('detail').close(); openSubject({place})")
        stories.add(browser.run(ANSWERS)["story"][1])
    assert stories == set(records.values.query("key == 'story'")["text"])
    assert browser.run("document.title") == title
    assert browser.run("document.images.length") == 0
    assert browser.run("document.querySelectorAll('svg a, main a[href]').length") == 0
    assert browser.complaints == []


def test_nothing_leaves_the_page(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.requests == [page.as_uri()]
    assert browser.complaints == []
    violation = (
        "new Promise((done) => {{ document.addEventListener('securitypolicyviolation',"
        " (event) => done(event.effectiveDirective)); {act} }})"
    )
    fetched = "fetch('http://127.0.0.1:9/').catch(() => 0)"
    assert browser.run(violation.format(act=fetched)) == "connect-src"
    loaded = "document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x'}))"
    assert browser.run(violation.format(act=loaded)) == "img-src"
    added = (
        "document.body.append(Object.assign(document.createElement('script'),"
        " {text: 'document.title = 1'}))"
    )
    assert browser.run(violation.format(act=added)) == "script-src-elem"
    refused = [
        event["params"]["requestId"]
        for event in browser.events
        if event["params"].get("blockedReason") == "csp"
    ]
    assert all(
        event["params"]["requestId"] in refused
        for event in browser.events
        if event["method"] == "Network.requestWillBeSent"
        and event["params"]["request"]["url"].startswith("http")
    )


@pytest.mark.parametrize("count", [0, 1])
def test_few_returns(browser: Browser, tmp_path: Path, count: int) -> None:
    form = load_form("gd-cluster-2023")
    answers = simulate_answers(form, unit=units_of(form)[0], seed=1, subject_no=1)
    returns = [return_of(form, answers, file="a.xlsx")][:count]
    path = tmp_path / "page.html"
    path.write_bytes(write_page(aggregate_records(normalise_returns(returns, form=form))))
    browser.open(path)
    assert browser.run("document.querySelectorAll('#table tbody tr').length") == count
    assert browser.complaints == []
    assert pd.notna(browser.run("document.querySelectorAll('.card').length"))


def test_a_verdict_is_told_by_mark_and_word_and_leads_to_its_subject(
    browser: Browser, page: Path
) -> None:
    browser.open(page)
    sheet = sheet_named("认定标准对照")
    browser.run(f"{sheet}.open = true; new Promise((done) => setTimeout(done, 100))")
    cells = json.loads(
        browser.run(
            f"JSON.stringify([...{sheet}.querySelectorAll('tbody:last-child td[title]')]"
            ".map((cell) => [cell.textContent, cell.title]))"
        )
    )
    missed = [cell for cell in cells if cell[0].startswith("✕")]
    assert missed
    assert all(text.endswith("未达到") and hint.startswith("未达到") for text, hint in missed)
    assert any(text.startswith("✓") and text.endswith("达到") for text, _ in cells)
    assert all("出处：" in hint for _, hint in cells)
    name = browser.run(f"{sheet}.querySelector('tbody:last-child button').textContent")
    browser.run(f"{sheet}.querySelector('tbody:last-child button').click()")
    assert browser.run("byId('detail-title').textContent") == name
    told = "[...byId('detail').querySelectorAll('table')].map((one) => one.textContent)"
    criteria, plan = browser.run(told)[:2]
    assert "≤ 100 平方公里✓ " in criteria
    assert "未达到" in criteria
    assert "不判断" in criteria
    assert "≥ 10 %" in plan
    assert browser.complaints == []


def test_tables_of_criteria_are_searched_by_their_answers(browser: Browser, page: Path) -> None:
    browser.open(page)
    sheet = sheet_named("标准出处")
    browser.run(f"{sheet}.open = true; new Promise((done) => setTimeout(done, 100))")
    browser.run(typed_in("标准出处", "未设定"))
    rows = f"[...{sheet}.querySelectorAll('tbody tr')].map((row) => row.lastChild.textContent)"
    assert set(browser.run(rows)) == {"未设定"}


def test_the_groups_of_a_batch_stand_on_its_page(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    comparison = aggregate_records(records_to(full_form(), *three_returns()))
    path.write_bytes(write_page(comparison, filing=filing()))
    browser.open(path)
    sheet = sheet_named("报送情况")
    browser.run(f"document.querySelector(`nav a[href='#${{{sheet}.id}}']`).click()")
    browser.run("new Promise((done) => setTimeout(done, 100))")
    cells = f"[...{sheet}.querySelectorAll('td, th')].map((cell) => cell.textContent)"
    assert browser.run(cells) == ["各市", "甲市"]
    assert browser.run(f"{sheet}.querySelectorAll('td button').length") == 0
    assert browser.complaints == []
