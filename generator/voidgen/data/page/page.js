"use strict";
const rows = [...document.querySelectorAll("tbody tr")].map((row) => ({ row, text: row.textContent.toLowerCase() }));
const search = document.querySelector("#search");

function show() {
  const words = search.value.toLowerCase().split(/\s+/);
  let count = 0;
  for (const { row, text } of rows) {
    row.hidden = !words.every((word) => text.includes(word));
    count += !row.hidden;
  }
  document.querySelector("#found").textContent = search.value.trim() ? `${count} of ${rows.length} rows` : "";
  for (const section of document.querySelectorAll("section:has(table)")) {
    section.hidden = !section.querySelector("tbody tr:not([hidden])");
  }
}

function sort(head) {
  const down = head.ariaSort === "ascending" || (head.ariaSort === null && head.className === "number");
  const value = (row) => row.cells[head.cellIndex].dataset.value ?? row.cells[head.cellIndex].textContent;
  const order = new Intl.Collator("en", { numeric: true });
  const by = head.className === "number"
    ? (one, other) => Number(value(one)) - Number(value(other))
    : (one, other) => order.compare(value(one), value(other));
  const body = head.closest("table").tBodies[0];
  body.append(...[...body.rows].sort((one, other) => (down ? -by(one, other) : by(one, other))));
  for (const other of head.parentElement.cells) {
    other.removeAttribute("aria-sort");
  }
  head.ariaSort = down ? "descending" : "ascending";
}

search?.addEventListener("input", show);
for (const head of document.querySelectorAll("th")) {
  head.querySelector("button").addEventListener("click", () => sort(head));
}
