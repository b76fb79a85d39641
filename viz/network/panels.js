// What is said in words: details of a unit, body or person, why two units overlap, and the tables.
function el(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, run] of Object.entries(value)) made.addEventListener(event, run);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...content.flat(Infinity).filter((item) => item !== null && item !== undefined && item !== ""));
  return made;
}
const words = (text) => el("bdi", {}, text);
const term = (key) => (data.terms[key] ? data.terms[key][lang === "en" ? 1 : 0] : key.replace(/^[^/]*\//, ""));
const money = (value) => new Intl.NumberFormat(lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(Math.round(value * 100) / 100) + " €";
const goto = (id, text, more = {}) => el("button", { type: "button", class: "link", "data-id": id, "aria-current": state.sel === id ? "true" : undefined, on: { click: () => go({ sel: id, ...more }) } }, words(text ?? labelOf(id)));
const badge = (firm) => el("span", { class: firm ? "firm" : "reserve" }, t(firm ? "firm" : "reserve"));
const byLabel = (a, b) => labelOf(a).localeCompare(labelOf(b), "de");

function costWords(cost) {
  if (cost.amount === undefined) return term(`exactness/${cost.exact}`);
  const amount = cost.exact === "range" && cost.upto !== undefined ? `${money(cost.amount)} – ${money(cost.upto)}` : money(cost.amount);
  return `${amount} (${term(`exactness/${cost.exact}`)}${cost.kind ? `, ${term(cost.kind)}` : ""}${cost.year ? `, ${cost.year}` : ""}${cost.rare ? `, ${t("notYearly")}` : ""})`;
}
const costText = (part) => part.costs.map(costWords).join("; ");
const linesText = (part) => `${t("lines")} ${part.lines || "–"}`;
function doubt(part, columns = part.unsure) {
  return columns.map((column) => `${t("unsureColumn", { column: term(`column/${column}`) })}${part.at[column] ? ` (${t("lines")} ${part.at[column]})` : ""}`).join("; ");
}

function participation(part, side) {
  const rows = [
    ["role", part.roles.map(term).join(", ")], ["status", [part.status.map(term).join(", "), part.period].filter(Boolean).join(", ")], ["reach", part.reach.map(term).join(", ")],
    ["cost", part.costs.length ? costText(part) : t("costEmpty")], ["purpose", part.purpose],
    ["asWritten", [part.cells.umbrella, part.cells.name, part.cells.participation, part.cells.status, part.cells.cost].filter(Boolean).join(" · ")],
    ["source", `${linesText(part)}${part.record ? `, ${t("record")} ${part.record}` : ""}`],
  ].filter(([, text]) => text);
  return el("li", { class: part.unsure.length ? "part unsure" : "part" },
    goto(side === "unit" ? part.body : part.unit, side === "unit" ? part.b.label : withCode(part.u)),
    side !== "unit" && cities.length > 1 ? el("span", { class: "soft" }, ` ${labelOf(part.u.place)}`) : null,
    side === "below" ? [" ", t("inBody"), " ", goto(part.body)] : null,
    el("dl", {}, rows.map(([name, text]) => [el("dt", {}, t(name)), el("dd", {}, words(text))])),
    part.unsure.length ? el("p", { class: "reserve" }, t("uncertain"), ": ", doubt(part), part.note ? [". ", words(part.note)] : null) : null);
}
// Long lists open step by step, so that a panel never builds thousands of rows at once.
function longList(items, make, first = 60) {
  const list = el("ul", { class: "plain" }, items.slice(0, first).map(make));
  if (items.length <= first) return list;
  const button = el("button", { type: "button", on: { click: () => { list.append(...items.slice(first).map(make)); button.remove(); } } }, t("more", { n: items.length - first }));
  return [list, button];
}
const fact = (name, ...content) => el("p", { class: "fact" }, el("strong", {}, `${t(name)}: `), ...content);
const joined = (items) => items.flatMap((item, i) => (i ? [", ", item] : [item]));

function summaryWords(some) {
  const row = [...costSummary(some).values()][0];
  if (!row) return [t("costEmpty")];
  return [
    row.exact ? `${money(row.exact)} ${t("sumExact")}` : "", row.about ? `${money(row.about)} ${t("sumAbout")}` : "", row.atMost ? `${t("sumAtMost")} ${money(row.atMost)}` : "",
    row.to ? `${money(row.from)} – ${money(row.to)} ${t("sumRange")}` : "", row.rare ? `${money(row.rare)} ${t("notYearly")}` : "",
    row.none ? t("sumNone", { n: row.none }) : "", row.noAmount ? t("sumNoAmount", { n: row.noAmount }) : "", row.empty ? t("sumEmpty", { n: row.empty }) : "",
    row.unsure ? t("sumUnsure", { n: row.unsure, of: row.stated }) : row.stated ? t("sumSure") : "",
  ].filter(Boolean);
}
const costFact = (some) => [el("h3", {}, t("costPerYear")), el("ul", { class: "sums" }, summaryWords(some).map((text) => el("li", {}, text)))];

function details(id) {
  const unit = units.get(id), body = bodies.get(id);
  if (unit) return unitDetails(unit);
  if (body) return bodyDetails(body);
  if (personSeats.has(id)) return personDetails(id);
  if (Object.hasOwn(data.places, id)) {
    const own = parts.filter((part) => part.u.place === id);
    return [el("h2", {}, words(labelOf(id))), inhabitantsFact(id), el("p", {}, t("shownCounts", { parts: own.length, bodies: new Set(own.map((part) => part.body)).size, units: new Set(own.map((part) => part.unit)).size })), costFact(own)];
  }
  return [el("p", {}, t("unknown"))];
}
const actions = (id) => el("p", { class: "actions" },
  el("button", { type: "button", on: { click: () => go({ view: "overview", focus: id, sel: id }) } }, t("focusHere")),
  units.has(id) ? el("button", { type: "button", on: { click: () => go({ why: true, a: id, b: state.b }) } }, t("whyWith")) : null,
  units.has(id) ? el("button", { type: "button", on: { click: () => go({ f: { ...state.f, unit: [id] } }) } }, t("onlyThis")) : null,
  bodies.has(id) && bodies.get(id).isUmbrella ? el("button", { type: "button", on: { click: () => go({ f: { ...state.f, umbrella: [id] } }) } }, t("onlyThis")) : null);

function unitDetails(unit) {
  const members = [...units.values()].filter((other) => other === unit || (other.division === unit.id && unit.division === unit.id));
  const own = members.flatMap((member) => member.parts);
  const pairs = [...units.values()].filter((other) => !members.includes(other) && other.parts.length)
    .map((other) => ({ other, found: overlap(parts, new Set(members.map((m) => m.id)), new Set([other.id])) }))
    .map((pair) => ({ ...pair, n: pair.found.bodies.length })).filter((pair) => pair.n).sort((a, b) => b.n - a.n || byLabel(a.other.id, b.other.id)).slice(0, 12);
  return [
    el("h2", {}, words(unit.label)),
    el("p", { class: "soft" }, [unit.code, unit.kind && term(unit.kind), unit.division !== unit.id && labelOf(unit.division)].filter(Boolean).join(" · ")),
    unit.note ? el("p", { class: "reserve" }, words(unit.note)) : null,
    actions(unit.id),
    el("p", {}, t("unitCounts", { parts: own.length, shared: new Set(own.filter((part) => part.b.units.size > 1).map((part) => part.body)).size })),
    costFact(own),
    pairs.length ? [el("h3", {}, t("overlapsWith")), el("ul", { class: "plain" }, pairs.map(({ other, n }) => el("li", {},
      el("button", { type: "button", class: "link", on: { click: () => go({ why: true, a: unit.id, b: other.id }) } }, words(withCode(other))), ` – ${t("nBodies", { n })}`)))] : null,
    el("h3", {}, t("participations")),
    longList([...own].sort((a, b) => b.b.units.size - a.b.units.size || byLabel(a.body, b.body)), (part) => participation(part, "unit")),
  ];
}
function bodyDetails(body) {
  const below = body.isUmbrella ? [...subtree(body)].filter((item) => item !== body).flatMap((item) => item.parts) : [];
  const all = [...body.parts, ...below], tied = [...new Set(all.map((part) => part.unit))].sort(byLabel);
  const firm = new Set(all.filter((part) => !part.loose).map((part) => part.unit)).size > 1;
  const list = seatsOfBody.get(body.id) || [];
  return [
    el("h2", {}, words(body.label)),
    el("p", { class: "soft" }, [body.kind && term(body.kind), body.form && term(body.form)].filter(Boolean).join(" · ")),
    body.alt.length ? fact("alsoKnown", words(body.alt.join(", "))) : null,
    body.up && bodies.has(body.up) ? fact("under", joined(body.chain.slice(1).map((item) => goto(item.id)))) : null,
    body.fields.length ? fact("field", body.fields.map(term).join(", ")) : null,
    body.note ? el("p", { class: "soft" }, words(body.note)) : null,
    actions(body.id),
    tied.length > 1 ? el("p", {}, t("ties", { n: tied.length }), " ", badge(firm)) : null,
    tied.length > 1 && !firm ? decidingWords(deciding(all)) : null,
    costFact(all),
    body.children.length ? [el("h3", {}, t("subBodies", { n: body.children.length })), longList([...body.children].sort((a, b) => byLabel(a.id, b.id)), (child) => el("li", {}, goto(child.id),
      el("span", { class: "soft" }, " – ", joined([...new Set([...subtree(child)].flatMap((item) => [...item.units]))].sort(byLabel).map((id) => words(withCode(units.get(id))))))))] : null,
    el("h3", {}, t(body.isUmbrella ? "whoBelow" : "who")),
    all.length ? longList([...body.parts].sort((a, b) => byLabel(a.unit, b.unit)), (part) => participation(part, "body")) : el("p", {}, t("nobody")),
    below.length ? longList(below.sort((a, b) => byLabel(a.body, b.body) || byLabel(a.unit, b.unit)), (part) => participation(part, "below")) : null,
    list.length ? [el("h3", {}, t("persons")), el("ul", { class: "plain" }, list.map((seat) => el("li", {}, goto(seat.person), seat.unit ? [", ", goto(seat.unit)] : null, seat.role ? [": ", words(seat.role)] : null, el("span", { class: "soft" }, ` (${t("lines")} ${seat.lines || "–"})`))))] : null,
  ];
}
function personDetails(id) {
  return [el("h2", {}, words(data.persons[id])), el("p", {}, t("personNote")), el("h3", {}, t("seats")), el("ul", { class: "plain" }, personSeats.get(id).map((seat) => el("li", {}, goto(seat.body),
    seat.unit ? [", ", t("onBehalf"), " ", goto(seat.unit)] : null, seat.role ? [": ", words(seat.role)] : null, el("span", { class: "soft" }, ` (${t("lines")} ${seat.lines || "–"})`))))];
}
const decidingWords = (cells) => (cells.length ? el("p", { class: "reserve" }, t("decides"), " ", cells.map(({ part, columns }) => `${part.record} (${part.u.label}): ${columns.map((column) => term(`column/${column}`)).join(", ")}`).join("; ")) : null);

// ---- why do A and B overlap?
// A side is a unit, all units of a Geschäftsbereich ("all:…"), or all units of a municipality.
const sideOf = (value) => (data.places[value] ? new Set([...units.values()].filter((unit) => unit.place === value).map((unit) => unit.id)) : value.startsWith("all:") ? new Set([...units.values()].filter((unit) => unit.division === value.slice(4)).map((unit) => unit.id)) : new Set([value]));
function unitOptions(chosen) {
  return [el("option", { value: "" }, t("choose")), ...divisions.map((key) => {
    const members = [...units.values()].filter((unit) => unit.division === key && unit.parts.length).sort((a, b) => (a.code || "").localeCompare(b.code || "", "de", { numeric: true }) || byLabel(a.id, b.id));
    return el("optgroup", { label: labelOf(key).slice(0, 120) },
      members.length > 1 ? el("option", { value: `all:${key}`, selected: chosen === `all:${key}` }, t("wholeDivision", { label: labelOf(key).slice(0, 120) })) : null,
      members.map((unit) => el("option", { value: unit.id, selected: chosen === unit.id }, withCode(unit).slice(0, 140))));
  })];
}
const sideFor = (group) => (layout.level === "division" ? `all:${group}` : group);
const sideLabel = (value) => (value.startsWith("all:") ? t("wholeDivision", { label: labelOf(value.slice(4)) }) : labelOf(value));
function whyList(a, b) {
  if (!a || !b) return [el("p", {}, t("whyChoose"))];
  const left = sideOf(a), right = sideOf(b);
  if ([...left].every((id) => right.has(id))) return [el("p", {}, t("whySame"))];
  for (const id of left) right.delete(id);
  const found = overlap(parts, left, right);
  const who = (item, side) => joined([...new Set(item.parts.filter((part) => side.has(part.unit)).map((part) => part.unit))].sort(byLabel).map((id) => words(withCode(units.get(id)))));
  const entry = (item) => el("li", { "data-id": item.id }, goto(item.id, undefined, { why: false }), " ", badge(item.firm),
    el("p", { class: "soft" }, who(item, left), " ↔ ", who(item, right)),
    el("ul", {}, item.parts.slice(0, 12).map((part) => el("li", {}, words(`${withCode(part.u)}: ${part.b.label}`), part.roles.length ? `, ${part.roles.map(term).join(", ")}` : "", ` (${linesText(part)})`))),
    item.firm ? null : decidingWords(item.deciding));
  const section = (name, items, make) => [el("h3", {}, t(name, { n: items.length })), items.length ? el("ul", { class: `plain ${name}` }, items.map(make)) : el("p", {}, t("none"))];
  return [
    el("p", { class: "answer" }, t("whyAnswer", { a: sideLabel(a), b: sideLabel(b), bodies: found.bodies.length, firm: found.bodies.filter((item) => item.firm).length, umbrellas: found.umbrellas.length })),
    section("whyBodies", found.bodies, entry), section("whyUmbrellas", found.umbrellas, entry),
    data.profile === "internal" ? section("whyPersons", found.persons, (item) => el("li", {}, goto(item.id, undefined, { why: false }))) : null,
  ];
}

// ---- tables
const COLUMNS = {
  division: (part) => labelOf(part.u.division), unit: (part) => withCode(part.u), body: (part) => part.b.label, umbrella: (part) => part.b.chain.slice(1).map((body) => body.label).join(" › "),
  kind: (part) => (part.b.kind ? term(part.b.kind) : ""), field: (part) => part.b.fields.map(term).join(", "), role: (part) => part.roles.map(term).join(", "), status: (part) => [part.status.map(term).join(", "), part.period].filter(Boolean).join(", "),
  reach: (part) => part.reach.map(term).join(", "), cost: costText, units: (part) => part.b.units.size, purpose: (part) => part.purpose || "", uncertain: (part) => part.unsure.map((column) => term(`column/${column}`)).join(", "), source: (part) => part.lines || "",
};
function sorted(some) {
  const key = state.sort, down = state.down ? -1 : 1;
  const value = key === "cost" ? (part) => Math.max(-1, ...part.costs.map((cost) => cost.upto ?? cost.amount ?? -1)) : COLUMNS[key] || COLUMNS.body;
  return some.map((part) => [value(part), part]).sort(([a, x], [b, y]) => down * (typeof a === "number" ? a - b : String(a).localeCompare(String(b), "de", { numeric: true })) || x.number - y.number).map(([, part]) => part);
}
const PAGE = 100;
function tableView(some) {
  const rows = sorted(some), pages = Math.max(1, Math.ceil(rows.length / PAGE)), page = Math.min(state.page, pages - 1);
  const shown = rows.slice(page * PAGE, (page + 1) * PAGE);
  const head = Object.keys(COLUMNS).map((name) => el("th", { scope: "col", "aria-sort": state.sort === name ? (state.down ? "descending" : "ascending") : "none" },
    el("button", { type: "button", class: "sort", on: { click: () => go({ sort: name, down: state.sort === name && !state.down, page: 0 }) } }, t(name), state.sort === name ? (state.down ? " ▼" : " ▲") : "")));
  const line = (part) => el("tr", { "data-part": part.id, "aria-selected": undefined, class: state.sel && (state.sel === part.unit || state.sel === part.body) ? "selected" : undefined }, Object.entries(COLUMNS).map(([name, value]) => (
    name === "unit" ? el("td", {}, goto(part.unit, value(part))) : name === "body" ? el("th", { scope: "row" }, goto(part.body, value(part))) : el("td", { class: `c-${name}` }, el("div", { class: "clip" }, words(String(value(part))))))));
  const turn = (to, text, off) => el("button", { type: "button", disabled: off, on: { click: () => go({ page: to }) } }, text);
  return [
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("v_table") }, el("table", {}, el("caption", {}, t("tableCaption", { n: rows.length })), el("thead", {}, el("tr", {}, head)), el("tbody", {}, shown.map(line)))),
    pages > 1 ? el("p", { class: "pages" }, turn(page - 1, t("before"), page === 0), ` ${t("page", { n: page + 1, of: pages })} `, turn(page + 1, t("next"), page === pages - 1)) : null,
  ];
}
const tableRows = (some) => [["record", ...Object.keys(COLUMNS)].map((name) => t(name)), ...sorted(some).map((part) => [part.record || "", ...Object.values(COLUMNS).map((value) => String(value(part)))])];

const MOST_MATRIX = 60;
function matrixOf(some) {
  const pairs = pairsOf(some), sums = new Map();
  for (const pair of pairs.values()) for (const key of [pair.a, pair.b]) sums.set(key, (sums.get(key) || 0) + weigh(pair, state));
  let keys = [...groups.keys()].filter((key) => some.some((part) => groupOf(part.unit) === key));
  const all = keys.length;
  if (all > MOST_MATRIX) keys = keys.sort((a, b) => (sums.get(b) || 0) - (sums.get(a) || 0)).slice(0, MOST_MATRIX);
  keys.sort((a, b) => markOf(a) - markOf(b) || Number(!groups.get(a).code) - Number(!groups.get(b).code) || groups.get(a).code.localeCompare(groups.get(b).code, "de", { numeric: true }) || byLabel(a, b));
  const cell = (a, b) => { const pair = pairs.get(a < b ? `${a}|${b}` : `${b}|${a}`); return pair ? { n: weigh(pair, state), firm: state.weigh.reduce((sum, way) => sum + pair.firm[way], 0) } : { n: 0, firm: 0 }; };
  return { keys, all, cell };
}
const shortOf = (key) => groups.get(key).code || wrapped(labelOf(key).replace(/^Geschäftsbereich /, ""), 90, 1, 12)[0];
function matrixView(some) {
  const { keys, all, cell } = matrixOf(some);
  const most = Math.max(1, ...keys.flatMap((a) => keys.map((b) => (a === b ? 0 : cell(a, b).n))));
  const box = (a, b) => {
    if (a === b) return el("td", { class: "self" });
    const { n, firm } = cell(a, b);
    if (!n) return el("td", { class: "zero" }, el("span", { "aria-label": "0" }, "·"));
    return el("td", {}, el("button", { type: "button", class: `cell heat${Math.ceil((5 * n) / most)}${firm < n ? " loose" : ""}`, "aria-label": t("cell", { a: labelOf(a), b: labelOf(b), n, firm }), title: `${labelOf(a)} – ${labelOf(b)}`.slice(0, 200), on: { click: () => go({ why: true, a: sideFor(a), b: sideFor(b) }) } }, firm < n ? `${n}*` : n));
  };
  return [
    weighing(),
    el("p", { class: "soft" }, t("matrixHint"), all > keys.length ? ` ${t("matrixCut", { n: keys.length, all })}` : ""),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("v_matrix") }, el("table", { class: "matrix" },
      el("thead", {}, el("tr", {}, el("td"), keys.map((key) => el("th", { scope: "col", class: state.sel === key ? "selected" : undefined }, el("span", { "aria-label": labelOf(key), role: "img", title: labelOf(key).slice(0, 200) }, shortOf(key)))))),
      el("tbody", {}, keys.map((a) => el("tr", { class: state.sel === a ? "selected" : undefined }, el("th", { scope: "row" }, goto(a, units.has(a) ? withCode(units.get(a)) : labelOf(a))), keys.map((b) => box(a, b)))))))];
}
const weighing = () => el("fieldset", { class: "weigh" }, el("legend", {}, t("countBy")), ["bodies", "umbrellas", ...(data.profile === "internal" ? ["persons"] : [])].map((way) => el("label", {},
  el("input", { type: "checkbox", checked: state.weigh.includes(way), on: { change: (event) => go({ weigh: ["bodies", "umbrellas", "persons"].filter((item) => (item === way ? event.target.checked : state.weigh.includes(item))) }) } }), t(`by_${way}`))));

