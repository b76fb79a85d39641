// The drawn views: what is shown as nodes and edges for a state, where it stands, how it looks, and the vis-network that shows it.
const MOST_SHOWN = 700, MOST_OPENED = 1500;
const UNIT_W = 300, UNIT_H = 34;

// "GB 7" beside a name already says "Geschäftsbereich".
const shortened = (node) => (/^GB\b/.test(node.code || "") ? node.label.replace(/^Geschäftsbereich /, "") : node.label);
// ---- nodes: what each looks like, in shapes around its own middle
function unitShapes(node, ink) {
  const { w, h } = node, colour = colourOf(node.mark ?? node.id);
  const slim = h > 40;
  let lines = node.lines ||= wrapped(shortened(node), w - (slim ? 38 : 116), 2, 13);
  if (!slim && lines.length > 1) lines = node.lines = wrapped(shortened(node), w - 134, 2, 13);
  return [
    { k: "rect", x: -w / 2, y: -h / 2, w, h, r: 5, fill: theme.paper, stroke: ink.selected ? theme.accent : colour, lw: ink.selected ? 3 : 1.2 },
    mark(markOf(node.mark ?? node.id), -w / 2 + 15, 0, 7, colour),
    ...lines.map((text, i) => ({ k: "text", x: -w / 2 + 30, y: (i - (lines.length - 1) / 2) * 16 - (slim ? 8 : 0), text, size: 13, fill: theme.ink })),
    ...(node.code && slim ? [{ k: "text", x: -w / 2 + 30, y: h / 2 - 9, text: wrapped(node.code, 70, 1, 11)[0], size: 11, fill: theme.soft }] : node.code ? [{ k: "text", x: w / 2 - 8, y: -h / 2 + 8, text: wrapped(node.code, 84, 1, 11)[0], size: 11, anchor: "end", fill: theme.soft }] : []),
  ];
}
function moreShapes(node) {
  return [
    { k: "rect", x: -node.w / 2, y: -8, w: node.w, h: 16, r: 8, fill: theme.wash, stroke: theme.soft },
    { k: "text", x: 0, y: 0, text: node.label, size: 11, anchor: "middle", fill: theme.ink },
  ];
}
function bodyShapes(node, ink) {
  const umbrella = node.type === "umbrella";
  const lines = node.lines ||= wrapped(node.label, node.w - 16, 3, 11.5, umbrella);
  const h = node.h;
  return [
    { k: "rect", x: -node.w / 2, y: -h / 2, w: node.w, h, r: umbrella ? 2 : 16, fill: umbrella ? theme.umbrella : theme.tie, dash: !node.firm, stroke: ink.selected ? theme.accent : theme.edge, lw: ink.selected ? 3 : umbrella ? 2 : 1 },
    ...lines.map((text, i) => ({ k: "text", x: 0, y: (i - (lines.length - 1) / 2) * 13.5, text, size: 11.5, bold: umbrella, anchor: "middle", fill: theme.ink })),
  ];
}
function ringShapes(node, ink) {
  const out = Math.sign(node.x) || 1, r = node.r;
  const lines = node.lines ||= wrapped(node.code && node.label.length > 34 ? `${node.code} ${shortened(node)}` : node.label, 190, 2, 12);
  return [
    { k: "circle", x: 0, y: 0, r: r + 4, fill: theme.paper, stroke: ink.selected ? theme.accent : theme.line, lw: ink.selected ? 3 : 1 },
    mark(markOf(node.id), 0, 0, r, colourOf(node.id)),
    ...lines.map((text, i) => ({ k: "text", x: out * (r + 9), y: (i - (lines.length - 1) / 2) * 14, text, size: 12, anchor: out > 0 ? "start" : "end", fill: theme.ink })),
  ];
}
const SHAPES = { unit: unitShapes, more: moreShapes, body: bodyShapes, umbrella: bodyShapes, ring: ringShapes };
function shapesOf(node, ink = {}) {
  const shapes = SHAPES[node.kind](node, ink);
  return node.dim ? shapes.map((s) => ({ ...s, alpha: 0.28 })) : shapes;
}

