/* The page around YASGUI: this endpoint, our prefixes, the queries of the library. Nothing is asked of another server. */
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const endpoint = new URL("sparql", document.baseURI).href;
  document.getElementById("address").textContent = endpoint;

  const prefixes = Object.entries(data.prefixes);
  const first = prefixes.map(([name, iri]) => `PREFIX ${name}: <${iri}>\n`).join("")
    + "\nSELECT ?body ?label WHERE {\n  ?body a gn:Body ; skos:prefLabel ?label .\n}\nORDER BY ?label\nLIMIT 25\n";

  // YASGUI would fetch prefixes, classes and properties from the web; prefixes are ours, the rest is left out.
  const { Yasqe } = Yasgui;
  Yasqe.forkAutocompleter("prefixes", {
    name: "prefixes-here",
    persistenceId: null,
    get: () => Promise.resolve(prefixes.map(([name, iri]) => `${name}: <${iri}>`)),
  });
  Yasqe.defaults.autocompleters = ["variables", "prefixes-here"];
  Yasqe.defaults.value = first;

  const yasgui = new Yasgui(document.getElementById("yasgui"), {
    requestConfig: { endpoint, method: "POST" },
    copyEndpointOnNewTab: false,
    endpointCatalogueOptions: { getData: () => [{ endpoint }], keys: [] },
    persistenceId: `gremiennetz ${endpoint}`,
    yasqe: { value: first },
  });

  const choice = document.getElementById("choice");
  const queries = new Map();
  for (const [folder, items] of Object.entries(data.groups)) {
    const group = document.createElement("optgroup");
    group.label = folder;
    for (const item of items) {
      queries.set(item.name, item);
      group.append(new Option(item.title, item.name));
    }
    choice.append(group);
  }
  choice.addEventListener("change", () => {
    const item = queries.get(choice.value);
    document.getElementById("description").textContent = item ? item.description : "";
    if (!item) return;
    const tab = yasgui.addTab(true, { name: item.title, yasqe: { value: item.text }, requestConfig: { endpoint, method: "POST" } });
    tab.getYasqe().setValue(item.text);
  });
})();