function overlapLists(some) {
  const pairs = [...pairsOf(some).values()].map((pair) => ({ ...pair, n: weigh(pair, state) })).filter((pair) => pair.n).sort((a, b) => b.n - a.n || byLabel(a.a, b.a) || byLabel(a.b, b.b));
  const perUnit = new Map();
  for (const pair of pairs) for (const [key, other] of [[pair.a, pair.b], [pair.b, pair.a]]) {
    if (!perUnit.has(key)) perUnit.set(key, { things: new Set(), partners: new Set(), firm: 0 });
    for (const way of state.weigh) for (const id of pair[way]) perUnit.get(key).things.add(id);
    perUnit.get(key).partners.add(other);
  }
  const ranked = [...perUnit].sort((a, b) => b[1].things.size - a[1].things.size || b[1].partners.size - a[1].partners.size || byLabel(a[0], b[0]));
  return [
    el("h3", {}, t("mostOverlap")),
    ranked.length ? el("ol", { class: "ranked" }, ranked.slice(0, 10).map(([key, item]) => el("li", {}, goto(key, units.has(key) ? withCode(units.get(key)) : labelOf(key)), ` – ${t("sharedWith", { n: item.things.size, m: item.partners.size })}`))) : el("p", {}, t("noOverlap")),
    el("h3", {}, t("pairs", { n: pairs.length })),
    longList(pairs, (pair) => el("li", {}, el("button", { type: "button", class: "link", on: { click: () => go({ why: true, a: sideFor(pair.a), b: sideFor(pair.b) }) } }, words(`${labelOf(pair.a)} – ${labelOf(pair.b)}`)),
      ` – ${state.weigh.map((way) => t(`n_${way}`, { n: pair[way].length })).join(", ")}`, state.weigh.some((way) => pair.firm[way]) ? "" : [" ", badge(false)]), 40),
  ];
}

