"use strict";
// Tables wider than the paper are printed as several, one below the other, each with the names.
const ROOM = 1300;

// Returns the columns of each of these tables; those of one group stay together where they can.
function bandsOf(table, widths) {
  const { columns, frozen } = table;
  const shown = columns.map((_, at) => at).filter((at) => !columns[at].aside);
  const [names, rest] = [shown.filter((at) => at < frozen), shown.filter((at) => at >= frozen)];
  const wide = (places) => places.reduce((sum, at) => sum + widths[at], 0);
  // Fractions of pixels add up.
  if (wide(shown) <= ROOM + 1) return [];
  const groups = [];
  for (const at of rest) {
    const group = columns[at].group;
    if (group && groups.length && columns[groups.at(-1)[0]].group === group) groups.at(-1).push(at);
    else groups.push([at]);
  }
  const bands = [];
  for (const group of groups) {
    if (bands.length && wide([...bands.at(-1), ...group]) <= ROOM) bands.at(-1).push(...group);
    else bands.push([...names, ...group]);
  }
  return bands;
}

function bandTable(view, places) {
  const pick = (all) => places.map((at) => all[at]);
  const { columns, totals, name } = view.table;
  const table = { columns: pick(columns), totals: totals.map(pick), name: places.indexOf(name) };
  const rows = view.drawn().map((line) => rowOf(table, pick(line.cells), null));
  return make("table", { class: "band" },
    make("thead", {}, groupHeads(table), headRow(table, () => {})),
    ...totalsOf(table), make("tbody", {}, ...rows));
}

window.addEventListener("beforeprint", () => {
  for (const view of views) {
    const bands = bandsOf(view.table, [...view.heads.cells].map((cell) => cell.getBoundingClientRect().width));
    view.node.classList.toggle("banded", bands.length > 0);
    view.node.after(...bands.map((places) => bandTable(view, places)));
  }
});
window.addEventListener("afterprint", () => {
  for (const band of document.querySelectorAll(".band")) band.remove();
});
