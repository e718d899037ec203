"use strict";
// The page of a graph: pan, zoom, search, look at nodes, and step through both passes.
// A link may say where to begin: #step=17 or #node=3.

const graph = JSON.parse(document.getElementById("graph").textContent);
const nodes = graph.nodes;
const byId = (id) => document.getElementById(id);
const canvas = byId("canvas");
const svg = canvas.querySelector("svg");
const boxes = nodes.map((_, k) => svg.querySelector(`[data-node="${k}"]`));
const edges = [...svg.querySelectorAll(".edge")];
const whole = svg.viewBox.baseVal;
const size = { width: whole.width, height: whole.height };
const hasValues = nodes.some((node) => node.primal !== null && node.forward);

// The steps: forwards through all nodes, then backwards through those that have an adjoint.
const backwards = nodes.map((_, k) => k).reverse()
  .filter((k) => hasValues && nodes[k].adjoint !== null);
const placeBack = [];
backwards.forEach((k, place) => { placeBack[k] = place; });
const steps = nodes.map((_, k) => ({ node: k, back: false }))
  .concat(backwards.map((k) => ({ node: k, back: true })));
let step = null; // how many steps were made; null while everything is shown
let selected = null;
let timer = null;

function element(name, text, parent) {
  const made = document.createElement(name);
  made.textContent = text;
  if (parent) parent.append(made);
  return made;
}

// --- looking around -------------------------------------------------------------------------

const view = { x: 0, y: 0, scale: 1 }; // scale: units of the picture per pixel

function show() {
  const { clientWidth: width, clientHeight: height } = canvas;
  svg.setAttribute("viewBox",
    `${view.x} ${view.y} ${width * view.scale} ${height * view.scale}`);
}

function fit() {
  const { clientWidth: width, clientHeight: height } = canvas;
  view.scale = Math.max(size.width / width, size.height / height, 0.6) || 1;
  view.x = (size.width - width * view.scale) / 2;
  view.y = (size.height - height * view.scale) / 2;
  show();
}

function zoom(factor, at) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const point = at || { x: width / 2, y: height / 2 };
  const scale = Math.min(Math.max(view.scale * factor, 0.1), 60);
  view.x += point.x * (view.scale - scale);
  view.y += point.y * (view.scale - scale);
  view.scale = scale;
  show();
}

function bringIntoView(k) {
  if (!boxes[k]) return;
  const box = boxes[k].querySelector("rect").getBBox();
  const { clientWidth: width, clientHeight: height } = canvas;
  const margin = 40 * view.scale;
  const isSeen = box.x > view.x + margin && box.y > view.y + margin
    && box.x + box.width < view.x + width * view.scale - margin
    && box.y + box.height < view.y + height * view.scale - margin;
  if (isSeen && view.scale < 2) return;
  if (view.scale > 1.2) view.scale = 1;
  view.x = box.x + box.width / 2 - width * view.scale / 2;
  view.y = box.y + box.height / 2 - height * view.scale / 2;
  show();
}

const pointers = new Map();
let moved = false;
canvas.addEventListener("pointerdown", (event) => {
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  moved = false;
});
window.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const now = { x: event.clientX, y: event.clientY };
  if (Math.hypot(now.x - before.x, now.y - before.y) > 2) moved = true;
  if (!moved) return;
  canvas.classList.add("dragged");
  if (pointers.size === 1) {
    view.x -= (now.x - before.x) * view.scale;
    view.y -= (now.y - before.y) * view.scale;
    show();
  } else {
    const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
    const distance = (a) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
    const frame = canvas.getBoundingClientRect();
    zoom(distance(before) / distance(now), { x: other.x - frame.x, y: other.y - frame.y });
  }
  pointers.set(event.pointerId, now);
});
for (const end of ["pointerup", "pointercancel"]) {
  window.addEventListener(end, (event) => {
    pointers.delete(event.pointerId);
    canvas.classList.remove("dragged");
  });
}
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const frame = canvas.getBoundingClientRect();
  const at = { x: event.clientX - frame.x, y: event.clientY - frame.y };
  zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.004), at);
}, { passive: false });

// --- nodes ----------------------------------------------------------------------------------

const rows = nodes.map((node, k) => {
  const row = element("tr", "", document.querySelector("tbody"));
  const computes = node.formula || [node.label, ...node.operands.map((x) => nodes[x].name)].join(" ");
  for (const text of [node.name, computes, "", "", ""]) element("td", text, row);
  row.addEventListener("click", () => select(k));
  return row;
});
boxes.forEach((box, k) => box && box.addEventListener("click", () => { if (!moved) select(k); }));

// How far a step has brought a node: 0 nowhere, 1 its value is known, 2 its adjoint too.
function progress(k) {
  if (step === null) return 2;
  const forward = k < step;
  const place = placeBack[k];
  const back = place !== undefined && nodes.length + place < step;
  return back ? 2 : forward ? 1 : 0;
}

function select(k) {
  selected = k;
  draw();
  bringIntoView(k);
}