function umbrellaView(some) {
  const found = new Map();
  for (const part of some) if (part.b.root.isUmbrella) found.set(part.b.root, [...(found.get(part.b.root) || []), part]);
  const unitsIn = (list) => new Set(list.map((part) => part.unit));
  const tree = (body, seen) => {
    const own = some.filter((part) => part.b === body);
    const children = body.children.filter((child) => !seen.has(child) && [...subtree(child)].some((item) => item.parts.some((part) => inSome.has(part))));
    return [
      own.length ? el("ul", { class: "members" }, own.map((part) => el("li", {}, el("span", { class: "mark", "aria-hidden": "true" }, markSvg(part.unit)), goto(part.unit, withCode(part.u)), part.roles.length ? el("span", { class: "soft" }, ` – ${part.roles.map(term).join(", ")}`) : null, part.loose ? [" ", badge(false)] : null))) : null,
      children.length ? el("ul", { class: "tree" }, children.sort((a, b) => byLabel(a.id, b.id)).map((child) => el("li", {}, goto(child.id), tree(child, new Set([...seen, child]))))) : null,
    ];
  };
  const inSome = new Set(some);
  const list = [...found].sort((a, b) => unitsIn(b[1]).size - unitsIn(a[1]).size || byLabel(a[0].id, b[0].id));
  if (!list.length) return [el("p", {}, t("noUmbrella"))];
  return list.slice(0, 200).map(([body, own], i) => el("details", { class: "umbrella", open: i < 3 || state.sel === body.id || list.length < 6 },
    el("summary", {}, el("strong", {}, words(body.label)), body.alt.length ? el("span", { class: "soft" }, ` (${body.alt.slice(0, 3).join(", ")})`) : null, ` – ${t("umbrellaCounts", { units: unitsIn(own).size, bodies: new Set(own.map((part) => part.b)).size })}`),
    el("p", {}, goto(body.id, t("showDetails"))), tree(body, new Set([body]))));
}
function markSvg(key) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ width: 16, height: 16, viewBox: "-9 -9 18 18", "aria-hidden": "true", focusable: "false" })) made.setAttribute(name, value);
  const s = mark(markOf(key), 0, 0, 6.5, colourOf(key));
  const shape = document.createElementNS("http://www.w3.org/2000/svg", s.k === "circle" ? "circle" : s.k === "rect" ? "rect" : "polygon");
  const given = s.k === "circle" ? { cx: s.x, cy: s.y, r: s.r } : s.k === "rect" ? { x: s.x, y: s.y, width: s.w, height: s.h } : { points: s.points.map((point) => point.join(",")).join(" ") };
  for (const [name, value] of Object.entries({ ...given, fill: s.fill || "none", stroke: s.stroke || "none", "stroke-width": s.lw || 0 })) shape.setAttribute(name, value);
  made.append(shape);
  return made;
}

