// The page at work: its state stands in the address, and everything is drawn from the state.
const VIEWS = ["overview", "overlaps", "umbrellas", "matrix", "table", "costs", ...(cities.length > 1 ? ["compare"] : [])];
const FRESH = {
  view: "overview", sel: "", q: "", f: Object.fromEntries(Object.keys(FACETS).map((name) => [name, []])), from: "", to: "", shared: false, uncertain: false, ending: false,
  focus: "", steps: 1, open: [], why: false, a: "", b: "", sort: "unit", down: false, page: 0, per: "unit", weigh: ["bodies"], left: "", right: "", show: "all", lang: "de", theme: "",
};
let state = FRESH, lang = "de";
const $ = (id) => document.getElementById(id);
const drawn = () => state.view === "overview" || state.view === "overlaps";

function t(key, values = {}) {
  const text = data.texts[lang][key] ?? key;
  // {n} stands for a value, {n|Einheit|Einheiten} for the word that fits it
  return text.replace(/\{(\w+)\|([^|{}]*)\|([^|{}]*)\}/g, (_, name, one, many) => (values[name] === 1 ? one : many)).replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === "number" ? new Intl.NumberFormat(lang).format(values[name]) : String(values[name] ?? "")));
}

// ---- state ↔ address
function toHash(some) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(some)) {
    if (key === "f") for (const [name, values] of Object.entries(value)) values.forEach((item) => query.append(`f.${name}`, item));
    else if (Array.isArray(value)) { if (value.join() !== FRESH[key].join()) (value.length ? value : [""]).forEach((item) => query.append(key, item)); }
    else if (typeof value === "boolean") { if (value) query.set(key, "1"); }
    else if (value !== FRESH[key]) query.set(key, value);
  }
  return query.toString();
}
function fromHash(hash) {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const known = (id) => units.has(id) || bodies.has(id) || personSeats.has(id) || groups.has(id) || cities.includes(id);
  const one = (key, allowed) => { const value = query.get(key); return value !== null && allowed(value) ? value : FRESH[key]; };
  const amount = (value) => value !== "" && Number.isFinite(Number(value)) && Number(value) >= 0;
  const side = (value) => units.has(value.replace(/^all:/, "")) || groups.has(value);
  return {
    view: one("view", (value) => VIEWS.includes(value)), sel: one("sel", known), q: (query.get("q") || "").slice(0, 200), from: one("from", amount), to: one("to", amount),
    f: Object.fromEntries(Object.keys(FACETS).map((name) => [name, query.getAll(`f.${name}`).slice(0, 200)])),
    shared: query.has("shared"), uncertain: query.has("uncertain"), ending: query.has("ending"), why: query.has("why"),
    focus: one("focus", known), steps: Math.min(3, Math.max(1, Math.trunc(Number(query.get("steps"))) || 1)), open: query.getAll("open").filter(known),
    a: one("a", side), b: one("b", side), sort: one("sort", (value) => value in COLUMNS), down: query.has("down"), page: Math.max(0, Math.trunc(Number(query.get("page"))) || 0),
    per: one("per", (value) => ["unit", "division"].includes(value)), weigh: query.has("weigh") ? ["bodies", "umbrellas", "persons"].filter((way) => query.getAll("weigh").includes(way)) : FRESH.weigh,
    left: one("left", (value) => cities.includes(value)), right: one("right", (value) => cities.includes(value) && value !== query.get("left")), show: one("show", (value) => SHOWN.includes(value)),
    lang: one("lang", (value) => value in data.texts), theme: one("theme", (value) => ["light", "dark"].includes(value)),
  };
}
// Every step of the user goes through the address, so that a link shows the same and "back" goes back.
function go(change) {
  const next = { ...state, ...change };
  if (change.f || "q" in change || "from" in change || "shared" in change || "uncertain" in change || "ending" in change) next.page = change.page ?? 0;
  if ("view" in change && change.view !== "overview") next.focus = change.focus || "";
  const hash = toHash(next);
  if (hash === toHash(state)) { render(); return; }
  location.hash = hash;
}
function press(id) {
  if (id.startsWith("more:")) { toggleOpen(id.slice(5)); return; }
  go({ sel: id });
}
const toggleOpen = (key) => go({ open: state.open.includes(key) ? state.open.filter((item) => item !== key) : [...state.open, key] });
function pressEdge(id) {
  const edge = current.edges.find((item) => item.id === id);
  if (!edge) return;
  if (edge.way === "pair") go({ why: true, a: sideFor(edge.from), b: sideFor(edge.to) });
  else go({ sel: edge.to });
}

