// Taking away what is shown: a picture (PNG, SVG), a table (CSV) and the graph (GEXF).
function pictureOf() {
  const some = filtered(state);
  const shapes = drawn() ? sceneOf(current, visibleSelection(current, state.sel))
    : state.view === "matrix" ? matrixPicture(some)
    : state.view === "costs" ? tablePicture([t(state.per), ...COSTS.map((name) => t(`k_${name}`))], costRows(some).map((row) => [labelOf(row.owner), ...costCells(row)]))
    : state.view === "compare" ? tablePicture(...(([head, ...rows]) => [head, rows])(compareRows(some)))
    : state.view === "umbrellas" ? tablePicture([t("umbrella"), t("body"), t("unit")], umbrellaRows(some).map((row) => [row[0], row[1], row[2]]))
    : tablePicture(...(([head, ...rows]) => [head.slice(1, 12), rows.map((row) => row.slice(1, 12))])(tableRows(some)));
  const legend = drawn() ? legendShapes(boundsOf(shapes)) : [];
  const all = [...shapes, ...legend];
  const sets = data.sets.map((set) => (lang === "en" && set.english ? set.english : set.title)).join(", ");
  return { ...boundsOf(all), shapes: all, title: `${t(`v_${state.view}`)}${filterWords() ? ` – ${filterWords()}` : ""}`.slice(0, 160), source: `${sets}; ${sourceLine()}` };
}
function legendShapes(box) {
  const shapes = [];
  let x = box.x, y = box.y + box.h + 30;
  for (const key of colourKeys) {
    const text = wrapped(labelOf(key), 300, 1, 12)[0], w = widthOf(text, 12) + 40;
    if (x > box.x && x + w > box.x + Math.max(box.w, 600)) { x = box.x; y += 20; }
    shapes.push(mark(markOf(key), x + 8, y, 6, colourOf(key)), { k: "text", x: x + 20, y, text, size: 12, fill: theme.ink });
    x += w;
  }
  y += 22;
  return [...shapes, { k: "line", x: box.x, y, x2: box.x + 40, y2: y, stroke: theme.edge, lw: 2 }, { k: "text", x: box.x + 48, y, text: t("firmLong"), size: 12, fill: theme.ink },
    { k: "line", x: box.x + 300, y, x2: box.x + 340, y2: y, stroke: theme.edge, lw: 2, dash: true }, { k: "text", x: box.x + 348, y, text: t("reserveLong"), size: 12, fill: theme.ink }];
}
function matrixPicture(some) {
  const { keys, cell } = matrixOf(some), shapes = [], w = 34;
  keys.forEach((a, i) => {
    shapes.push({ k: "text", x: 0, y: i * 22, text: wrapped(labelOf(a), 330, 1, 12)[0], size: 12, anchor: "end", fill: theme.ink });
    shapes.push({ k: "text", x: 24 + i * w, y: -16 - (i % 3) * 14, text: shortOf(a), size: 10, anchor: "middle", fill: theme.soft });
    keys.forEach((b, j) => {
      const { n, firm } = a === b ? { n: 0, firm: 0 } : cell(a, b);
      shapes.push({ k: "rect", x: 24 + j * w - w / 2 + 1, y: i * 22 - 10, w: w - 2, h: 20, r: 2, fill: a === b ? theme.line : n ? theme.tie : theme.wash, stroke: n && firm < n ? theme.edge : undefined, dash: true });
      if (n) shapes.push({ k: "text", x: 24 + j * w, y: i * 22, text: firm < n ? `${n}*` : String(n), size: 12, anchor: "middle", fill: theme.ink });
    });
  });
  return shapes;
}
const umbrellaRows = (some) => some.filter((part) => part.b.root.isUmbrella).map((part) => [part.b.root.label, part.b.chain.slice(0, -1).reverse().map((body) => body.label).join(" › "), withCode(part.u), part.roles.map(term).join(", "), part.lines || "", part.loose ? t("reserve") : t("firm")])
  .sort((a, b) => a[0].localeCompare(b[0], "de") || a[1].localeCompare(b[1], "de") || a[2].localeCompare(b[2], "de"));

