"use strict";
// The table of all subjects, also narrowed to a group; and what one of them answered.
const { table, details } = data;
const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 15 });
const view = new View(table, byId("table"), Infinity);

function narrow() {
  const group = byId("group").value;
  const inGroup = (line) => !group || table.groups[line.place] === group;
  view.narrow(byId("search").value, inGroup);
  byId("shown").textContent = fill(words.shown, { count: view.hits.length, all: view.lines.length });
  for (const tile of document.querySelectorAll("[data-group]")) {
    tile.setAttribute("aria-pressed", String(tile.dataset.group === group));
  }
}

function chooseGroup(group) {
  byId("group").value = group;
  narrow();
}

function showTable() {
  byId("subjects-title").textContent = table.title;
  byId("subjects-note").textContent = table.note;
  const groups = [...new Set(table.groups)].filter(Boolean);
  byId("group").append(...groups.map((text) => make("option", { value: text, text })));
  byId("group-label").hidden = !data.has_groups || groups.length < 1;
  byId("controls").addEventListener("input", narrow);
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  byId("controls").addEventListener("reset", () => setTimeout(narrow));
  narrow();
}

// The raw text and the cell are told only where they differ from what most returns have.
function sourceOf(key, source) {
  if (!key.cell && !source.cell) return make("td");
  const place = `${source.sheet || key.sheet}!${source.cell || key.cell}`;
  const more = [source.receipts, source.found && fill(words.found, { found: source.found })];
  return make("td", { class: "place", text: [place, ...more].filter(Boolean).join("\n") });
}

function answerRow(key, answer, source) {
  const content = Array.isArray(answer) ? answer[0] : answer;
  const isNumber = typeof content === "number";
  const text = content === null ? "—" : isNumber ? exact.format(content) : content;
  const raw = "raw" in source ? source.raw : content === null || !key.cell ? "" : String(content);
  return make("tr", { "data-key": key.key },
    make("th", { scope: "row", text: key.label }),
    make("td", { class: isNumber ? "right" : "", text: text + (isNumber && key.measure ? " " + key.measure : ""), ink: Array.isArray(answer) ? answer[1] : "" }),
    make("td", { class: "raw", text: raw }), sourceOf(key, source));
}

function answerTables(subject) {
  const found = new Map();
  details.keys.forEach((key, place) => {
    const answer = subject.answers[place];
    if (key.tick && answer === null) return;
    if (!found.has(key.section)) found.set(key.section, []);
    found.get(key.section).push(answerRow(key, answer, subject.sources[place] || {}));
  });
  const heads = [words.question, words.answer, words.raw, words.cell];
  return [...found].flatMap(([section, rows]) => [
    make("h3", { text: section }),
    make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { scope: "col", text })))),
      make("tbody", {}, ...rows)),
  ]);
}

// How a subject stands to what the form demands, as its row in the tables of criteria says it.
function judgedTables(place) {
  const heads = [words.criterion, words.demand, words.verdict];
  return data.sheets.filter((sheet) => (sheet.columns || []).some((column) => column.hint)).flatMap((sheet) => {
    const row = sheet.rows[sheet.marks.indexOf(place)];
    const rows = sheet.columns.flatMap((column, at) => {
      if (!column.hint) return [];
      const text = shownOf(typeof row[at] === "number" ? sheet.pool[row[at]] : row[at]);
      const asked = column.group && column.group !== column.head ? `${column.group} ${column.head}` : column.head;
      return [[asked, column.unit, [text, column.judged ? verdictOf(column, text) : words.not_judged].filter(Boolean).join("　")]];
    });
    return [make("h3", { text: sheet.tab }), simpleTable(heads, rows)];
  });
}

function openSubject(place) {
  const subject = details.subjects[place];
  const row = view.lines[place].cells;
  byId("detail-title").textContent = shownOf(row[table.name]);
  const figures = table.columns.map((column, at) => at === table.name || !column.head ? "" :
    [column.head, shownOf(row[at]), column.unit].filter(Boolean).join(" "));
  byId("detail-body").replaceChildren(
    make("p", { text: `${words.file} ${subject.file}` }),
    make("p", { class: "muted", text: figures.filter(Boolean).join("　") }),
    details.keys.length ? make("p", { class: "muted", text: words.sources }) : make("p", { class: "muted", text: words.too_many }),
    ...judgedTables(place),
    ...(subject.contacts.length ? [make("h3", { text: words.contacts }), simpleTable([words.question, words.answer], subject.contacts)] : []),
    ...answerTables(subject));
  byId("detail").showModal();
  byId("detail").scrollTop = 0;
}

byId("close").addEventListener("click", () => byId("detail").close());
showCards();
showTiles();
showTable();
showPanels();
showSheets();
showProblems();