// ---- words about the state
function filterWords() {
  const chosen = Object.entries(state.f).flatMap(([, values]) => values.map((value) => (data.terms[value] ? term(value) : labelOf(value).slice(0, 60))));
  for (const name of Object.keys(FLAGS)) if (state[name]) chosen.push(t(`only_${name}`));
  if (state.from !== "" || state.to !== "") chosen.push(`${t("cost")} ${state.from || "0"}–${state.to || "…"} €`);
  if (state.q) chosen.push(`„${state.q}“`);
  return chosen.join("; ");
}
function sourceLine() {
  const years = [...new Set(data.sets.map((set) => set.year).filter(Boolean))].join(", "), licences = [...new Set(data.sets.map((set) => set.licence).filter(Boolean))].join("; ");
  return [years && t("asOf", { year: years }), t(`profile_${data.profile}`), `Gremiennetz ${data.version}`, licences && `${t("licence")}: ${licences}`].filter(Boolean).join(" · ");
}
function say(text) { $("status").textContent = text; }

// ---- drawing
const openFacets = new Set(["division"]);
function remember() {
  const active = document.activeElement;
  const box = active && active.closest("#filters, #view, #details, #whyList, #nav, #tools, #chips");
  if (!box) return () => {};
  const inside = () => [...box.querySelectorAll("button, input, select, summary, a")];
  const key = active.getAttribute("aria-label") || active.textContent || active.id, at = inside().indexOf(active);
  return () => { const now = inside(), same = now[at]; (same && same.tagName === active.tagName ? same : now.find((item) => (item.getAttribute("aria-label") || item.textContent) === key))?.focus({ preventScroll: true }); };
}