function rowsOf() {
  const some = filtered(state);
  if (state.view === "overlaps" || state.view === "matrix") {
    const pairs = [...pairsOf(some).values()].sort((a, b) => weigh(b, state) - weigh(a, state) || byLabel(a.a, b.a));
    return [[t("unit"), t("unit"), t("by_bodies"), t("firm"), t("by_umbrellas"), t("by_persons"), t("who_bodies")], ...pairs.map((pair) => [labelOf(pair.a), labelOf(pair.b), pair.bodies.length, pair.firm.bodies, pair.umbrellas.length, pair.persons.length, pair.bodies.map(labelOf).join(" | ")])];
  }
  if (state.view === "umbrellas") return [[t("umbrella"), t("body"), t("unit"), t("role"), t("source"), t("firmness")], ...umbrellaRows(some)];
  if (state.view === "costs") return [[t(state.per), ...["exact", "about", "atMost"].map((name) => t(`k_${name}`)), t("rangeFrom"), t("rangeTo"), ...COSTS.slice(4).map((name) => t(`k_${name}`))],
    ...costRows(some).map((row) => [labelOf(row.owner), ...[row.exact, row.about, row.atMost, row.from, row.to, row.rare].map((n) => (Math.round(n * 100) / 100).toFixed(2).replace(".", ",")), row.none, row.noAmount, row.empty, row.unsure])];
  if (state.view === "compare") return compareRows(some);
  if (state.view === "overview" && state.focus) { const seen = new Set(current.nodes.map((node) => node.id)); return tableRows(some.filter((part) => seen.has(part.body) && seen.has(groupOf(part.unit)))); }
  return tableRows(some);
}
// A text that a spreadsheet would run as a formula gets an apostrophe in front.
const safeCell = (value) => { const text = String(value ?? ""); return `"${(/^[\s\u0000-\u0020]*[=+@\t\r]|^[\s\u0000-\u0020]*-(?!\d)/u.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`; };
const csvOf = () => `\ufeff${rowsOf().map((row) => row.map(safeCell).join(";")).join("\r\n")}\r\n`;

// The graph of the shown participations; in the drawn views exactly what is drawn.
function gexfOf() {
  let nodes, edges;
  if (drawn()) {
    nodes = current.nodes.filter((node) => node.kind !== "more" && !node.dim).map((node) => ({ id: node.id, type: node.type, x: node.x, y: node.y }));
    edges = current.edges;
  } else {
    const some = filtered(state);
    nodes = [...new Set(some.flatMap((part) => [part.unit, part.body]))].map((id) => ({ id, type: units.has(id) ? "unit" : bodies.get(id).isUmbrella ? "umbrella" : "body" }));
    edges = some.map((part) => ({ id: part.id, from: part.unit, to: part.body, way: "direct", firm: !part.loose, parts: [part] }));
  }
  const known = new Set(nodes.map((node) => node.id));
  const division = (id) => (units.has(id) ? labelOf(units.get(id).division) : "");
  const rgb = (hex) => { const n = parseInt(hex.slice(1), 16); return `r="${n >> 16}" g="${(n >> 8) & 255}" b="${n & 255}"`; };
  const node = (item) => `<node id="${xml(item.id)}" label="${xml(labelOf(item.id))}"><attvalues><attvalue for="type" value="${item.type}"/><attvalue for="division" value="${xml(division(item.id))}"/></attvalues>`
    + `${item.x === undefined ? "" : `<viz:position x="${round(item.x)}" y="${round(-item.y)}" z="0"/>`}<viz:color ${rgb(item.type === "unit" ? colourOf(item.id) : "#777777")}/></node>`;
  const edge = (item) => `<edge id="${xml(item.id)}" source="${xml(item.from)}" target="${xml(item.to)}" weight="${item.weight || Math.max(1, (item.parts || []).length)}"><attvalues><attvalue for="way" value="${item.way}"/><attvalue for="firm" value="${Boolean(item.firm)}"/></attvalues></edge>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3"><meta><creator>Gremiennetz ${xml(data.version)}</creator><description>${xml(`${t(`v_${state.view}`)}; ${sourceLine()}`)}</description></meta>`
    + `<graph defaultedgetype="${state.view === "overlaps" ? "undirected" : "directed"}"><attributes class="node"><attribute id="type" title="type" type="string"/><attribute id="division" title="division" type="string"/></attributes>`
    + `<attributes class="edge"><attribute id="way" title="way" type="string"/><attribute id="firm" title="firm" type="boolean"/></attributes>`
    + `<nodes>${nodes.map(node).join("")}</nodes><edges>${edges.filter((item) => known.has(item.from) && known.has(item.to)).map(edge).join("")}</edges></graph></gexf>`;
}

function save(content, type, ending) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = el("a", { href: url, download: `gremiennetz-${state.view}.${ending}` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  say(t("saved", { name: `gremiennetz-${state.view}.${ending}` }));
}
function savePng() {
  const svg = svgOf(pictureOf()), image = new Image();
  image.onload = () => {
    const scale = Math.min(2, 12000 / image.width, 12000 / image.height);
    const canvas = el("canvas", { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => (blob ? save(blob, "image/png", "png") : say(t("failed"))), "image/png");
  };
  image.onerror = () => say(t("failed"));
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}
const EXPORTS = { png: savePng, svg: () => save(svgOf(pictureOf()), "image/svg+xml", "svg"), csv: () => save(csvOf(), "text/csv;charset=utf-8", "csv"), gexf: () => save(gexfOf(), "application/gexf+xml", "gexf") };