function unitNode(key, x, y) {
  const group = groups.get(key) || { label: labelOf(key), code: (units.get(key) || {}).code };
  return { id: key, kind: "unit", type: "unit", label: group.label, code: group.code, x, y, ...(narrow() ? { w: 200, h: 50 } : { w: UNIT_W, h: UNIT_H }) };
}
function bodyNode(body, x, y, firm, w = 164) {
  const short = body.alt.find((name) => name.length <= 8);
  const label = body.isUmbrella && short && !body.label.includes(short) ? `${body.label} (${short})` : body.label;
  const lines = wrapped(label, w - 16, 3, 11.5, body.isUmbrella).length;
  return { id: body.id, kind: body.isUmbrella ? "umbrella" : "body", type: body.isUmbrella ? "umbrella" : "body", label, x, y, w, h: 8 + 13.5 * lines, firm };
}

// ---- the overview: units, what ties them together, everything else folded into a count
function overviewGraph(state, some) {
  const place = layout[narrow() ? "tall" : "wide"];
  const byBody = new Map(), below = new Map();
  for (const part of some) {
    if (!byBody.has(part.b)) byBody.set(part.b, []);
    byBody.get(part.b).push(part);
    const top = part.b.root;
    if (top.isUmbrella) {
      if (!below.has(top)) below.set(top, new Set());
      below.get(top).add(groupOf(part.unit));
    }
  }
  const groupsIn = (list) => new Set(list.map((part) => groupOf(part.unit)));
  const shown = new Map();
  const candidates = [];
  for (const [body, list] of byBody) if (groupsIn(list).size > 1) candidates.push([body, groupsIn(list).size]);
  for (const [body, members] of below) if (members.size > 1 && !candidates.some(([other]) => other === body)) candidates.push([body, members.size]);
  candidates.sort((a, b) => b[1] - a[1] || (a[0].id < b[0].id ? -1 : 1));
  for (const [body] of candidates) if (place.nodes[body.id]) shown.set(body, byBody.get(body) || []);
  const folded = new Map();
  for (const [body, list] of byBody) {
    if (shown.has(body)) continue;
    const keeper = body.root !== body && shown.has(body.root) ? [body.root.id] : [...groupsIn(list)];
    for (const key of keeper) {
      if (!folded.has(key)) folded.set(key, []);
      folded.get(key).push(body);
    }
  }
  const nodes = new Map(), edges = new Map();
  const link = (from, to, part, way) => {
    const key = `${from}→${to}`;
    if (!edges.has(key)) edges.set(key, { id: key, from, to, way, firm: false, parts: [] });
    const edge = edges.get(key);
    edge.parts.push(part);
    edge.firm ||= !part.loose;
  };
  const active = new Set(some.map((part) => groupOf(part.unit)));
  for (const key of groups.keys()) {
    const [x, y] = place.nodes[key] || [0, 0];
    nodes.set(key, { ...unitNode(key, x, y), dim: !active.has(key) });
  }
  const firmAcross = (list) => new Set(list.filter((part) => !part.loose).map((part) => groupOf(part.unit))).size > 1;
  for (const [body, list] of shown) {
    const [x, y] = place.nodes[body.id];
    const all = body.isUmbrella ? some.filter((part) => part.b.root === body) : list;
    nodes.set(body.id, bodyNode(body, x, y, firmAcross(all)));
    for (const part of list) link(groupOf(part.unit), body.id, part, "direct");
    if (body.root !== body && shown.has(body.root)) edges.set(`${body.id}→${body.root.id}`, { id: `${body.id}→${body.root.id}`, from: body.id, to: body.root.id, way: "under", firm: true, parts: list });
  }
  for (const [key, list] of folded) {
    const body = bodies.get(key);
    if (body) for (const sub of list) for (const part of byBody.get(sub)) link(groupOf(part.unit), key, part, "via");
  }
  const refused = unfold(nodes, edges, folded, byBody, (key) => state.open.includes(key));
  const left = candidates.length - shown.size;
  return { nodes: [...nodes.values()], edges: [...edges.values()], panels: place.panels, message: refused ? t("tooMany", { n: MOST_OPENED }) : left > 0 ? t("cut", { shown: shown.size, all: candidates.length }) : "" };
}

