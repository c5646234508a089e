// The text of a document with spans marked in it, scrolled to the first of them.
// All text comes in as data and is shown with text nodes: nothing of it is ever read as HTML.

export default function ({ parentElement, data }) {
  const where = parentElement.querySelector(".where");
  const view = parentElement.querySelector(".text");
  where.textContent = data.where;
  view.setAttribute("aria-label", data.label);
  view.style.maxHeight = `${data.height}px`;
  view.replaceChildren(...data.pieces.map(element));
  const shown = `${data.label} ${data.at}`;
  if (view.dataset.shown !== shown) scroll(view);
  view.dataset.shown = shown;
}

function element({ text, kind }) {
  if (!kind) return document.createTextNode(text);
  const made = document.createElement(kind === "page" ? "span" : "mark");
  made.className = kind;
  made.textContent = text;
  return made;
}

// The mark in the upper third of the view; only the view scrolls, not the page around it.
function scroll(view) {
  const mark = view.querySelector("mark");
  if (!mark) { view.scrollTop = 0; return; }
  requestAnimationFrame(() => {
    const offset = mark.getBoundingClientRect().top - view.getBoundingClientRect().top;
    view.scrollTop += offset - view.clientHeight / 3;
  });
}