let lastSel = "";
function render() {
  const restore = remember();
  lang = state.lang;
  document.documentElement.lang = lang;
  document.documentElement.dataset.theme = state.theme;
  readTheme();
  for (const item of document.querySelectorAll("[data-t]")) item.textContent = t(item.dataset.t);
  for (const item of document.querySelectorAll("[data-label]")) item.setAttribute("aria-label", t(item.dataset.label));
  document.title = `${t(`v_${state.view}`)} – Gremiennetz`;
  $("nav").replaceChildren(...VIEWS.map((view) => el("button", { type: "button", "aria-current": view === state.view ? "page" : undefined, on: { click: () => go({ view }) } }, t(`v_${view}`))));
  $("title").textContent = t(`v_${state.view}`);
  $("sentence").textContent = state.focus ? t("s_focus", { label: labelOf(state.focus).slice(0, 200), n: state.steps }) : t(state.view === "overview" && isFew(filtered(state)) ? "s_few" : `s_${state.view}`);
  // a country of sets would push the picture off the screen: the first three are named, the rest is a number
  const names = data.sets.map((set) => (lang === "en" && set.english ? set.english : set.title));
  $("sets").textContent = names.slice(0, 3).join(", ") + (names.length > 3 ? ` + ${names.length - 3}` : "");
  $("source").textContent = [...data.sets.map((set) => set.document).filter(Boolean), sourceLine()].join(" · ");
  $("profile").textContent = t(`profile_${data.profile}`);
  const some = filtered(state);
  renderFilters(some);
  renderDetails();
  renderLegend();
  renderView(some);
  renderWhy();
  restore();
}
function renderView(some) {
  const view = state.view, graphed = drawn() && parts.length > 0;
  $("content").dataset.view = view;
  $("content").classList.toggle("focus", Boolean(state.focus));
  $("stage").hidden = !graphed;
  $("legend").hidden = !graphed;
  $("tools").hidden = !(view === "overview" && graphed);
  const count = { parts: some.length, bodies: new Set(some.map((part) => part.body)).size, units: new Set(some.map((part) => part.unit)).size };
  say(some.length ? t("shownCounts", count) : parts.length ? t("nothing") : t("empty"));
  let message = some.length ? "" : parts.length ? t("nothing") : t("empty");
  if (graphed) {
    const graph = view === "overlaps" ? overlapGraph(state, some) : state.focus ? focusGraph(state, some) : isFew(some) ? fewGraph(some) : overviewGraph(state, some);
    message ||= graph.message;
    const key = JSON.stringify([view, state.focus, state.steps, state.f, state.q, state.from, state.to, state.shared, state.uncertain, state.ending, narrow(), view === "overview" && !state.focus ? state.open : 0]);
    drawGraph(graph, state, key);
  }
  if (layout.hidden && view === "overview" && !message) message = t("cut", { shown: Object.keys(layout.wide.nodes).filter((key) => bodies.has(key)).length, all: Object.keys(layout.wide.nodes).filter((key) => bodies.has(key)).length + layout.hidden });
  if (layout.level !== "unit" && drawn() && !message) message = t(`level_${layout.level}`);
  $("message").textContent = message;
  $("message").hidden = !message;
  const make = { overview: () => [], overlaps: (list) => [weighing(), ...overlapLists(list)], umbrellas: umbrellaView, matrix: matrixView, table: tableView, costs: costView, compare: compareView }[view];
  $("view").replaceChildren(...make(some).flat(Infinity).filter(Boolean));
  $("focusTools").hidden = !state.focus;
  $("foldAll").hidden = !state.open.length || Boolean(state.focus);
  for (const button of document.querySelectorAll("[data-steps]")) button.setAttribute("aria-pressed", String(Number(button.dataset.steps) === state.steps));
}
function renderDetails() {
  const panel = $("details");
  const open = Boolean(state.sel);
  panel.hidden = !open;
  document.body.classList.toggle("with-details", open);
  if (open) {
    $("detailsBody").replaceChildren(...details(state.sel).flat(Infinity).filter(Boolean));
    if (lastSel !== state.sel) { panel.scrollTop = 0; say(t("selected", { label: labelOf(state.sel).slice(0, 200) })); }
  }
  lastSel = state.sel;
}
function renderWhy() {
  const dialog = $("why");
  if (!state.why) { if (dialog.open) dialog.close(); return; }
  $("whyA").replaceChildren(...unitOptions(state.a));
  $("whyB").replaceChildren(...unitOptions(state.b));
  $("whyA").value = state.a;
  $("whyB").value = state.b;
  $("whyList").replaceChildren(...whyList(state.a, state.b).flat(Infinity).filter(Boolean));
  if (!dialog.open) dialog.showModal();
}
function renderLegend() {
  const line = (dash) => { const made = document.createElementNS("http://www.w3.org/2000/svg", "svg"); made.setAttribute("class", dash ? "key dashed" : "key"); made.setAttribute("viewBox", "0 0 34 10"); made.setAttribute("aria-hidden", "true"); const l = document.createElementNS("http://www.w3.org/2000/svg", "line"); for (const [n, v] of Object.entries({ x1: 0, x2: 34, y1: 5, y2: 5 })) l.setAttribute(n, v); made.append(l); return made; };
  $("legendList").replaceChildren(
    ...colourKeys.slice(0, 40).map((key) => el("li", {}, markSvg(key), words(labelOf(key).replace(/^Geschäftsbereich /, "").replace(/^(.{46}).{3,}$/su, "$1…")))),
    ...(state.view === "overview" ? [el("li", {}, el("span", { class: "key umbrella" }), t("umbrella")), el("li", {}, el("span", { class: "key tie" }), t("body"))] : []),
    el("li", {}, line(false), t("firmLong")), el("li", {}, line(true), t("reserveLong")));
}