// Folded bodies: a pill with their count beside its keeper, or, opened, a block of their own on the outer side.
function unfold(nodes, edges, folded, byBody, isOpen) {
  const all = [...nodes.values()];
  const left = Math.min(0, ...all.map((node) => node.x - node.w / 2)), right = Math.max(0, ...all.map((node) => node.x + node.w / 2));
  const bottom = Math.max(0, ...all.map((node) => node.y + node.h / 2));
  const next = { left: -Infinity, right: -Infinity, bottom: bottom + 70 };
  const keepers = [...folded.keys()].filter((key) => nodes.has(key)).sort((a, b) => nodes.get(a).y - nodes.get(b).y || (a < b ? -1 : 1));
  let refused = false;
  for (const key of keepers) {
    const node = nodes.get(key), list = folded.get(key), fits = nodes.size + list.length <= MOST_OPENED, open = isOpen(key) && fits;
    refused ||= isOpen(key) && !fits;
    const label = open ? t("foldUp", { n: list.length }) : t("more", { n: list.length });
    const w = widthOf(label, 11) + 18;
    const isUnit = node.kind === "unit";
    const pill = { id: `more:${key}`, kind: "more", type: "more", label, w, h: 16, keeper: key, count: list.length, x: isUnit ? node.x + node.w / 2 - w / 2 - 4 : node.x + node.w / 2 - w / 2 + 4, y: isUnit ? node.y + node.h / 2 - 10 : node.y + node.h / 2 + 1 };
    nodes.set(pill.id, pill);
    if (!open) continue;
    const sorted = [...list].sort((a, b) => a.label.localeCompare(b.label, "de"));
    const side = !isUnit ? "bottom" : node.x < 0 && !narrow() ? "left" : "right";
    const columns = side === "bottom" ? Math.min(6, sorted.length) : Math.max(1, Math.ceil(sorted.length / 11));
    const rows = Math.ceil(sorted.length / columns);
    const top = side === "bottom" ? next.bottom : Math.max(next[side], node.y - (rows * 54) / 2);
    sorted.forEach((body, i) => {
      const column = side === "bottom" ? i % columns : Math.floor(i / rows), row = side === "bottom" ? Math.floor(i / columns) : i % rows;
      const x = side === "bottom" ? (column - (columns - 1) / 2) * 190 : side === "left" ? left - 190 - column * 190 : right + 190 + column * 190;
      const own = byBody.get(body);
      nodes.set(body.id, bodyNode(body, x, top + row * 54 + 20, own.some((part) => !part.loose), 176));
      for (const part of own) {
        const from = groupOf(part.unit), id = `${from}→${body.id}`;
        edges.set(id, { id, from, to: body.id, way: "direct", firm: !part.loose || Boolean((edges.get(id) || {}).firm), parts: [...((edges.get(id) || {}).parts || []), part] });
      }
      if (!isUnit) edges.set(`${body.id}→${key}`, { id: `${body.id}→${key}`, from: body.id, to: key, way: "under", firm: true, parts: own });
    });
    next[side] = top + rows * 54 + 24;
  }
  return refused;
}

// ---- few participations, such as what a filter leaves: units, bodies and umbrellas in columns, nothing folded
const FEW = 100;
const isFew = (some) => some !== parts && new Set(some.map((part) => part.body)).size <= FEW;
function fewGraph(some) {
  const edges = tiesOf(some);
  const over = new Set(some.flatMap((part) => part.b.chain.slice(1).map((body) => body.id)));
  const left = [...new Set(some.map((part) => groupOf(part.unit)))].sort((a, b) => markOf(a) - markOf(b) || byLabel(a, b));
  const sums = new Map();
  for (const part of some) for (const body of part.b.chain) sums.set(body.id, [...(sums.get(body.id) || []), left.indexOf(groupOf(part.unit))]);
  const middle = (id) => sums.get(id).reduce((a, b) => a + b, 0) / sums.get(id).length;
  const order = (keys) => keys.sort((a, b) => middle(a) - middle(b) || byLabel(a, b));
  const lower = order([...new Set(some.map((part) => part.body))].filter((id) => !over.has(id)));
  const nodes = columnsOf([left, lower, order([...over])].filter((keys) => keys.length));
  return { nodes, edges: [...edges.values()], panels: [], message: "" };
}

