// The graph as the page holds it: things by name, what belongs to what, the filters, and who meets whom where.
// Every text from the data reaches the page through textContent or as text in a picture, never as HTML.
const data = JSON.parse(document.getElementById("data").textContent);
const layout = data.layout;
const units = new Map(data.units.map((unit) => [unit.id, unit]));
const bodies = new Map(data.bodies.map((body) => [body.id, { ...body, alt: body.alt || [], fields: body.fields || [], children: [], parts: [] }]));
const parts = data.parts;
const seats = data.seats;
const ENDING = new Set(["status/dormant", "status/ended", "status/none", "status/limited", "status/term"]);

for (const body of bodies.values()) {
  if (body.up && bodies.has(body.up)) bodies.get(body.up).children.push(body);
}
for (const body of bodies.values()) {
  const seen = new Set([body]);
  let top = body;
  while (top.up && bodies.has(top.up) && !seen.has(bodies.get(top.up))) { top = bodies.get(top.up); seen.add(top); }
  body.chain = [...seen];
  body.root = top;
}
for (const unit of units.values()) { unit.parts = []; unit.seats = []; }
parts.forEach((part, number) => {
  Object.assign(part, {
    number, u: units.get(part.unit), b: bodies.get(part.body), roles: part.roles || [], status: part.status || [], reach: part.reach || [],
    costs: part.costs || [], unsure: part.unsure || [], cells: part.cells || {}, at: part.at || {},
  });
  part.u.parts.push(part);
  part.b.parts.push(part);
  part.ending = Boolean(part.ends) || part.status.some((item) => ENDING.has(item));
});
const personSeats = new Map(Object.keys(data.persons).map((key) => [key, []]));
const seatsOfBody = new Map();
for (const seat of seats) {
  if (personSeats.has(seat.person)) personSeats.get(seat.person).push(seat);
  if (!seatsOfBody.has(seat.body)) seatsOfBody.set(seat.body, []);
  seatsOfBody.get(seat.body).push(seat);
}
for (const body of bodies.values()) {
  body.units = new Set(body.parts.map((part) => part.unit));
  body.isUmbrella = body.children.length > 0;
}

// The municipalities that have a list here; with two or more they can be compared.
const cities = Object.keys(data.places).filter((key) => parts.some((part) => part.u.place === key)).sort((a, b) => labelOf(a).localeCompare(labelOf(b), "de") || (a < b ? -1 : 1));

const groupOf = (unit) => layout.group[unit] || unit;
const groups = new Map();
for (const part of parts) {
  const key = groupOf(part.unit);
  if (!groups.has(key)) groups.set(key, { id: key, label: labelOf(key), division: units.has(key) ? units.get(key).division : key, code: (units.get(key) || {}).code || "" });
}
const divisions = [...new Set([...units.values()].map((unit) => unit.division))]
  .filter((key) => [...units.values()].some((unit) => unit.division === key && unit.parts.length))
  .sort((a, b) => ((units.get(a) || {}).code || "").localeCompare((units.get(b) || {}).code || "", "de", { numeric: true }) || labelOf(a).localeCompare(labelOf(b), "de"));
const colourKeys = layout.level === "place" ? [...groups.keys()].sort() : divisions;
const colourIndex = new Map(colourKeys.map((key, number) => [key, number]));
const markOf = (key) => colourIndex.get(units.has(key) ? units.get(key).division : key) ?? 0;

function labelOf(key) {
  const thing = units.get(key) || bodies.get(key);
  return thing ? thing.label : data.persons[key] || data.places[key] || key;
}
const withCode = (unit) => (unit && unit.code ? `${unit.code} · ${unit.label}` : unit ? unit.label : "");
const subtree = (body, found = new Set()) => {
  if (!found.has(body)) { found.add(body); body.children.forEach((child) => subtree(child, found)); }
  return found;
};

// ---- words: the same folding for what is typed and for what is searched
const fold = (text) => String(text).toLowerCase().replace(/ß/g, "ss").normalize("NFKD").replace(/\p{M}/gu, "").replace(/([aou])e/g, "$1");
function fullText(part) {
  if (part.text === undefined) {
    const people = (seatsOfBody.get(part.body) || []).filter((seat) => !seat.unit || seat.unit === part.unit).map((seat) => data.persons[seat.person]);
    part.text = fold([
      part.b.label, ...part.b.alt, ...part.b.chain.map((body) => `${body.label} ${body.alt.join(" ")}`), part.u.label, part.u.code || "",
      part.purpose || "", ...Object.values(part.cells), part.note || "", ...people,
    ].join(" \n "));
  }
  return part.text;
}

