"use strict";
// Further tables of the workbook, filled when somebody opens them; and the way to all sections.
// Few rows need no search; of many the first are drawn until somebody asks for all.
const FEW_ROWS = 12, MANY_ROWS = 500;

function searchOf(view) {
  const input = make("input", { type: "search", autocomplete: "off" });
  const shown = make("output", { "aria-live": "polite" });
  const all = make("button", { type: "button" });
  const tell = () => {
    const count = view.hits.length;
    shown.textContent = fill(words.shown, { count: Math.min(count, view.most), all: view.lines.length });
    all.textContent = fill(words.all_rows, { count });
    all.hidden = count <= view.most;
  };
  input.addEventListener("input", () => { view.narrow(input.value); tell(); });
  all.addEventListener("click", () => { view.most = Infinity; view.draw(); tell(); });
  tell();
  return make("p", { class: "controls" }, make("label", { text: words.search + " " }, input), shown, all);
}

function fillSheet(sheet, box) {
  if (box.childElementCount > 1) return;
  const node = make("table");
  const view = new View(sheet, node, MANY_ROWS);
  view.draw();
  const facts = (sheet.facts || []).flatMap(([label, text]) => [make("dt", { text: label }), make("dd", { text })]);
  box.append(
    make("p", { class: "note", text: sheet.note }),
    ...(facts.length ? [make("dl", {}, ...facts)] : []),
    ...(view.lines.length > FEW_ROWS ? [searchOf(view)] : []),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": sheet.tab }, node));
}

function showSheet(sheet) {
  if (!sheet.columns) return make("p", { class: "sheet", id: sheet.id, text: sheet.title });
  const tab = sheet.title.startsWith(sheet.tab) ? null : make("span", { class: "muted", text: sheet.tab + "　" });
  const title = make("h2", {}, tab, sheet.title);
  const box = make("details", { class: "sheet", id: sheet.id }, make("summary", {}, title));
  box.addEventListener("toggle", () => { if (box.open) fillSheet(sheet, box); });
  if (sheet.open) {
    box.open = true;
    fillSheet(sheet, box);
  }
  return box;
}

function openTarget(event) {
  const link = event.target.closest("a[href^='#']");
  const target = link && byId(link.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}

function showSheets() {
  const [subjects, problems] = data.nav;
  const [told, proofs] = [false, true].map((proof) => data.sheets.filter((sheet) => Boolean(sheet.proof) === proof));
  const stopsOf = (sheets) => sheets.map((sheet) => [sheet.id, sheet.tab]);
  const stops = [["subjects", subjects], ...stopsOf(told), ["problems", problems], ...stopsOf(proofs)];
  byId("nav").append(...stops.map(([id, text]) => make("a", { href: "#" + id, text })));
  byId("sheets").append(...told.map(showSheet));
  byId("proofs").append(...proofs.map(showSheet));
  document.addEventListener("click", openTarget);
}