// ---- focus: a node and what lies one to three steps away, in columns from left to right
function focusGraph(state, some) {
  const edges = tiesOf(some), near = new Map();
  for (const { from, to } of edges.values()) for (const [x, y] of [[from, to], [to, from]]) { if (!near.has(x)) near.set(x, new Set()); near.get(x).add(y); }
  const start = units.has(state.focus) ? groupOf(state.focus) : state.focus;
  const layers = [[start]], seen = new Set([start]);
  let cut = 0;
  for (let step = 0; step < state.steps; step += 1) {
    const found = new Set(layers[step].flatMap((key) => [...(near.get(key) || [])]).filter((key) => !seen.has(key)));
    let keys = [...found].sort((a, b) => markOf(a) - markOf(b) || labelOf(a).localeCompare(labelOf(b), "de"));
    if (seen.size + keys.length > MOST_SHOWN) { cut += keys.length - Math.max(0, MOST_SHOWN - seen.size); keys = keys.slice(0, Math.max(0, MOST_SHOWN - seen.size)); }
    keys.forEach((key) => seen.add(key));
    if (!keys.length) break;
    layers.push(keys);
  }
  return { nodes: columnsOf(layers), edges: [...edges.values()].filter((edge) => seen.has(edge.from) && seen.has(edge.to)), panels: [], message: cut ? t("cutFocus", { n: cut }) : "" };
}
// Every unit with its bodies, every body with its umbrella.
function tiesOf(some) {
  const edges = new Map();
  for (const part of some) {
    const from = groupOf(part.unit), id = `${from}→${part.body}`;
    if (!edges.has(id)) edges.set(id, { id, from, to: part.body, way: "direct", firm: false, parts: [] });
    edges.get(id).parts.push(part);
    edges.get(id).firm ||= !part.loose;
    for (let i = 0; i + 1 < part.b.chain.length; i += 1) {
      const [lower, upper] = [part.b.chain[i].id, part.b.chain[i + 1].id], key = `${lower}→${upper}`;
      if (!edges.has(key)) edges.set(key, { id: key, from: lower, to: upper, way: "under", firm: true, parts: [] });
    }
  }
  return edges;
}
// Layers of nodes from left to right, each broken into columns that are not too high.
function columnsOf(layers) {
  const nodes = [], most = Math.max(...layers.map((keys) => keys.length));
  let x = 0;
  for (const keys of layers) {
    const rows = Math.min(keys.length, Math.max(narrow() ? 40 : 9, Math.ceil(Math.sqrt(most * 1.5)))), columns = Math.ceil(keys.length / rows);
    const step = keys.some((key) => !bodies.has(key)) ? (narrow() ? 240 : UNIT_W + 40) : 196;
    keys.forEach((key, i) => {
      const column = Math.floor(i / rows), filled = Math.min(rows, keys.length - column * rows);
      const at = [x + column * step, ((i % rows) - (filled - 1) / 2) * 60], body = bodies.get(key);
      nodes.push(body ? bodyNode(body, at[0], at[1], body.parts.some((part) => !part.loose), 170) : unitNode(key, at[0], at[1]));
    });
    x += columns * step + 90;
  }
  return nodes;
}

// ---- overlaps: units on a ring, an edge for what two of them share
function overlapGraph(state, some) {
  const pairs = [...pairsOf(some).values()].map((pair) => ({ ...pair, weight: weigh(pair, state) })).filter((pair) => pair.weight > 0);
  const degree = new Map();
  for (const pair of pairs) for (const key of [pair.a, pair.b]) degree.set(key, (degree.get(key) || 0) + pair.weight);
  const most = Math.max(1, ...degree.values());
  const nodes = [...groups.values()].map((group) => {
    const [x, y] = layout.ring[group.id] || [0, 0], r = 7 + 11 * Math.sqrt((degree.get(group.id) || 0) / most);
    return { id: group.id, kind: "ring", type: "unit", label: group.label, code: group.code, x, y, r, w: 2 * r + 8, h: 2 * r + 8, dim: !degree.has(group.id) };
  });
  const edges = pairs.sort((a, b) => b.weight - a.weight).slice(0, 2000)
    .map((pair) => ({ id: `${pair.a}|${pair.b}`, from: pair.a, to: pair.b, way: "pair", firm: state.weigh.some((way) => pair.firm[way] > 0), weight: pair.weight, pair }));
  return { nodes, edges, panels: [], message: "" };
}
const weigh = (pair, state) => state.weigh.reduce((sum, way) => sum + pair[way].length, 0);

// ---- vis-network
const narrow = () => window.innerWidth < 700;
let network, nodeSet, edgeSet, current = { nodes: [], edges: [], panels: [] }, currentById = new Map(), drawnFor = "";