// Optimal string alignment distance, given up as soon as it exceeds the limit.
function distance(a, b, limit) {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before = [], last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
      least = Math.min(least, row[j]);
    }
    if (least > limit) return limit + 1;
    before = last; last = row;
  }
  return last[b.length];
}
const slips = (word) => (word.length < 4 ? 0 : word.length < 8 ? 1 : 2);
const wordsOf = (text) => text.split(/[^\p{L}\p{N}]+/u).filter(Boolean);

let vocabulary;
function nearWords(word) {
  vocabulary ||= new Set(parts.flatMap((part) => wordsOf(fullText(part))));
  const limit = slips(word);
  return limit ? [...vocabulary].filter((other) => distance(word, other.slice(0, word.length + limit), limit) <= limit || distance(word, other, limit) <= limit) : [];
}
const queries = new Map();
// Returns a test for a full text search: every word must occur; a word that occurs nowhere is taken for a slip of the pen.
function textTest(query) {
  if (!queries.has(query)) {
    const wanted = wordsOf(fold(query)).map((word) => {
      if (parts.some((part) => fullText(part).includes(word))) return [word];
      const near = nearWords(word);
      return near.length ? near : [word];
    });
    queries.set(query, (part) => wanted.every((some) => some.some((word) => fullText(part).includes(word))));
  }
  return queries.get(query);
}

// ---- suggestions
let index;
function suggestions(query, most = 8) {
  index ||= [
    ...[...units.values()].map((unit) => ({ id: unit.id, type: "unit", names: [unit.label, unit.code || ""] })),
    ...[...bodies.values()].map((body) => ({ id: body.id, type: body.isUmbrella ? "umbrella" : "body", names: [body.label, ...body.alt] })),
    ...Object.entries(data.persons).map(([id, name]) => ({ id, type: "person", names: [name] })),
  ].map((item) => ({ ...item, folded: item.names.filter(Boolean).map((name) => fold(name.slice(0, 400))), weight: weightOf(item.id) }));
  const wanted = fold(query.trim());
  if (!wanted) return [];
  const words = wordsOf(wanted);
  const score = (name, fuzzy) => {
    if (name === wanted) return 100;
    if (name.startsWith(wanted)) return 80;
    const own = wordsOf(name);
    if (words.length && words.every((word) => own.some((other) => other.startsWith(word)))) return 70;
    if (name.includes(wanted)) return 60;
    if (!fuzzy || !words.length) return 0;
    const slipped = words.map((word) => Math.min(...own.map((other) => (other.startsWith(word) ? 0 : Math.min(distance(word, other, slips(word)), distance(word, other.slice(0, word.length), slips(word))))), 9));
    return slipped.every((slip, i) => slip <= slips(words[i])) ? 40 - slipped.reduce((a, b) => a + b, 0) : 0;
  };
  const rank = (fuzzy) => index.map((item) => ({ ...item, score: Math.max(...item.folded.map((name) => score(name, fuzzy))) }))
    .filter((item) => item.score > 0)
    .sort((a, b) => b.score - a.score || b.weight - a.weight || a.names[0].localeCompare(b.names[0], "de"));
  const exact = rank(false);
  return (exact.length ? exact : rank(true)).slice(0, most);
}
function weightOf(id) {
  const body = bodies.get(id);
  if (body) return new Set([...subtree(body)].flatMap((item) => [...item.units])).size;
  return units.has(id) ? units.get(id).parts.length : 1;
}

// ---- filters: each facet says which values a participation has
const FACETS = {
  city: (part) => (cities.length > 1 && part.u.place ? [part.u.place] : []),
  division: (part) => [part.u.division],
  unit: (part) => [part.unit],
  kind: (part) => (part.b.kind ? [part.b.kind] : []),
  umbrella: (part) => part.b.chain.filter((body) => body.isUmbrella).map((body) => body.id),
  reach: (part) => part.reach,
  role: (part) => part.roles,
  field: (part) => part.b.fields,
};
const FLAGS = {
  shared: (part) => part.b.units.size > 1,
  uncertain: (part) => part.unsure.length > 0,
  ending: (part) => part.ending,
};
const costWithin = (part, from, to) => part.costs.some((cost) => cost.amount !== undefined && (cost.upto ?? cost.amount) >= from && cost.amount <= to);