const COSTS = ["exact", "about", "atMost", "range", "rare", "none", "noAmount", "empty", "unsure"];
const costCells = (row) => [row.exact, row.about, row.atMost].map((sum) => (sum ? money(sum) : "")).concat(row.to ? `${money(row.from)} – ${money(row.to)}` : "", row.rare ? money(row.rare) : "", [row.none, row.noAmount, row.empty, row.unsure].map((n) => n || ""));
function costRows(some) {
  const owner = state.per === "division" ? (part) => part.u.division : (part) => part.unit;
  return [...costSummary(some, owner).values()].sort((a, b) => b.exact + b.about + b.atMost + b.to - (a.exact + a.about + a.atMost + a.to) || byLabel(a.owner, b.owner));
}
function costView(some) {
  const rows = costRows(some), doubles = doublePayments(some);
  const most = Math.max(1, ...rows.map((row) => row.exact + row.about + row.atMost + row.to));
  const per = el("p", {}, ["unit", "division"].map((name) => el("button", { type: "button", "aria-pressed": String(state.per === name), on: { click: () => go({ per: name }) } }, t(`per_${name}`))));
  const bar = (row) => el("td", { class: "bar" }, el("progress", { max: most, value: row.exact + row.about + row.atMost + row.to, "aria-label": t("share", { label: labelOf(row.owner).slice(0, 120) }) }));
  const payments = (item) => el("ul", { class: "plain" }, item.parts.map((part) => el("li", {}, goto(part.unit, withCode(part.u)), ": ", part.costs.filter((cost) => cost.amount > 0).map(costWords).join("; "), item.scope === "umbrella" && part.b !== item.body ? el("span", { class: "soft" }, ` – ${part.b.label.slice(0, 300)}`) : null, ` (${linesText(part)})`)));
  const double = (scope) => {
    const list = doubles.filter((item) => item.scope === scope);
    return [el("h4", {}, t(`double_${scope}`, { n: list.length })), list.length ? el("ul", { class: "plain doubles" }, list.map((item) => el("li", { "data-id": item.body.id }, goto(item.body.id), " ", badge(item.firm), payments(item),
      item.firm || !item.deciding.length ? null : decidingWords(item.deciding)))) : el("p", {}, t("none"))];
  };
  return [
    el("h3", {}, t("doubleTitle")), el("p", { class: "soft" }, t("doubleNote")), double("body"), double("umbrella"),
    el("h3", {}, t("costTable")), el("p", { class: "soft" }, t("costNote")), per,
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("costTable") }, el("table", { class: "costs" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t(state.per)), COSTS.map((name) => el("th", { scope: "col", class: "number" }, t(`k_${name}`))), el("th", { scope: "col" }, t("compare")))),
      el("tbody", {}, rows.map((row) => el("tr", { class: state.sel === row.owner ? "selected" : undefined }, el("th", { scope: "row" }, goto(row.owner, units.has(row.owner) ? withCode(units.get(row.owner)) : undefined)), costCells(row).map((cell) => el("td", { class: "number" }, String(cell))), bar(row)))))),
  ];
}