// Where a curve between two units of the ring bends: towards the middle, more so between units on the same side (as vis-network's curvedCW does).
function bend(a, b) {
  const round = Math.sign(a.x) === Math.sign(b.x) ? 0.45 : 0.12;
  const via = (turn) => {
    const factor = round * 0.5 + 0.5, radius = Math.hypot(b.x - a.x, b.y - a.y);
    const angle = Math.atan2(a.y - b.y, b.x - a.x) + (turn * round * 0.5 + 0.5) * Math.PI;
    return [a.x + factor * radius * Math.sin(angle), a.y + factor * radius * Math.cos(angle)];
  };
  const ways = [["curvedCW", via(1)], ["curvedCCW", via(-1)]].map(([type, at]) => ({ type, roundness: round, via: at }));
  return ways.sort((m, n) => Math.hypot(...m.via) - Math.hypot(...n.via))[0];
}
function edgeLook(edge, selected) {
  const strong = selected && (edge.from === selected || edge.to === selected);
  const from = units.has(edge.from) || groups.has(edge.from) ? colourOf(edge.from) : theme.edge;
  const colour = edge.way === "under" ? theme.edge : edge.way === "pair" ? theme.edge : from;
  const width = edge.way === "pair" ? 1 + 1.6 * Math.sqrt(edge.weight) : edge.way === "under" ? 1 : 1.3;
  return { colour, width: strong ? width + 1.6 : width, dash: !edge.firm, opacity: strong ? 1 : selected ? 0.22 : edge.way === "pair" ? (current.edges.length > 80 ? 0.3 : 0.55) : edge.way === "via" ? 0.35 : 0.55 };
}
function visNode(node) {
  return {
    id: node.id, x: node.x, y: node.y, shape: "custom", label: undefined, physics: false, fixed: false,
    ctxRenderer: ({ ctx, x, y, state: { selected } }) => ({
      drawNode() { paint(ctx, shapesOf(node, { selected }), x, y); },
      nodeDimensions: { width: node.w, height: node.h },
    }),
  };
}
function visEdge(edge, selected) {
  const look = edgeLook(edge, selected);
  return { id: edge.id, from: edge.from, to: edge.to, color: { color: look.colour, highlight: look.colour, hover: theme.accent, opacity: look.opacity }, width: look.width, dashes: look.dash ? [6, 5] : false,
    smooth: edge.way === "pair" ? (({ type, roundness }) => ({ enabled: true, type, roundness }))(bend(currentById.get(edge.from), currentById.get(edge.to))) : false };
}

function ensureNetwork() {
  if (network) return;
  nodeSet = new vis.DataSet();
  edgeSet = new vis.DataSet();
  const holder = document.getElementById("canvas");
  network = new vis.Network(holder, { nodes: nodeSet, edges: edgeSet }, data.options);
  network.on("beforeDrawing", (ctx) => paint(ctx, panelShapes(current)));
  network.on("click", (event) => {
    const id = network.getNodeAt(event.pointer.DOM);
    if (id !== undefined) { press(id); return; }
    const edge = network.getEdgeAt(event.pointer.DOM);
    if (edge !== undefined) pressEdge(edge);
  });
  network.on("doubleClick", (event) => {
    const id = network.getNodeAt(event.pointer.DOM);
    if (id !== undefined && !id.startsWith("more:")) go({ view: "overview", focus: id, sel: id });
  });
  network.on("hoverNode", (event) => tip(event.node, event.pointer.DOM));
  network.on("blurNode", () => tip());
  network.on("dragStart", () => tip());
  network.on("zoom", () => tip());
  // a pill goes where its keeper goes, and lies on it even when the keeper is drawn on top because it is selected
  const follow = (ids, done) => {
    for (const [id, at] of Object.entries(network.getPositions(ids))) {
      const node = currentById.get(id), pill = currentById.get(`more:${id}`);
      if (node && pill) network.moveNode(pill.id, pill.x + at.x - node.x, pill.y + at.y - node.y);
      if (node && pill && done) Object.assign(pill, { x: pill.x + at.x - node.x, y: pill.y + at.y - node.y, moved: true });
      if (node && done) Object.assign(node, { x: at.x, y: at.y, moved: true });
    }
  };
  network.on("dragging", (event) => follow(event.nodes, false));
  network.on("dragEnd", (event) => follow(event.nodes, true));
  network.on("afterDrawing", (ctx) => {
    for (const id of network.getSelectedNodes()) {
      const pill = currentById.get(`more:${id}`);
      if (pill && nodeSet.get(pill.id)) { const at = network.getPosition(pill.id); paint(ctx, shapesOf(pill), at.x, at.y); }
    }
  });
  new ResizeObserver(() => { network.setSize("100%", "100%"); network.redraw(); if (!touched) fit(false); }).observe(holder);
  for (const name of ["dragStart", "zoom"]) network.on(name, () => { touched = true; });
}
let touched = false;

