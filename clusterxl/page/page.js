"use strict";
// What all parts of the page share. Texts come from returns: they are only ever set as text.
const data = JSON.parse(document.getElementById("data").textContent);
const words = data.words;
const byId = (id) => document.getElementById(id);

function make(tag, settings, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(settings || {})) {
    if (name === "text") node.textContent = value;
    else if (name === "class") node.className = value;
    else if (name === "ink") { if (value) node.style.color = "#" + value; }
    else if (name === "ground") { if (value) node.style.backgroundColor = "#" + value; }
    else if (name === "click") node.addEventListener("click", value);
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

function fill(sentence, figures) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => name in figures ? figures[name] : whole);
}

function simpleTable(heads, rows) {
  const head = make("tr", {}, ...heads.map((text, place) =>
    make("th", { scope: "col", text, class: place ? "right" : "" })));
  const body = rows.map((row) => make("tr", {}, ...row.map((text, place) =>
    make("td", { text, class: place ? "right" : "" }))));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
}

function showCards() {
  for (const card of data.cards) {
    byId("cards").append(make("div", { class: "card" },
      make("div", { text: card.label }),
      make("strong", { text: card.value }), " ", make("span", { text: card.unit, class: "muted" }),
      make("div", { text: card.change, class: "change", ink: card.ink }),
      make("div", { text: card.note })));
  }
}

function findingRow(found) {
  const [message, label, value, note, sheet, cell] = found.texts;
  const place = [sheet, cell].filter(Boolean).join(" ");
  const subject = found.mark === ""
    ? make("td", { text: found.subject })
    : make("td", {}, make("button", {
      type: "button", class: "link", text: found.subject, click: () => openSubject(Number(found.mark)),
    }));
  return make("tr", {}, subject, make("td", { text: message }), make("td", { text: label }),
    make("td", { text: value, class: "raw" }), make("td", { text: note }),
    make("td", { text: [found.file, place].filter(Boolean).join(" · "), class: "place" }));
}

function causeLine(cause) {
  return [
    make("span", { class: "level", text: cause.level, ink: cause.ink }),
    make("b", { text: cause.code + "  " }),
    make("span", { text: cause.example + "  " }),
    make("span", { class: "muted", text: fill(words.cause, cause) }),
  ];
}

function showCause(cause) {
  if (!cause.findings.length) return make("div", { class: "cause" }, ...causeLine(cause));
  const box = make("details", { class: "cause" }, make("summary", {}, ...causeLine(cause)));
  // Thousands of findings cost nothing until somebody asks for them.
  box.addEventListener("toggle", () => {
    if (box.childElementCount > 1) return;
    const heads = [words.subject, words.problem, words.question, words.raw, words.explanation, words.file];
    const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col", text })));
    const rows = cause.findings.map(findingRow);
    box.append(make("div", { class: "scroll", tabindex: "0" },
      make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))));
  });
  return box;
}

function showProblems() {
  const { quality, problems } = data;
  byId("problems").append(
    make("h2", { text: quality.title }),
    make("div", { class: "facts" }, ...quality.facts.map(([label, figure]) =>
      make("div", {}, make("b", { text: figure }), make("span", { text: label })))),
    make("h2", { text: problems.title }),
    ...problems.causes.map(showCause));
}
