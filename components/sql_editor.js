// A text area for SQL: it colours what is typed, offers names that fit, and tells Python what to run.
// All text comes in as data and is shown with textContent.

const MOST_OFFERED = 50;
const TOKEN = /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*(?:"|$))|(\d+(?:\.\d+)?)|([\p{L}_][\p{L}\p{N}_]*)/gu;
const TYPED = /(?:("(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_]*)\.)?("(?:[^"]|"")*|[\p{L}_][\p{L}\p{N}_]*)?$/u;
const NAMED = /\b(?:from|join)\s+("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_]*)(?:\s+(?:as\s+)?("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_]*))?/giu;
const editors = new WeakMap();

export default function (component) {
  const { parentElement } = component;
  if (!editors.has(parentElement)) editors.set(parentElement, new Editor(parentElement));
  const editor = editors.get(parentElement);
  editor.take(component);
  return () => editors.delete(parentElement);
}

class Editor {
  constructor(root) {
    this.input = root.querySelector("textarea");
    this.painted = root.querySelector("pre");
    this.list = root.querySelector("ul");
    this.spoken = root.querySelector(".spoken");
    this.version = null;
    this.sent = null;
    this.offers = [];
    this.at = 0;
    this.moved = false;
    this.input.oninput = () => { this.paint(); this.offer(false); };
    this.input.onkeydown = (event) => this.key(event);
    this.input.onblur = () => { this.close(); this.commit(); };
    this.input.onscroll = () => { this.scroll(); this.close(); };
    this.input.onclick = () => this.close();
    new ResizeObserver(() => this.scroll()).observe(this.input);
  }

  // What Python says: the words, and a text of its own when `version` is new; otherwise what is typed stays.
  take({ data, setStateValue, setTriggerValue }) {
    this.setStateValue = setStateValue;
    this.setTriggerValue = setTriggerValue;
    this.words = data.words;
    this.keywords = new Set(data.words.keywords.flatMap((words) => words.toLowerCase().split(" ")));
    this.input.setAttribute("aria-label", data.label);
    this.input.placeholder = data.placeholder;
    if (data.version !== this.version) {
      this.version = data.version;
      this.input.value = this.sent = data.value;
      this.input.rows = Math.min(16, Math.max(6, data.value.split("\n").length + 1));
      this.close();
    }
    this.paint();
  }

  commit() {
    if (this.input.value === this.sent) return;
    this.sent = this.input.value;
    this.setStateValue("typed", { version: this.version, text: this.sent });
  }

  run() {
    this.sent = this.input.value;
    this.setTriggerValue("run", { version: this.version, text: this.sent });
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.close();
      this.run();
    } else if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      this.offer(true);
    } else if (!this.list.hidden) {
      this.choose(event);
    }
  }

  // A key while the list is open.
  choose(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      const wrapped = (this.at + step + this.offers.length) % this.offers.length;
      const bounded = Math.min(this.offers.length - 1, Math.max(0, this.at + step));
      this.mark(Math.abs(step) === 1 ? wrapped : bounded);
      this.moved = true;
    } else if (event.key === "Escape") {
      this.close();
    } else if (event.key === "Tab" || (event.key === "Enter" && (this.moved || !this.isTyped()))) {
      this.accept(this.at);
    } else {
      if (["ArrowLeft", "ArrowRight", "Home", "End", "Enter"].includes(event.key)) this.close();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  isTyped() {
    return this.offers[this.at].text.toLowerCase() === this.typed.toLowerCase();
  }

  offer(asked) {
    const before = this.input.value.slice(0, this.input.selectionStart);
    const [, table, typed = ""] = TYPED.exec(before);
    this.typed = typed;
    if (insideTextOrComment(before) || (!asked && !typed && !table)) return this.close();
    this.offers = this.fitting(table, typed, before).slice(0, MOST_OFFERED);
    if (!this.offers.length || (this.offers.length === 1 && this.offers[0].text === typed)) return this.close();
    this.draw();
  }

  // Words that begin with what is typed, then words that hold it; after "table." only its columns.
  fitting(table, typed, before) {
    const known = this.tablesNamed();
    const offered = [];
    const seen = new Set();
    const add = (words, kind) => {
      for (const text of words) {
        if (!seen.has(text)) offered.push({ text, kind });
        seen.add(text);
      }
    };
    if (table) {
      add(known.get(bare(table)) ?? [], "column");
    } else {
      const { tables, columns, keywords, functions } = this.words;
      const used = Object.entries(tables).filter(([name]) => known.has(bare(name)) && known.get("in use").has(bare(name)));
      const names = Object.keys(tables);
      const place = /\b(?:from|join)\s+\S*$/i.test(before);
      if (place) add(names, "table");
      for (const [, which] of used.length ? used : Object.entries(tables)) add(columns[which], "column");
      add(names, "table");
      add(keywords.map((word) => (/^[a-z]/.test(typed) ? word.toLowerCase() : word)), "keyword");
      add(functions, "function");
    }
    const wanted = bare(typed);
    const begins = offered.filter(({ text }) => bare(text).startsWith(wanted));
    const exactly = begins.filter(({ text }) => bare(text) === wanted);
    const holds = wanted.length < 2 ? [] : offered.filter(({ text }) => bare(text).indexOf(wanted) > 0);
    return [...new Set([...(wanted ? exactly : []), ...begins, ...holds])];
  }

  // The columns by the name of a table or by the alias that the query gives it.
  tablesNamed() {
    const { tables, columns } = this.words;
    const found = new Map(Object.entries(tables).map(([name, which]) => [bare(name), columns[which]]));
    const used = new Set();
    for (const [, name, alias] of this.input.value.matchAll(NAMED)) {
      if (!found.has(bare(name))) continue;
      used.add(bare(name));
      if (alias && !this.keywords.has(bare(alias))) found.set(bare(alias), found.get(bare(name)));
    }
    return found.set("in use", used);
  }

  draw() {
    const rows = this.offers.map(({ text, kind }, at) => {
      const row = document.createElement("li");
      row.id = `offer-${at}`;
      row.setAttribute("role", "option");
      row.append(span(text), span(kind));
      row.onmousedown = (event) => { event.preventDefault(); this.accept(at); };
      return row;
    });
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.moved = false;
    this.input.setAttribute("aria-controls", this.list.id);
    this.spoken.textContent = `${rows.length} suggestions`;
    this.place();
    this.mark(0);
  }

  // Under the word that is typed, as far as the editor is wide.
  place() {
    const lines = this.input.value.slice(0, this.input.selectionStart - this.typed.length).split("\n");
    const style = getComputedStyle(this.input);
    const ruler = span(lines.at(-1));
    this.painted.append(ruler);
    const across = ruler.getBoundingClientRect().width;
    ruler.remove();
    const left = parseFloat(style.paddingLeft) + across - this.input.scrollLeft;
    const below = parseFloat(style.paddingTop) + lines.length * parseFloat(style.lineHeight) - this.input.scrollTop;
    this.list.style.left = `${Math.max(0, Math.min(left, this.input.clientWidth - this.list.offsetWidth))}px`;
    this.list.style.top = `${Math.min(below, this.input.clientHeight) + 4}px`;
  }

  mark(at) {
    this.list.children[this.at]?.removeAttribute("aria-selected");
    this.at = at;
    const row = this.list.children[at];
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", row.id);
  }

  accept(at) {
    const { text, kind } = this.offers[at];
    const end = this.input.selectionStart;
    const closing = this.typed.startsWith('"') && this.input.value[end] === '"' ? 1 : 0;
    this.input.setSelectionRange(end - this.typed.length, end + closing);
    const written = kind === "function" && this.input.value[end] !== "(" ? `${text}(` : text;
    if (!document.execCommand("insertText", false, written)) this.input.setRangeText(written);
    this.close();
    this.paint();
  }

  close() {
    this.list.hidden = true;
    this.at = 0;
    this.input.removeAttribute("aria-activedescendant");
    this.spoken.textContent = "";
  }

  paint() {
    const text = this.input.value;
    const parts = [];
    let end = 0;
    for (const match of text.matchAll(TOKEN)) {
      const [word, comment, string, , number, name] = match;
      const kind = comment ? "comment" : string ? "text" : number ? "number" : "";
      const painted = kind || (name && this.keywords.has(name.toLowerCase()) ? "keyword" : "");
      if (!painted) continue;
      parts.push(text.slice(end, match.index), span(word, painted));
      end = match.index + word.length;
    }
    this.painted.replaceChildren(...parts, text.slice(end), "\n");
    this.scroll();
  }

  scroll() {
    this.painted.scrollTop = this.input.scrollTop;
    this.painted.scrollLeft = this.input.scrollLeft;
  }
}

function span(text, name) {
  const made = document.createElement("span");
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

// A name as it is compared: without its quotes, in lower case.
function bare(name) {
  return name.replace(/^"|"$/g, "").replaceAll('""', '"').toLowerCase();
}

function insideTextOrComment(before) {
  for (const match of before.matchAll(TOKEN)) {
    const ends = match.index + match[0].length === before.length;
    if (ends && match[2]) return !/^'(?:[^']|'')*'$/.test(match[0]);
    if (ends && match[1]) return !match[0].endsWith("*/");
  }
  return false;
}