function detail() {
  const place = byId("detail");
  place.replaceChildren();
  if (selected === null) {
    element("h2", `${nodes.length} nodes`, place);
    element("p", "Select a node, or step through the computation with → and ←.", place);
    return;
  }
  const node = nodes[selected];
  element("h2", node.formula ? `${node.name} = ${node.formula}` : `${node.name}: ${node.label}`, place);
  const list = element("dl", "", place);
  const reached = progress(selected);
  const rest = [
    ["operation", [node.label, node.parameters].filter(Boolean).join("   ")],
    ["mathematics", node.math],
    ["type", node.type],
    ["value", reached > 0 ? node.primal : null],
    ["tangent", reached > 0 ? node.tangent : null],
    ["adjoint", reached > 1 ? node.adjoint : null],
    ["scope", node.scope],
    ["recorded at", node.origin],
    ["FLOPs", node.flops ? node.flops.toLocaleString("en") : ""],
    ["forward", reached > 0 ? node.forward : null],
    ...node.backward.map((text) => ["backward", reached > 1 ? text : null]),
  ];
  for (const [name, value] of rest) {
    if (value) { element("dt", name, list); element("dd", value, list); }
  }
}

function draw() {
  const now = step === null || step === 0 ? null : steps[step - 1];
  document.body.classList.toggle("stepping", step !== null);
  nodes.forEach((node, k) => {
    const reached = progress(k);
    const isActive = now !== null && now.node === k;
    if (boxes[k]) {
      boxes[k].classList.toggle("visited", reached > 0);
      boxes[k].classList.toggle("returned", step !== null && reached > 1);
      boxes[k].classList.toggle("active", isActive);
      boxes[k].classList.toggle("selected", selected === k);
    }
    rows[k].classList.toggle("active", isActive);
    rows[k].classList.toggle("selected", selected === k);
    const cells = rows[k].children;
    cells[2].textContent = (reached > 0 && node.primal) || "";
    cells[3].textContent = (reached > 0 && node.tangent) || "";
    cells[4].textContent = (reached > 1 && node.adjoint) || "";
  });
  for (const edge of edges) {
    edge.classList.toggle("active", now !== null && Number(edge.dataset.to) === now.node);
    edge.classList.toggle("selected", selected !== null
      && (Number(edge.dataset.to) === selected || Number(edge.dataset.from) === selected));
  }
  const sentence = byId("sentence");
  sentence.replaceChildren();
  let phase = "everything is shown";
  if (step === 0) phase = "before the first step";
  if (now) {
    const node = nodes[now.node];
    phase = `${now.back ? "backward" : "forward"} pass, ${step} of ${steps.length}`;
    const texts = now.back ? node.backward : [node.forward || `${node.name}: ${node.label}`];
    texts.forEach((text) => element("div", text, sentence));
    if (now.back && texts.length === 0) element("div", `${node.name} is reached: adjoint ${node.adjoint}`, sentence);
  }
  byId("phase").textContent = phase;
  byId("position").value = step === null ? steps.length : step;
  detail();
}

// --- steps ----------------------------------------------------------------------------------

function goTo(wanted) {
  step = wanted === null ? null : Math.max(0, Math.min(steps.length, wanted));
  if (step) {
    selected = steps[step - 1].node;
    rows[selected].scrollIntoView({ block: "nearest" });
  }
  draw();
  if (step) bringIntoView(selected);
}

function stop() {
  clearInterval(timer);
  timer = null;
  byId("play").textContent = "▶ play";
}

function play() {
  if (timer) return stop();
  if (step === null || step === steps.length) goTo(0);
  byId("play").textContent = "■ stop";
  timer = setInterval(() => {
    if (step >= steps.length) return stop();
    goTo(step + 1);
  }, 700);
}

const forwards = () => { stop(); goTo(step === null ? 1 : step + 1); };
const backwardsOne = () => { stop(); goTo(step === null ? steps.length - 1 : step - 1); };
byId("position").max = steps.length;
byId("position").addEventListener("input", (event) => { stop(); goTo(Number(event.target.value)); });
byId("first").addEventListener("click", () => { stop(); goTo(0); });
byId("back").addEventListener("click", backwardsOne);
byId("next").addEventListener("click", forwards);
byId("last").addEventListener("click", () => { stop(); goTo(null); });
byId("play").addEventListener("click", play);
byId("in").addEventListener("click", () => zoom(0.8));
byId("out").addEventListener("click", () => zoom(1.25));
byId("fit").addEventListener("click", fit);

window.addEventListener("keydown", (event) => {
  if (event.target.tagName === "INPUT" || event.ctrlKey || event.metaKey || event.altKey) return;
  const keys = {
    ArrowRight: forwards, ArrowLeft: backwardsOne,
    Home: () => { stop(); goTo(0); }, End: () => { stop(); goTo(null); },
    "+": () => zoom(0.8), "-": () => zoom(1.25), 0: fit, f: fit, " ": play,
  };
  const act = keys[event.key];
  if (act && !(event.key === " " && event.target.tagName === "BUTTON")) {
    event.preventDefault();
    act();
  }
});

byId("search").addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  let first = null;
  nodes.forEach((node, k) => {
    const texts = [node.name, node.label, node.formula, node.scope, node.origin];
    const isFound = wanted !== "" && texts.some((text) => text.toLowerCase().includes(wanted));
    if (isFound && first === null) first = k;
    rows[k].classList.toggle("found", isFound);
    if (boxes[k]) boxes[k].classList.toggle("found", isFound);
  });
  if (first !== null) {
    select(first);
    rows[first].scrollIntoView({ block: "nearest" });
  }
});

// --- the beginning --------------------------------------------------------------------------

svg.removeAttribute("width");
svg.removeAttribute("height");
new ResizeObserver(show).observe(canvas);
fit();
draw();
function fromLink() {
  const [name, value] = location.hash.slice(1).split("=");
  const number = Number(value);
  if (name === "step" && Number.isInteger(number)) goTo(number);
  if (name === "node" && nodes[number]) select(number);
}
window.addEventListener("hashchange", fromLink);
fromLink();