function testsOf(state) {
  const tests = new Map();
  for (const [name, values] of Object.entries(FACETS)) {
    const wanted = new Set(state.f[name]);
    if (wanted.size) tests.set(name, (part) => values(part).some((value) => wanted.has(value)));
  }
  for (const [name, test] of Object.entries(FLAGS)) if (state[name]) tests.set(name, test);
  if (state.from !== "" || state.to !== "") {
    const from = state.from === "" ? -Infinity : Number(state.from), to = state.to === "" ? Infinity : Number(state.to);
    tests.set("cost", (part) => costWithin(part, from, to));
  }
  if (state.q) tests.set("q", textTest(state.q));
  return tests;
}
function filtered(state, without) {
  const tests = [...testsOf(state)].filter(([name]) => name !== without).map(([, test]) => test);
  return tests.length ? parts.filter((part) => tests.every((test) => test(part))) : parts;
}
// How many participations each value of a facet would leave, given all other filters.
function facetCounts(state, name) {
  const counts = new Map();
  for (const part of filtered(state, name)) for (const value of FACETS[name](part)) counts.set(value, (counts.get(value) || 0) + 1);
  return counts;
}

// ---- overlaps
// What two sets of units share among the given participations: bodies, umbrellas and persons, each with whether it is firm and what decides.
function overlap(some, left, right) {
  const result = { bodies: [], umbrellas: [], persons: [] };
  const collect = (keysOf) => {
    const found = new Map();
    for (const part of some) {
      const side = left.has(part.unit) ? 0 : right.has(part.unit) ? 1 : -1;
      if (side < 0) continue;
      for (const key of keysOf(part)) {
        if (!found.has(key)) found.set(key, [[], []]);
        found.get(key)[side].push(part);
      }
    }
    return [...found].filter(([, [a, b]]) => a.length && b.length).map(([id, [a, b]]) => ({
      id, parts: [...a, ...b], firm: a.some((part) => !part.loose) && b.some((part) => !part.loose), deciding: deciding([...a, ...b]),
    })).sort((a, b) => Number(b.firm) - Number(a.firm) || labelOf(a.id).localeCompare(labelOf(b.id), "de"));
  };
  result.bodies = collect((part) => [part.body]);
  result.umbrellas = collect((part) => part.b.chain.filter((body) => body.isUmbrella).map((body) => body.id));
  for (const [id, list] of personSeats) {
    if (list.some((seat) => left.has(seat.unit)) && list.some((seat) => right.has(seat.unit))) result.persons.push({ id, seats: list, firm: true, parts: [], deciding: [] });
  }
  return result;
}
const DECIDING = ["unit", "name", "umbrella"];
const deciding = (some) => some.filter((part) => part.loose).map((part) => ({ part, columns: part.unsure.filter((column) => DECIDING.includes(column)) }));

// Two units of different cities in one body are no double work of one city: as in the queries, only units of one municipality overlap.
const placeOf = new Map([...units.values()].map((unit) => [groupOf(unit.id), layout.level === "place" ? "" : unit.place || ""]));
// All pairs of groups that share something: "a|b" → counts. Ways: bodies, umbrellas, persons.
function pairsOf(some) {
  const pairs = new Map();
  const note = (way, members, id) => {
    const keys = [...members.keys()].sort();
    for (let i = 0; i < keys.length; i += 1) for (let j = i + 1; j < keys.length; j += 1) {
      if (placeOf.get(keys[i]) !== placeOf.get(keys[j])) continue;
      const key = `${keys[i]}|${keys[j]}`;
      if (!pairs.has(key)) pairs.set(key, { a: keys[i], b: keys[j], bodies: [], umbrellas: [], persons: [], firm: { bodies: 0, umbrellas: 0, persons: 0 } });
      pairs.get(key)[way].push(id);
      if (members.get(keys[i]) && members.get(keys[j])) pairs.get(key).firm[way] += 1;
    }
  };
  const gather = (way, keysOf) => {
    const found = new Map();
    for (const part of some) for (const key of keysOf(part)) {
      if (!found.has(key)) found.set(key, new Map());
      const members = found.get(key), group = groupOf(part.unit);
      members.set(group, members.get(group) || !part.loose);
    }
    for (const [id, members] of found) if (members.size > 1) note(way, members, id);
  };
  gather("bodies", (part) => [part.body]);
  gather("umbrellas", (part) => part.b.chain.filter((body) => body.isUmbrella).map((body) => body.id));
  const active = new Set(some.map((part) => part.unit));
  for (const [id, list] of personSeats) {
    const members = new Map(list.filter((seat) => seat.unit && active.has(seat.unit)).map((seat) => [groupOf(seat.unit), true]));
    if (members.size > 1) note("persons", members, id);
  }
  return pairs;
}

