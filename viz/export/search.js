// Filters the directory on the landing page; without this script the page shows all of it.
(function () {
  "use strict";
  const field = document.getElementById("suche");
  const items = Array.from(document.querySelectorAll("#verzeichnis li"));
  const texts = items.map(function (item) { return item.textContent.toLocaleLowerCase("de"); });
  const found = document.getElementById("treffer");
  function show() {
    const words = field.value.toLocaleLowerCase("de").split(/\s+/).filter(Boolean);
    let count = 0;
    items.forEach(function (item, number) {
      const fits = words.every(function (word) { return texts[number].includes(word); });
      item.hidden = !fits;
      count += fits ? 1 : 0;
    });
    document.querySelectorAll("#verzeichnis details").forEach(function (group) {
      group.open = words.length > 0 && group.querySelector("li:not([hidden])") !== null;
    });
    found.textContent = words.length ? count + " Treffer" : "";
  }
  field.closest("[hidden]").hidden = false;
  field.addEventListener("input", show);
}());
