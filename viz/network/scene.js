// Pictures as lists of simple shapes, drawn on the canvas and written as SVG by the same list: what is exported is what is seen.
const PALETTE = {
  light: ["#332288", "#0a6ebd", "#117733", "#8a7a00", "#b8405a", "#882255", "#a0339b", "#1f7f77", "#a85200", "#4d4d4d"],
  dark: ["#9f92f0", "#66b8f5", "#5cc27a", "#d8c84a", "#f08ba0", "#e086b4", "#dd8fd9", "#5fcabf", "#f0a35e", "#bdbdbd"],
};
const MARKS = ["circle", "square", "triangle", "diamond", "hexagon", "star", "down", "pentagon", "cross", "ring"];
const FONT = 'system-ui, "Segoe UI", "DejaVu Sans", sans-serif';
const measuring = document.createElement("canvas").getContext("2d");
const widths = new Map();

let theme = {};
function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(`--${name}`).trim();
  theme = Object.fromEntries(["paper", "ink", "soft", "line", "wash", "accent", "mark", "edge", "tie", "umbrella"].map((name) => [name, value(name)]));
  theme.palette = PALETTE[value("scheme") === "dark" ? "dark" : "light"];
}
const colourOf = (key) => theme.palette[markOf(key) % theme.palette.length];

function widthOf(text, size, bold) {
  const key = `${size}${bold ? "b" : ""}${text}`;
  if (!widths.has(key)) {
    measuring.font = `${bold ? "600 " : ""}${size}px ${FONT}`;
    widths.set(key, measuring.measureText(text).width);
  }
  return widths.get(key);
}
// Breaks a text into lines that fit; what does not fit ends in an ellipsis. Control and direction marks are dropped from pictures.
function wrapped(text, width, most, size = 13, bold = false) {
  const clean = text.slice(0, 400).replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, " ").replace(/\s+/g, " ").trim();
  const lines = [];
  let line = "";
  const fits = (some) => widthOf(some, size, bold) <= width;
  const cut = (some) => { let end = some.length; while (end > 1 && !fits(`${some.slice(0, end)}…`)) end = Math.min(end - 1, Math.floor(end * 0.9)); return `${some.slice(0, end).trimEnd()}…`; };
  const words = clean.split(/(?<= )|(?<=\p{L}-)(?=\p{L})/u);
  for (let i = 0; i < words.length; i += 1) {
    if (fits((line + words[i]).trimEnd())) { line += words[i]; continue; }
    if (line) lines.push(line.trimEnd());
    line = words[i];
    if (lines.length === most) { lines[most - 1] = cut(`${lines[most - 1]} ${line}`); return lines; }
    while (!fits(line.trimEnd())) {
      if (lines.length === most - 1) { lines.push(cut(line)); return lines; }
      let end = line.length;
      while (end > 1 && !fits(`${line.slice(0, end)}-`)) end = Math.min(end - 1, Math.floor(end * 0.95));
      lines.push(`${line.slice(0, end)}-`);
      line = line.slice(end);
    }
  }
  if (line.trim()) lines.push(line.trimEnd());
  return lines.length ? lines : ["–"];
}

const polygon = (n, r, turn = -Math.PI / 2) => Array.from({ length: n }, (_, i) => [r * Math.cos(turn + (2 * Math.PI * i) / n), r * Math.sin(turn + (2 * Math.PI * i) / n)]);
// A mark in the colour of a Geschäftsbereich: its shape says the same as its colour.
function mark(number, x, y, r, colour) {
  const kind = MARKS[number % MARKS.length];
  const at = (points) => ({ k: "poly", points: points.map(([a, b]) => [x + a, y + b]), fill: colour });
  if (kind === "circle") return { k: "circle", x, y, r, fill: colour };
  if (kind === "ring") return { k: "circle", x, y, r: r - 1.5, stroke: colour, lw: 3 };
  if (kind === "square") return { k: "rect", x: x - r * 0.9, y: y - r * 0.9, w: r * 1.8, h: r * 1.8, r: 0, fill: colour };
  if (kind === "triangle") return at(polygon(3, r * 1.2));
  if (kind === "down") return at(polygon(3, r * 1.2, Math.PI / 2));
  if (kind === "diamond") return at(polygon(4, r * 1.2));
  if (kind === "hexagon") return at(polygon(6, r * 1.05, 0));
  if (kind === "pentagon") return at(polygon(5, r * 1.1));
  if (kind === "star") return at(polygon(10, 1).map(([a, b], i) => [a * (i % 2 ? r * 0.5 : r * 1.25), b * (i % 2 ? r * 0.5 : r * 1.25)]));
  const t = r * 0.4, l = r * 1.1;
  return at([[-t, -l], [t, -l], [t, -t], [l, -t], [l, t], [t, t], [t, l], [-t, l], [-t, t], [-l, t], [-l, -t], [-t, -t]]);
}