// ---- municipalities side by side
const SHOWN = ["all", "both", "left", "right"];
const sidesOf = (some) => { const left = state.left || cities[0], right = state.right || (cities.length > 2 ? "" : cities.find((city) => city !== left)); return { left, right, rows: compared(some, left, right) }; };
const cityLabel = (city) => (city ? labelOf(city) : t("otherCities"));
const shownRows = (rows) => (state.show === "all" ? rows : rows.filter((row) => row.where === state.show));
const inhabitantsOf = (city) => (data.inhabitants[city] || {}).n;
const inhabitantsFact = (city) => (inhabitantsOf(city) ? fact("inhabitants", `${new Intl.NumberFormat(lang).format(inhabitantsOf(city))}${data.inhabitants[city].on ? ` (${data.inhabitants[city].on})` : ""}`, data.inhabitants[city].source ? el("span", { class: "soft" }, ` – ${data.inhabitants[city].source}`) : null) : null);
// What a side states a year, by exactness; for a thousand inhabitants where their number is known.
function sideCosts(some, city) {
  const row = [...costSummary(some).values()][0];
  if (!row) return [];
  const per = (sum) => (inhabitantsOf(city) ? `, ${t("perThousand", { sum: money((1000 * sum) / inhabitantsOf(city)) })}` : "");
  return [
    row.exact ? `${money(row.exact)} ${t("sumExact")}${per(row.exact)}` : "", row.about ? `${money(row.about)} ${t("sumAbout")}${per(row.about)}` : "", row.atMost ? `${t("sumAtMost")} ${money(row.atMost)}${per(row.atMost)}` : "",
    row.to ? `${money(row.from)} – ${money(row.to)} ${t("sumRange")}` : "", row.rare ? `${money(row.rare)} ${t("notYearly")}` : "", row.unsure ? t("sumUnsure", { n: row.unsure, of: row.stated }) : "",
  ].filter(Boolean);
}
const sideUnits = (list) => [...new Set(list.map((part) => part.unit))].sort(byLabel);
const whereWords = (row, left, right) => (row.where === "both" ? t("where_both") : t("onlyIn", { city: cityLabel(row.where === "left" ? left : right) }));
function compareView(some) {
  const { left, right, rows } = sidesOf(some), shown = shownRows(rows), sides = [left, right];
  const count = (name) => (name === "all" ? rows.length : rows.filter((row) => row.where === name).length);
  const pick = (name, value, other, all) => el("label", {}, t(name === "left" ? "cityA" : "cityB"), " ", el("select", { id: `pick-${name}`, on: { change: (event) => go({ [name]: event.target.value, page: 0, ...(event.target.value === other && value ? { [name === "left" ? "right" : "left"]: value } : {}) }) } },
    all ? el("option", { value: "", selected: !value }, t("otherCities")) : null, cities.map((city) => el("option", { value: city, selected: city === value }, labelOf(city).slice(0, 120)))));
  const lines = (items) => (items.length ? el("ul", { class: "lines" }, items.map((item) => el("li", {}, item))) : t("noSum"));
  const figures = (city, side) => {
    const own = some.filter(onSide(city, sides[1 - side])), years = [...new Set(data.sets.filter((set) => (city ? set.place === city : set.place !== left)).map((set) => set.year))].sort();
    return el("tr", {}, el("th", { scope: "row" }, city ? goto(city) : cityLabel(city)), el("td", { "data-label": t("asOfYear") }, years.join(", ")), el("td", { class: "number", "data-label": t("inhabitants") }, inhabitantsOf(city) ? new Intl.NumberFormat(lang).format(inhabitantsOf(city)) : "–"),
      [["units_", new Set(own.map((part) => part.unit)).size], ["bodies_", new Set(own.map((part) => part.body)).size], ["participations", own.length]].map(([name, n]) => el("td", { class: "number", "data-label": t(name) }, new Intl.NumberFormat(lang).format(n))), el("td", { "data-label": t("costPerYear") }, lines(sideCosts(own, city))));
  };
  const cell = (row, side) => {
    const list = row.sides[side], costs = sideCosts(list, sides[side]);
    const label = { "data-label": cityLabel(sides[side]) };
    if (!list.length) return el("td", { class: "zero", ...label }, el("span", { "aria-label": t("notThere") }, "–"));
    const where = sides[side] ? [] : [...new Set(list.map((part) => part.u.place))].sort(byLabel);
    const who = sideUnits(list).slice(0, 6).map((id) => goto(id, withCode(units.get(id)))), further = sideUnits(list).length - who.length;
    return el("td", label, where.length ? el("p", {}, joined(where.map((city) => words(labelOf(city))))) : null, lines(further ? [...who, t("more", { n: further })] : who), el("p", { class: "soft" }, costs.length ? costs.join("; ") : t("noSum")));
  };
  const pages = Math.max(1, Math.ceil(shown.length / PAGE)), page = Math.min(state.page, pages - 1);
  const turn = (to, text, off) => el("button", { type: "button", disabled: off, on: { click: () => go({ page: to }) } }, text);
  const line = (row) => el("tr", { "data-body": row.body.id, class: state.sel === row.body.id ? "selected" : undefined },
    el("th", { scope: "row" }, goto(row.body.id), row.body.up && bodies.has(row.body.up) ? el("p", { class: "soft" }, words(bodies.get(row.body.up).label)) : null),
    el("td", { "data-label": t("where") }, whereWords(row, left, right), row.firm ? null : [" ", badge(false), decidingWords(row.deciding)]), cell(row, 0), cell(row, 1));
  const onlyThere = (item, side) => item.rows.filter((row) => !row.sides[1 - side].length && row.sides[side].length);
  const names = (list) => (list.length ? lines([...list.slice(0, 8).map((row) => goto(row.body.id)), ...(list.length > 8 ? [t("more", { n: list.length - 8 })] : [])]) : "–");
  const heads = (after) => el("tr", {}, after.map((name) => el("th", { scope: "col" }, words(name))));
  const umbrellas = coverage(rows);
  return [
    el("div", { class: "pair compare" }, pick("left", left, right, false), pick("right", right, left, cities.length > 2)),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("keyFigures") }, el("table", { class: "figures" }, el("thead", {}, heads(["city", "asOfYear", "inhabitants", "units_", "bodies_", "participations", "costPerYear"].map((name) => t(name)))), el("tbody", {}, sides.map(figures)))),
    el("p", { class: "soft" }, t("compareNote")),
    el("div", { class: "buttons", role: "group", "aria-label": t("showOnly") }, SHOWN.map((name) => el("button", { type: "button", "aria-pressed": String(state.show === name), on: { click: () => go({ show: name, page: 0 }) } }, `${t(`show_${name}`, { left: cityLabel(left), right: cityLabel(right) })} (${count(name)})`))),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("v_compare") }, el("table", { class: "compared" }, el("caption", {}, t("compareCaption", { n: shown.length })), el("thead", {}, heads([t("body"), t("where"), cityLabel(left), cityLabel(right)])), el("tbody", {}, shown.slice(page * PAGE, (page + 1) * PAGE).map(line)))),
    pages > 1 ? el("p", { class: "pages" }, turn(page - 1, t("before"), page === 0), ` ${t("page", { n: page + 1, of: pages })} `, turn(page + 1, t("next"), page === pages - 1)) : null,
    el("h3", {}, t("umbrellaCoverage")), el("p", { class: "soft" }, t("umbrellaNote")),
    umbrellas.length ? el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("umbrellaCoverage") }, el("table", { class: "coverage" },
      el("thead", {}, heads([t("umbrella"), cityLabel(left), cityLabel(right), t("onlyIn", { city: cityLabel(left) }), t("onlyIn", { city: cityLabel(right) })])),
      el("tbody", {}, umbrellas.map((item) => el("tr", { "data-umbrella": item.body.id }, el("th", { scope: "row" }, goto(item.body.id)), item.counts.map((n, side) => el("td", { class: "number", "data-label": cityLabel(sides[side]) }, t("nOf", { n, of: item.rows.length }))), [0, 1].map((side) => el("td", { "data-label": t("onlyIn", { city: cityLabel(sides[side]) }) }, names(onlyThere(item, side))))))))) : el("p", {}, t("none")),
  ];
}
function compareRows(some) {
  const { left, right, rows } = sidesOf(some);
  const side = (row, n) => [sideUnits(row.sides[n]).map((id) => withCode(units.get(id))).join(" | "), sideCosts(row.sides[n], n ? right : left).join("; ")];
  return [[t("body"), t("umbrella"), t("where"), t("firmness"), ...[left, right].flatMap((city) => [`${cityLabel(city)}: ${t("units_")}`, `${cityLabel(city)}: ${t("cost")}`])],
    ...shownRows(rows).map((row) => [row.body.label, row.body.chain.slice(1).map((body) => body.label).join(" › "), whereWords(row, left, right), t(row.firm ? "firm" : "reserve"), ...side(row, 0), ...side(row, 1)])];
}
