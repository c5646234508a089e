// The table of columns: found by name and sorted by a click. The page is complete without it.
const table = document.querySelector(".columns"), bodies = [...table.tBodies];
const tools = document.querySelector(".tools"), find = document.getElementById("find"), said = document.getElementById("found");
tools.hidden = bodies.length < 2;
const names = bodies.map((body) => body.querySelector("summary").textContent.toLowerCase());
find.addEventListener("input", () => {
  const wanted = find.value.trim().toLowerCase();
  let count = 0;
  bodies.forEach((body, at) => { count += !(body.hidden = !names[at].includes(wanted)); });
  said.textContent = wanted ? `${count.toLocaleString("en")} of ${bodies.length.toLocaleString("en")} columns` : "";
});
const number = (text) => parseFloat(text.replace(/[,<>]/g, ""));
[...table.tHead.rows[0].cells].slice(0, 6).forEach((head, at) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const keyed = bodies.map((body, place) => [at ? body.rows[0].cells[at].textContent : names[place], body]);
    keyed.sort(([a], [b]) => {
      const x = number(a), y = number(b), order = x === x && y === y ? x - y : (x === x ? -1 : y === y ? 1 : a.localeCompare(b));
      return up ? order : -order;
    });
    table.append(...keyed.map(([, body]) => body));
  });
});
// Browsers that print closed parts closed get them opened.
addEventListener("beforeprint", () => document.querySelectorAll("main details").forEach((part) => { part.dataset.was = part.open; part.open = true; }));
addEventListener("afterprint", () => document.querySelectorAll("main details").forEach((part) => { part.open = part.dataset.was === "true"; }));
