"use strict";
// Tables that are sorted and searched; rows may lead to their subject.
const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
// Texts and heads of so few characters stay on one line.
const SHORT = 12, SHORT_HEAD = 4;
const shownOf = (cell) => typeof cell === "string" ? cell : cell[1];
const figureOf = (cell) => typeof cell === "string" ? null : cell[0];

function compareCells(a, b, down) {
  const [x, y] = [figureOf(a), figureOf(b)];
  // What has no figure stays at the end, whichever way the others are sorted.
  if (x !== null && y !== null) return down ? y - x : x - y;
  if (x !== null || y !== null) return x === null ? 1 : -1;
  const found = collator.compare(shownOf(a), shownOf(b));
  return down ? -found : found;
}

function barCell(column, cell) {
  const bar = make("i", {});
  const share = column.full > 0 ? Math.min(Math.max(figureOf(cell) / column.full, 0), 1) : 0;
  bar.style.width = `${share * 100}%`;
  return make("td", { class: "bar" }, bar);
}

// The names of a table stay in sight where it is wider than the window.
function classOf(table, at, text, most = SHORT) {
  const column = table.columns[at];
  const marks = { aside: column.aside, pinned: at === 0 && table.name === 0, short: text.length <= most };
  return [column.side, ...Object.keys(marks).filter((mark) => marks[mark])].filter(Boolean).join(" ");
}

// A verdict says in words what its mark says, to whoever points at it or has it read aloud.
const verdictOf = (column, text) => !column.judged ? ""
  : text.startsWith("✓") ? words.met : text.startsWith("✕") ? words.missed : "";

function judgedCell(column, cell, settings) {
  const text = shownOf(cell);
  const verdict = verdictOf(column, text);
  const title = [verdict, column.hint].filter(Boolean).join("　");
  return make("td", { ...settings, title }, text, verdict ? make("span", { class: "said", text: verdict }) : null);
}

function tableCell(table, at, cell, mark) {
  const column = table.columns[at];
  if ("full" in column) return barCell(column, cell);
  const [, , ink, ground] = typeof cell === "string" ? [] : cell;
  const settings = { class: classOf(table, at, shownOf(cell)) };
  if (column.hint) return judgedCell(column, cell, { ...settings, ink, ground });
  if (at !== table.name || typeof mark !== "number") return make("td", { ...settings, text: shownOf(cell), ink, ground });
  return make("td", settings, make("button", {
    type: "button", class: "link", text: shownOf(cell), click: () => openSubject(mark),
  }));
}

function groupHeads(table) {
  if (!table.columns.some((column) => column.group)) return null;
  const row = make("tr", { class: "groups" });
  table.columns.forEach((column, at) => {
    const last = row.lastElementChild;
    if (at > 0 && column.group && column.group === table.columns[at - 1].group) last.colSpan += 1;
    else if (column.group) row.append(make("th", { scope: "colgroup", text: column.group }));
    else row.append(make("td", { class: classOf(table, at, "") }));
  });
  return row;
}

function headRow(table, sortBy) {
  return make("tr", {}, ...table.columns.map((column, at) => {
    const head = make("th", { scope: "col", "data-head": column.head, class: classOf(table, at, column.head, SHORT_HEAD) });
    if (column.head) head.append(make("button", { type: "button", text: column.head, click: () => sortBy(at) }));
    head.append(make("small", { text: column.unit }));
    if (column.hint) head.title = column.hint;
    head.style.minWidth = `${column.px}px`;
    return head;
  }));
}

function rowOf(table, cells, mark) {
  return make("tr", {}, ...cells.map((cell, at) => tableCell(table, at, cell, mark)));
}

function totalsOf(table) {
  const totals = table.totals.map((cells) => rowOf(table, cells, null));
  return totals.length ? [make("tbody", { class: "totals" }, ...totals)] : [];
}

function linesOf(table) {
  return table.rows.map((row, place) => {
    const cells = row.map((cell) => typeof cell === "number" ? table.pool[cell] : cell);
    const text = cells.filter((cell) => figureOf(cell) === null).map(shownOf).join(" ").toLowerCase();
    return { place, cells, text };
  });
}

const views = [];

// A table in its node: which of its lines are hits, how they are sorted, how many are drawn.
class View {
  constructor(table, node, most) {
    Object.assign(this, { table, node, most, lines: linesOf(table), column: -1, down: false });
    this.hits = this.lines;
    this.heads = headRow(table, (column) => this.sortBy(column));
    this.body = make("tbody");
    node.append(make("thead", {}, groupHeads(table), this.heads));
    node.append(...totalsOf(table), this.body);
    views.push(this);
  }

  sortBy(column) {
    const numeric = this.lines.some((line) => figureOf(line.cells[column]) !== null);
    this.down = this.column === column ? !this.down : numeric && column > 0;
    this.column = column;
    [...this.heads.cells].forEach((head, place) => {
      if (place === column) head.setAttribute("aria-sort", this.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    this.draw();
  }

  // Leaves the lines that have all the words.
  narrow(query, also = () => true) {
    const wanted = query.trim().toLowerCase().split(/\s+/);
    this.hits = this.lines.filter((line) => wanted.every((word) => line.text.includes(word)) && also(line));
    this.draw();
  }

  drawn() {
    const { column, down } = this;
    const sorted = column < 0 ? this.hits
      : [...this.hits].sort((one, other) => compareCells(one.cells[column], other.cells[column], down));
    return sorted.slice(0, this.most);
  }

  draw() {
    this.body.replaceChildren(...this.drawn().map((line) => {
      line.row = line.row || rowOf(this.table, line.cells, this.table.marks[line.place]);
      return line.row;
    }));
  }
}