// ---- filters
function renderFilters() {
  const boxes = Object.keys(FACETS).map((name) => {
    const counts = facetCounts(state, name), all = facetAll(name), chosen = state.f[name];
    if (!all.length) return null;
    const box = (value) => el("label", {}, el("input", { type: "checkbox", checked: chosen.includes(value), on: { change: (event) => go({ f: { ...state.f, [name]: event.target.checked ? [...chosen, value] : chosen.filter((item) => item !== value) } }) } }),
      words(name === "unit" && units.has(value) ? withCode(units.get(value)).slice(0, 160) : data.terms[value] ? term(value) : labelOf(value).slice(0, 160)), el("span", { class: "count" }, String(counts.get(value) || 0)));
    const values = [...chosen.filter((value) => !all.slice(0, 80).includes(value)), ...all.slice(0, 80)];
    return el("details", { open: openFacets.has(name) || chosen.length > 0, on: { toggle: (event) => { if (event.target.open) openFacets.add(name); else openFacets.delete(name); } } },
      el("summary", {}, t(name), chosen.length ? ` (${t("chosen", { n: chosen.length })})` : ""), el("div", { class: "values", role: "group", "aria-label": t(name) }, values.map(box), all.length > 80 ? el("p", { class: "soft" }, t("moreBySearch", { n: all.length - 80 })) : null));
  });
  const flag = (name) => el("label", {}, el("input", { type: "checkbox", checked: state[name], on: { change: (event) => go({ [name]: event.target.checked }) } }), t(`only_${name}`), el("span", { class: "count" }, String(filtered({ ...state, [name]: true }).length)));
  const amount = (name) => el("label", { class: "amount" }, t(`cost_${name}`), el("input", { type: "number", min: "0", step: "any", inputmode: "decimal", value: state[name], on: { change: (event) => go({ [name]: event.target.value }) } }));
  $("filterList").replaceChildren(...[
    el("div", { class: "flags", role: "group", "aria-label": t("only") }, Object.keys(FLAGS).map(flag)), ...boxes,
    el("fieldset", {}, el("legend", {}, t("costRange")), amount("from"), amount("to")),
  ].filter(Boolean));
  const active = filterWords();
  $("reset").disabled = !active;
  const chips = [
    ...Object.entries(state.f).flatMap(([name, values]) => values.map((value) => [data.terms[value] ? term(value) : labelOf(value).slice(0, 50), () => go({ f: { ...state.f, [name]: state.f[name].filter((item) => item !== value) } })])),
    ...Object.keys(FLAGS).filter((name) => state[name]).map((name) => [t(`only_${name}`), () => go({ [name]: false })]),
    ...(state.from !== "" || state.to !== "" ? [[`${state.from || 0}–${state.to || "…"} €`, () => go({ from: "", to: "" })]] : []),
    ...(state.q ? [[`„${state.q}“`, () => go({ q: "" })]] : []),
  ];
  $("chips").replaceChildren(...chips.map(([text, run]) => el("button", { type: "button", class: "chip", "aria-label": t("removeFilter", { label: text }), on: { click: run } }, words(text), " ✕")),
    ...(chips.length ? [el("button", { type: "button", on: { click: reset } }, t("reset"))] : []));
}
const facetValues = {};
function facetAll(name) {
  if (!facetValues[name]) {
    const counts = new Map();
    for (const part of parts) for (const value of FACETS[name](part)) counts.set(value, (counts.get(value) || 0) + 1);
    facetValues[name] = name === "division" ? divisions.filter((key) => counts.has(key)) : [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([value]) => value);
  }
  return facetValues[name];
}
const reset = () => go({ f: FRESH.f, q: "", from: "", to: "", shared: false, uncertain: false, ending: false });