function paint(ctx, shapes, ox = 0, oy = 0) {
  for (const s of shapes) {
    ctx.globalAlpha = s.alpha ?? 1;
    ctx.setLineDash(s.dash ? [5, 4] : []);
    ctx.lineWidth = s.lw || 1;
    if (s.k === "text") {
      ctx.font = `${s.bold ? "600 " : ""}${s.size || 13}px ${FONT}`;
      ctx.fillStyle = s.fill;
      ctx.textAlign = s.anchor === "middle" ? "center" : s.anchor === "end" ? "right" : "left";
      ctx.textBaseline = "middle";
      ctx.fillText(s.text, ox + s.x, oy + s.y);
      continue;
    }
    ctx.beginPath();
    if (s.k === "circle") ctx.arc(ox + s.x, oy + s.y, s.r, 0, 2 * Math.PI);
    else if (s.k === "rect") ctx.roundRect(ox + s.x, oy + s.y, s.w, s.h, s.r || 0);
    else if (s.k === "line") { ctx.moveTo(ox + s.x, oy + s.y); ctx.lineTo(ox + s.x2, oy + s.y2); }
    else { s.points.forEach(([x, y], i) => (i ? ctx.lineTo(ox + x, oy + y) : ctx.moveTo(ox + x, oy + y))); ctx.closePath(); }
    if (s.fill) { ctx.fillStyle = s.fill; ctx.fill(); }
    if (s.stroke) { ctx.strokeStyle = s.stroke; ctx.stroke(); }
  }
  ctx.globalAlpha = 1;
  ctx.setLineDash([]);
}