// ---- money. A cell that holds for several sub-bodies of one row counts once, as in the query cost/by-division.
function distinctCosts(some, owner) {
  const seen = new Set(), found = [];
  for (const part of some) {
    const list = part.costs.length ? part.costs : [null];
    for (const cost of list) {
      const unsure = part.unsure.includes("cost");
      const key = JSON.stringify([owner(part), part.at.cost || part.id, cost && [cost.exact, cost.amount, cost.upto, cost.text, cost.rare], unsure]);
      if (seen.has(key)) continue;
      seen.add(key);
      found.push({ part, cost, unsure, owner: owner(part) });
    }
  }
  return found;
}
function costSummary(some, owner = () => "") {
  const rows = new Map();
  for (const item of distinctCosts(some, owner)) {
    if (!rows.has(item.owner)) rows.set(item.owner, { owner: item.owner, exact: 0, about: 0, atMost: 0, from: 0, to: 0, rare: 0, none: 0, noAmount: 0, empty: 0, unsure: 0, stated: 0 });
    const row = rows.get(item.owner), cost = item.cost;
    if (!cost) { row.empty += 1; continue; }
    if (cost.amount === undefined) { row[cost.exact === "none" ? "none" : "noAmount"] += 1; continue; }
    row.stated += 1;
    if (item.unsure) row.unsure += 1;
    if (cost.rare) { row.rare += cost.amount; continue; }
    if (cost.exact === "exact") row.exact += cost.amount;
    else if (cost.exact === "about") row.about += cost.amount;
    else if (cost.exact === "at-most") row.atMost += cost.amount;
    else if (cost.exact === "range") { row.from += cost.amount; row.to += cost.upto ?? cost.amount; }
  }
  return rows;
}
// Bodies, and umbrellas with what stands below them, for which several units of one city state an amount above zero (as in the query
// cost/double-payments): an umbrella counts when the amounts are for different bodies, else the body itself says it.
function doublePayments(some) {
  const found = [];
  const paid = some.filter((part) => part.costs.some((cost) => cost.amount > 0));
  const gather = (scope, keysOf) => {
    const payees = new Map();
    for (const part of paid) for (const body of keysOf(part)) {
      const key = `${body.id}|${part.u.place || ""}`;
      if (!payees.has(key)) payees.set(key, { body, list: [] });
      payees.get(key).list.push(part);
    }
    for (const { body, list } of payees.values()) {
      if (new Set(list.map((part) => part.unit)).size < 2) continue;
      if (scope === "umbrella" && new Set(list.map((part) => part.b)).size < 2) continue;
      const sure = list.filter((part) => !part.loose && !part.unsure.includes("cost"));
      const cells = list.map((part) => ({ part, columns: part.unsure.filter((column) => [...DECIDING, "cost"].includes(column)) })).filter((item) => item.columns.length);
      found.push({ scope, body, parts: list, firm: new Set(sure.map((part) => part.unit)).size > 1, deciding: cells });
    }
  };
  gather("body", (part) => [part.b]);
  gather("umbrella", (part) => part.b.chain.filter((body) => body.isUmbrella));
  return found.sort((a, b) => a.scope.localeCompare(b.scope) || b.parts.length - a.parts.length || a.body.label.localeCompare(b.body.label, "de"));
}

// ---- two municipalities side by side; an empty name stands for all but the other one
const onSide = (city, other) => (part) => (city ? part.u.place === city : part.u.place !== other);
// Bodies by where they are: in both, only left or only right, each with the participations of either side.
function compared(some, left, right) {
  const sides = [onSide(left, right), onSide(right, left)], found = new Map();
  for (const part of some) sides.forEach((test, side) => {
    if (!test(part)) return;
    if (!found.has(part.b)) found.set(part.b, [[], []]);
    found.get(part.b)[side].push(part);
  });
  const rows = [...found].map(([body, [a, b]]) => ({
    body, sides: [a, b], where: a.length && b.length ? "both" : a.length ? "left" : "right",
    firm: [a, b].every((list) => !list.length || list.some((part) => !part.loose)), deciding: deciding([a, b].filter((list) => list.every((part) => part.loose)).flat()),
  }));
  const order = { both: 0, left: 1, right: 2 };
  return rows.sort((x, y) => order[x.where] - order[y.where] || y.sides.flat().length - x.sides.flat().length || x.body.label.localeCompare(y.body.label, "de") || (x.body.id < y.body.id ? -1 : 1));
}
// Umbrellas: in how many of the bodies below them (themselves included) that either side is in each side sits, and where only one sits.
function coverage(rows) {
  const found = new Map();
  for (const row of rows) for (const body of row.body.chain) if (body.isUmbrella) {
    if (!found.has(body)) found.set(body, { body, rows: [] });
    found.get(body).rows.push(row);
  }
  const count = (item, side) => item.rows.filter((row) => row.sides[side].length).length;
  return [...found.values()].map((item) => ({ ...item, counts: [count(item, 0), count(item, 1)] })).filter((item) => item.counts[0] && item.counts[1])
    .sort((a, b) => b.rows.length - a.rows.length || a.body.label.localeCompare(b.body.label, "de"));
}