// ---- search: a combobox as the ARIA practices describe it
function search() {
  const input = $("search"), list = $("suggestions");
  let items = [], at = -1;
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); at = -1; };
  const choose = (item) => {
    close();
    input.value = item.id ? labelOf(item.id).slice(0, 200) : item.query;
    if (item.id) { go({ sel: item.id, q: "" }); if (drawn()) setTimeout(() => centre(visibleSelection(current, item.id)), 60); } else go({ q: item.query });
  };
  const show = () => {
    const query = input.value.trim();
    if (!query) { close(); return; }
    items = suggestions(query);
    const hits = parts.filter(textTest(query)).length;
    if (hits) items.push({ query, hits });
    at = -1;
    list.replaceChildren(...items.map((item, i) => el("li", { role: "option", id: `option-${i}`, "aria-selected": "false", on: { mousedown: (event) => event.preventDefault(), click: () => choose(item) } },
      item.id ? [words(item.names[0].slice(0, 160)), el("span", { class: "soft" }, ` ${t(`type_${item.type}`)}${item.names.length > 1 && item.names[1] ? ` · ${item.names.slice(1, 4).join(", ").slice(0, 80)}` : ""}`)] : t("allWith", { q: query, n: item.hits }))));
    if (!items.length) list.replaceChildren(el("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, t("noHit")));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    say(t("suggestionCount", { n: items.length }));
  };
  const move = (step) => {
    if (list.hidden) show();
    if (!items.length) return;
    at = (at + step + items.length) % items.length;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    input.setAttribute("aria-activedescendant", `option-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  input.addEventListener("input", show);
  input.addEventListener("focus", () => { if (input.value) show(); });
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : -1); }
    else if (event.key === "Escape") { if (list.hidden) input.value = ""; close(); event.stopPropagation(); }
    else if (event.key === "Enter") {
      event.preventDefault();
      if (list.hidden) show();
      const query = input.value.trim();
      if (at >= 0) choose(items[at]);
      else if (items[0] && items[0].id && (items[0].score === 100 || !items.some((item) => item.query))) choose(items[0]);
      else if (query && items.some((item) => item.query)) choose({ query });
      else if (!query && state.q) go({ q: "" });
    }
  });
}

// ---- the drawing by keyboard
function keys() {
  $("canvas").addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] };
    const order = current.nodes.filter((node) => !node.dim);
    const turn = (step) => {
      if (!order.length) return;
      const here = order.findIndex((node) => node.id === cursor);
      cursor = order[(here + step + order.length) % order.length].id;
      centre(cursor);
      network.selectNodes([cursor]);
      const node = currentById.get(cursor);
      say(node.kind === "more" ? `${labelOf(node.keeper)}: ${node.label}` : `${node.label}. ${t("edges", { n: current.edges.filter((edge) => edge.from === cursor || edge.to === cursor).length })}`);
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (steps[event.key]) pan(...steps[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") { touched = false; fit(); }
    else if (event.key === "n") turn(1);
    else if (event.key === "p") turn(-1);
    else if ((event.key === "Enter" || event.key === " ") && cursor && currentById.has(cursor)) { const id = cursor; press(id); if (!id.startsWith("more:")) setTimeout(() => $("details").focus(), 60); }
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !$("why").open && state.sel) go({ sel: "" });
    if (event.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName) && !$("why").open) { event.preventDefault(); $("search").focus(); }
  });
}
let cursor = "";

function tip(id, at) {
  const box = $("tip"), node = id && currentById.get(id);
  box.hidden = !node;
  if (!node) return;
  const body = bodies.get(id);
  box.textContent = node.kind === "more" ? t("moreTip", { n: node.count, label: labelOf(node.keeper).slice(0, 120) }) : `${labelOf(id).slice(0, 300)}${body ? ` – ${t("ties", { n: weightOf(id) })}` : ""}`;
  const holder = $("stage");
  box.style.left = `${Math.max(4, Math.min(at.x + 14, holder.clientWidth - 270))}px`;
  box.style.top = `${Math.max(4, Math.min(at.y + 16, holder.clientHeight - 60))}px`;
}

function start() {
  const on = (id, run) => $(id).addEventListener("click", run);
  for (const [kind, run] of Object.entries(EXPORTS)) on(`save-${kind}`, () => { $("exports").open = false; run(); });
  on("print", () => window.print());
  on("language", () => go({ lang: lang === "de" ? "en" : "de" }));
  on("theme", () => go({ theme: getComputedStyle(document.documentElement).getPropertyValue("--scheme").trim() === "dark" ? "light" : "dark" }));
  on("reset", reset);
  on("closeDetails", () => { go({ sel: "" }); $("canvas").focus(); });
  on("openWhy", () => go({ why: true }));
  on("closeWhy", () => $("why").close());
  on("toggleFilters", () => { const open = document.body.classList.toggle("with-filters"); $("toggleFilters").setAttribute("aria-expanded", String(open)); });
  on("zoomIn", () => zoom(1.3));
  on("zoomOut", () => zoom(0.77));
  on("zoomFit", () => { touched = false; fit(); });
  for (const [id, dx, dy] of [["panLeft", -120, 0], ["panRight", 120, 0], ["panUp", 0, -120], ["panDown", 0, 120]]) on(id, () => pan(dx, dy));
  on("endFocus", () => go({ focus: "", steps: 1 }));
  on("foldAll", () => go({ open: [] }));
  for (const button of document.querySelectorAll("[data-steps]")) button.addEventListener("click", () => go({ steps: Number(button.dataset.steps) }));
  $("why").addEventListener("close", () => { if (state.why) go({ why: false }); });
  $("whyA").addEventListener("change", (event) => go({ a: event.target.value }));
  $("whyB").addEventListener("change", (event) => go({ b: event.target.value }));
  addEventListener("hashchange", () => { state = fromHash(location.hash); render(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", render);
  let wasNarrow = narrow();
  addEventListener("resize", () => { if (narrow() !== wasNarrow) { wasNarrow = narrow(); render(); } });
  addEventListener("beforeprint", () => {
    const image = el("img", { alt: t(`v_${state.view}`) });
    if (drawn() && current.nodes.length) image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(pictureOf()))}`;
    $("print-picture").replaceChildren(...(image.src ? [image] : []));
  });
  search();
  keys();
  document.body.classList.toggle("with-filters", window.innerWidth >= 1500);
  $("toggleFilters").setAttribute("aria-expanded", String(document.body.classList.contains("with-filters")));
  state = fromHash(location.hash);
  render();
  document.documentElement.dataset.ready = "1";
}
start();