const xml = (text) => String(text).replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "").replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const round = (n) => Math.round(n * 10) / 10;
function svgShape(s) {
  const look = `fill="${s.fill || "none"}"${s.stroke ? ` stroke="${s.stroke}" stroke-width="${s.lw || 1}"` : ""}${s.dash ? ' stroke-dasharray="5 4"' : ""}${s.alpha !== undefined ? ` opacity="${s.alpha}"` : ""}`;
  if (s.k === "text") return `<text x="${round(s.x)}" y="${round(s.y)}" font-size="${s.size || 13}"${s.bold ? ' font-weight="600"' : ""} text-anchor="${s.anchor || "start"}" dominant-baseline="central" ${look}>${xml(s.text)}</text>`;
  if (s.k === "circle") return `<circle cx="${round(s.x)}" cy="${round(s.y)}" r="${round(s.r)}" ${look}/>`;
  if (s.k === "rect") return `<rect x="${round(s.x)}" y="${round(s.y)}" width="${round(s.w)}" height="${round(s.h)}" rx="${s.r || 0}" ${look}/>`;
  if (s.k === "line") return `<line x1="${round(s.x)}" y1="${round(s.y)}" x2="${round(s.x2)}" y2="${round(s.y2)}" ${look}/>`;
  if (s.k === "curve") return `<path d="M${round(s.x)} ${round(s.y)}Q${round(s.via[0])} ${round(s.via[1])} ${round(s.x2)} ${round(s.y2)}" ${look}/>`;
  return `<polygon points="${s.points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ")}" ${look}/>`;
}
const moved = (s, dx, dy) => ({
  ...s, ...(s.x !== undefined ? { x: s.x + dx, y: s.y + dy } : {}), ...(s.x2 !== undefined ? { x2: s.x2 + dx, y2: s.y2 + dy } : {}),
  ...(s.via ? { via: [s.via[0] + dx, s.via[1] + dy] } : {}),
  ...(s.points ? { points: s.points.map(([x, y]) => [x + dx, y + dy]) } : {}),
});
// Writes a picture: a title line, the shapes, and the line that says what the picture is of.
function svgOf(picture) {
  const pad = 24, foot = 44, w = Math.ceil(Math.max(picture.w + 2 * pad, 640));
  const title = wrapped(picture.title, w - 2 * pad, 2, 18, true), head = 12 + 24 * title.length;
  const h = Math.ceil(picture.h + head + foot + 2 * pad);
  const body = picture.shapes.map((s) => svgShape(moved(s, pad - picture.x, pad + head - picture.y)));
  const texts = [
    ...title.map((text, i) => ({ k: "text", x: pad, y: pad + i * 24, text, size: 18, bold: true, fill: theme.ink })),
    ...wrapped(picture.source, w - 2 * pad, 2, 11).map((text, i) => ({ k: "text", x: pad, y: h - foot + i * 15, text, size: 11, fill: theme.soft })),
  ].map(svgShape);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="${xml(FONT)}" role="img"><title>${xml(picture.title)}</title>`
    + `<rect width="${w}" height="${h}" fill="${theme.paper}"/>${texts.join("")}${body.join("")}</svg>`;
}
function boundsOf(shapes) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const reach = (x, y) => { left = Math.min(left, x); right = Math.max(right, x); top = Math.min(top, y); bottom = Math.max(bottom, y); };
  for (const s of shapes) {
    if (s.points) s.points.forEach(([x, y]) => reach(x, y));
    else if (s.k === "rect") { reach(s.x, s.y); reach(s.x + s.w, s.y + s.h); }
    else if (s.k === "circle") { reach(s.x - s.r, s.y - s.r); reach(s.x + s.r, s.y + s.r); }
    else if (s.k === "line" || s.k === "curve") { reach(s.x, s.y); reach(s.x2, s.y2); }
    else {
      const w = widthOf(s.text, s.size || 13, s.bold), shift = s.anchor === "middle" ? w / 2 : s.anchor === "end" ? w : 0;
      reach(s.x - shift, s.y - 8); reach(s.x - shift + w, s.y + 8);
    }
  }
  return left === Infinity ? { x: 0, y: 0, w: 400, h: 40 } : { x: left, y: top, w: right - left, h: bottom - top };
}
// A table as a picture: column widths by content, long cells broken.
function tablePicture(head, rows, most = 120) {
  const limit = (column) => Math.min(260, Math.max(60, ...[head, ...rows.slice(0, most)].map((row) => Math.min(260, widthOf(String(row[column] ?? "").slice(0, 200), 12) + 14))));
  const columns = head.map((_, i) => limit(i));
  const shapes = [];
  let y = 0;
  const draw = (row, bold) => {
    const cells = row.map((cell, i) => (cell === "" || cell === undefined || cell === null ? [] : wrapped(String(cell), columns[i] - 10, 3, 12, bold)));
    const h = Math.max(1, ...cells.map((lines) => lines.length)) * 15 + 8;
    let x = 0;
    cells.forEach((lines, i) => { lines.forEach((text, n) => shapes.push({ k: "text", x: x + 4, y: y + 11 + n * 15, text, size: 12, bold, fill: theme.ink })); x += columns[i]; });
    y += h;
    shapes.push({ k: "line", x: 0, y, x2: columns.reduce((a, b) => a + b, 0), y2: y, stroke: theme.line });
  };
  draw(head, true);
  rows.slice(0, most).forEach((row) => draw(row, false));
  if (rows.length > most) draw([t("moreRows", { n: rows.length - most }), ...head.slice(1).map(() => "")], false);
  return shapes;
}