function panelShapes(graph) {
  return graph.panels.flatMap((panel) => {
    const colour = theme.palette[(colourIndex.get(panel.id) ?? 0) % theme.palette.length];
    const lines = panel.label ? wrapped(panel.label, panel.w - 16, 1, 12, true) : [];
    return [
      { k: "rect", x: panel.x, y: panel.y, w: panel.w, h: panel.h, r: 8, fill: theme.wash, stroke: panel.label ? colour : theme.wash, lw: 1 },
      ...lines.map((text, i) => ({ k: "text", x: panel.x + 8, y: panel.y + 13, text, size: 12, bold: true, fill: theme.ink })),
    ];
  });
}

function drawGraph(graph, state, key) {
  ensureNetwork();
  const selected = visibleSelection(graph, state.sel);
  const again = key === drawnFor;
  const before = again ? currentById : new Map();
  for (const node of graph.nodes) { const old = before.get(node.id); if (old && old.moved) Object.assign(node, { x: old.x, y: old.y, moved: true }); }
  current = graph;
  currentById = new Map(graph.nodes.map((node) => [node.id, node]));
  edgeSet.clear();
  nodeSet.clear();
  nodeSet.add(graph.nodes.map(visNode));
  edgeSet.add(graph.edges.map((edge) => visEdge(edge, selected)));
  network.selectNodes(selected && currentById.has(selected) ? [selected] : []);
  if (!again) { drawnFor = key; touched = false; fit(false); } else network.redraw();
}
// A body that is folded away is shown by its keeper.
function visibleSelection(graph, sel) {
  if (!sel) return "";
  if (graph.nodes.some((node) => node.id === sel)) return sel;
  const body = bodies.get(sel);
  if (body && graph.nodes.some((node) => node.id === body.root.id)) return body.root.id;
  if (body) return body.parts.map((part) => groupOf(part.unit)).find((key) => graph.nodes.some((node) => node.id === key)) || "";
  return units.has(sel) ? groupOf(sel) : "";
}

function sceneOf(graph, selected = "") {
  const by = new Map(graph.nodes.map((node) => [node.id, node]));
  const lines = graph.edges.map((edge) => {
    const look = edgeLook(edge, selected), a = by.get(edge.from), b = by.get(edge.to);
    if (edge.way === "pair") return { k: "curve", x: a.x, y: a.y, x2: b.x, y2: b.y, via: bend(a, b).via, stroke: look.colour, lw: look.width, dash: look.dash, alpha: look.opacity };
    return { k: "line", x: a.x, y: a.y, x2: b.x, y2: b.y, stroke: look.colour, lw: look.width, dash: look.dash, alpha: look.opacity };
  });
  return [...panelShapes(graph), ...lines, ...graph.nodes.flatMap((node) => shapesOf(node, { selected: node.id === selected }).map((s) => moved(s, node.x, node.y)))];
}

function fit(animate = !still()) {
  if (!network || !current.nodes.length) return;
  const holder = document.getElementById("canvas");
  const some = current.nodes.filter((node) => !node.dim || node.kind === "ring");
  const box = boundsOf((some.length ? some : current.nodes).flatMap((node) => shapesOf(node).map((s) => moved(s, node.x, node.y))).concat(some.length === current.nodes.length ? panelShapes(current) : []));
  const w = holder.clientWidth - 24, h = holder.clientHeight - 24;
  if (w <= 0 || h <= 0) return;
  let scale = Math.min(w / box.w, h / box.h, 1.25);
  let position = { x: box.x + box.w / 2, y: box.y + box.h / 2 };
  if (narrow() || scale < 0.42) {
    const readable = Math.max(scale, Math.min(w / box.w, 0.85), narrow() ? 0.62 : 0);
    if (narrow() && readable > scale) { scale = readable; position = { x: box.x + w / scale / 2 - 12, y: box.y + h / scale / 2 - 12 }; }
  }
  network.moveTo({ position, scale, animation: animate ? { duration: 300 } : false });
}
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
function zoom(factor) { touched = true; network.moveTo({ scale: Math.min(5, Math.max(0.03, network.getScale() * factor)), animation: still() ? false : { duration: 150 } }); }
function pan(dx, dy) {
  touched = true;
  const at = network.getViewPosition(), scale = network.getScale();
  network.moveTo({ position: { x: at.x + dx / scale, y: at.y + dy / scale }, animation: false });
}
function centre(id) {
  const node = currentById.get(id);
  if (node) { touched = true; network.moveTo({ position: { x: node.x, y: node.y }, scale: Math.max(network.getScale(), 0.8), animation: still() ? false : { duration: 250 } }); }
}
