"use strict";
// Charts and the map of tiles: each point leads to its subject, each group narrows the table.
const FONT = '"Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "Segoe UI", sans-serif';
// A chart no higher than this needs no place of its own beside two others.
const MOST_SHORT = 300;
const LAYOUT = {
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  margin: { l: 8, r: 16, t: 8, b: 8 },
  hovermode: "closest",
  font: { family: FONT, size: 12, color: "#1F2933" },
  legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal" },
  uniformtext: { mode: "show", minsize: 10 },
};

function follow(mark) {
  if (mark[0] === "s") openSubject(Number(mark.slice(1)));
  if (mark[0] === "g") chooseGroup(mark.slice(1));
}

function panelData(panel) {
  if (!panel.tables.length) return null;
  const box = make("details", {}, make("summary", { text: words.data }));
  for (const table of panel.tables) {
    if (panel.tables.length > 1) box.append(make("h3", { text: table.title }));
    box.append(simpleTable(table.heads, table.rows));
  }
  return box;
}

function showPanel(panel) {
  const said = panel.sub.map(([text]) => text).join("");
  const chart = make("div", { class: "chart", role: "img", "aria-label": panel.headline + ". " + said });
  chart.style.height = panel.height + "px";
  byId("panels").append(make("figure", { class: panel.tall && panel.height > MOST_SHORT ? "tall" : "" },
    make("h2", { text: panel.headline }),
    make("p", { class: "sub" }, ...panel.sub.map(([text, ink]) => make("span", { text, ink }))),
    chart, panelData(panel)));
  return chart;
}

function drawChart(panel, chart) {
  const layout = Object.assign({}, LAYOUT, panel.layout);
  Plotly.newPlot(chart, panel.traces, layout, { responsive: true, displayModeBar: false });
  chart.on("plotly_click", ({ points }) => {
    const mark = points[0].data.meta[points[0].pointNumber];
    if (mark) follow(mark);
  });
}

function showPanels() {
  // A chart takes its width when it is drawn: all of them must stand in their places by then.
  const charts = data.panels.map(showPanel);
  data.panels.forEach((panel, place) => drawChart(panel, charts[place]));
}

// A chart does not follow the width of the paper by itself.
window.addEventListener("beforeprint", () => {
  document.body.classList.add("printing");
  for (const chart of document.querySelectorAll(".chart")) {
    Plotly.relayout(chart, { width: chart.clientWidth });
  }
});
window.addEventListener("afterprint", () => {
  document.body.classList.remove("printing");
  for (const chart of document.querySelectorAll(".chart")) {
    Plotly.relayout(chart, { width: null, autosize: true });
  }
});

function showTile(tile) {
  if (!tile) return make("span", { "aria-hidden": "true" });
  const button = make("button", {
    type: "button", class: "step" + tile.step, "data-group": tile.group, "aria-pressed": "false",
    "aria-label": [tile.name, tile.value, tile.count].join(" "),
    click: () => chooseGroup(byId("group").value === tile.group ? "" : tile.group),
  }, make("b", { text: tile.name }), make("span", { text: tile.value }), make("small", { text: tile.count }));
  return button;
}

function showTiles() {
  const tiles = data.tiles;
  if (!tiles) return;
  const map = make("div", { class: "tiles" }, ...tiles.rows.flatMap((row) => {
    const filled = row.concat(Array(tiles.wide - row.length).fill(null));
    return filled.map(showTile);
  }));
  map.style.gridTemplateColumns = `repeat(${tiles.wide}, minmax(0, 1fr))`;
  const steps = Array.from({ length: tiles.steps }, (_, step) => make("i", { class: "step" + (step + 1) }));
  byId("tiles").append(make("h2", { text: tiles.headline }), make("p", { class: "sub", text: tiles.sub }), map,
    make("div", { class: "legend" }, make("span", { text: tiles.least }), ...steps, make("span", { text: tiles.most })));
  byId("tiles").hidden = false;
}
