"use strict";
// The table of all subjects: sorted, searched, narrowed; and what one of them answered.
const { table, details } = data;
const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 15 });
const shownOf = (cell) => typeof cell === "string" ? cell : cell[1];
const order = { column: -1, down: false };
let lines = [];

function compare(one, other) {
  const [a, b] = [one, other].map((line) => table.rows[line.place][order.column]);
  const [x, y] = [a, b].map((cell) => typeof cell === "string" ? null : cell[0]);
  // What has no figure stays at the end, whichever way the others are sorted.
  if (x !== null && y !== null) return order.down ? y - x : x - y;
  if (x !== null || y !== null) return x === null ? 1 : -1;
  const found = collator.compare(shownOf(a), shownOf(b));
  return order.down ? -found : found;
}

function sortBy(column) {
  const numeric = table.rows.some((row) => typeof row[column] !== "string" && row[column][0] !== null);
  order.down = order.column === column ? !order.down : numeric && column > 0;
  order.column = column;
  const body = byId("table").tBodies[0];
  body.append(...[...lines].sort(compare).map((line) => line.row));
  [...byId("table").tHead.rows[0].cells].forEach((cell, place) => {
    if (place === column) cell.setAttribute("aria-sort", order.down ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
  });
}

function narrow() {
  const wanted = byId("search").value.trim().toLowerCase().split(/\s+/);
  const group = byId("group").value;
  let count = 0;
  for (const line of lines) {
    const hit = wanted.every((word) => line.text.includes(word)) && (!group || line.group === group);
    line.row.hidden = !hit;
    count += hit;
  }
  byId("shown").textContent = fill(words.shown, { count, all: lines.length });
  for (const tile of document.querySelectorAll("[data-group]")) {
    tile.setAttribute("aria-pressed", String(tile.dataset.group === group));
  }
}

function chooseGroup(group) {
  byId("group").value = group;
  narrow();
}

function tableRow(row, place) {
  const cells = row.map((cell, at) => {
    const column = table.columns[at];
    const side = column.right ? "right" : column.center ? "center" : "";
    const ink = typeof cell === "string" ? "" : cell[2];
    const wide = { style: `min-width: ${column.px}px` };
    if (at !== table.name) return make("td", { class: side, text: shownOf(cell), ink, ...wide });
    const name = make("button", { type: "button", class: "link", text: shownOf(cell), click: () => openSubject(place) });
    return make("td", wide, name);
  });
  return make("tr", {}, ...cells);
}

function showTable() {
  byId("subjects-title").textContent = table.title;
  byId("subjects-note").textContent = table.note;
  byId("table").tHead.append(make("tr", {}, ...table.columns.map((column, place) => make("th", {
    scope: "col", class: column.right ? "right" : column.center ? "center" : "",
  }, make("button", { type: "button", text: column.head, click: () => sortBy(place) }),
  make("small", { text: column.unit })))));
  lines = table.rows.map((row, place) => ({
    place, row: tableRow(row, place), group: table.groups[place],
    text: row.filter((cell) => typeof cell === "string").join(" ").toLowerCase(),
  }));
  byId("table").tBodies[0].append(...lines.map((line) => line.row));
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

function openSubject(place) {
  const subject = details.subjects[place];
  const row = table.rows[place];
  byId("detail-title").textContent = shownOf(row[table.name]);
  const figures = table.columns.map((column, at) => at === table.name ? "" :
    [column.head, shownOf(row[at]), column.unit].filter(Boolean).join(" "));
  byId("detail-body").replaceChildren(
    make("p", { text: `${words.file} ${subject.file}` }),
    make("p", { class: "muted", text: figures.filter(Boolean).join("　") }),
    details.keys.length ? make("p", { class: "muted", text: words.sources }) : make("p", { class: "muted", text: words.too_many }),
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
showProblems();
