"use strict";
// Comforts only: the theme button, charts at full size, and for tables sorting, folding, a filter and a CSV file.
// The page reads fully without it.
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const root = document.documentElement;
  const SHOWN_ROWS = 15;
  const collator = new Intl.Collator(root.lang, { numeric: true });

  function button(text, name, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = name;
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  // --- theme ---
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const theme = button("", "pg-theme", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
  });
  function nameTheme() {
    theme.textContent = words[isDark() ? "light" : "dark"];
  }
  system.addEventListener("change", nameTheme);
  nameTheme();
  document.querySelector(".pg-bar").append(theme);

  // --- numbers in cells ---
  const SCALES = {
    "%": 1e-2, "‰": 1e-3, 百: 1e2, 千: 1e3, 万: 1e4, 亿: 1e8, 万亿: 1e12,
    k: 1e3, thousand: 1e3, m: 1e6, mn: 1e6, million: 1e6, bn: 1e9, billion: 1e9, tn: 1e12, trillion: 1e12,
  };
  const NUMBER = /^[^\d+.-]{0,4}([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(万亿|[百千万亿%‰]|(?:k|m|thousand|mn|million|bn|billion|tn|trillion)(?![a-z]))?\D*$/i;

  function number(cell) {
    if (cell.dataset.value !== undefined && cell.dataset.value !== "") return Number(cell.dataset.value);
    const text = cell.textContent.normalize("NFKC").replace(/[\s,]/g, "").replace(/^([^\d]*)[−–](?=\d)/, "$1-");
    const found = NUMBER.exec(text);
    return found ? Number(found[1]) * (SCALES[(found[2] || "").toLowerCase()] || 1) : NaN;
  }

  function compare(a, b) {
    const numbers = [Number.isNaN(a.number), Number.isNaN(b.number)];
    if (!numbers[0] && !numbers[1]) return a.number - b.number;
    if (numbers[0] !== numbers[1]) return numbers[0] ? 1 : -1;
    return collator.compare(a.text, b.text);
  }

  const EMPTY = /^(?:|-|–|—|nan|none|<na>|nat)$/i;

  // --- the places of cells, spans counted ---
  function grid(rows) {
    const places = rows.map(() => []);
    rows.forEach((row, line) => {
      let column = 0;
      for (const cell of row.cells) {
        while (places[line][column]) column += 1;
        for (let down = 0; down < cell.rowSpan && line + down < rows.length; down += 1) {
          for (let right = 0; right < cell.colSpan; right += 1) places[line + down][column + right] = cell;
        }
        column += cell.colSpan;
      }
    });
    return places;
  }

  // --- sorting ---
  function sortable(table) {
    if (!table.tHead || table.tBodies.length !== 1) return;
    const body = table.tBodies[0];
    const rows = [...body.rows];
    if (rows.length < 2 || rows.some((row) => [...row.cells].some((cell) => cell.rowSpan > 1 || cell.colSpan > 1))) return;
    const leaves = grid([...table.tHead.rows]).at(-1);
    leaves.forEach((head, column) => {
      if (head.colSpan > 1 || head.tagName !== "TH" || !head.textContent.trim()) return;
      const made = button("", "pg-sort", () => sort(head, column));
      made.append(...head.childNodes);
      head.append(made);
    });

    function sort(head, column) {
      const next = { ascending: "descending", descending: "" }[head.ariaSort] ?? "ascending";
      for (const leaf of leaves) leaf.removeAttribute("aria-sort");
      if (next) head.setAttribute("aria-sort", next);
      const keyed = rows.map((row) => {
        const cell = row.cells[column];
        const text = cell ? cell.textContent.trim() : "";
        return { row, text, empty: EMPTY.test(text), number: cell ? number(cell) : NaN };
      });
      const sign = next === "descending" ? -1 : 1;
      if (next) keyed.sort((a, b) => a.empty - b.empty || sign * compare(a, b));
      body.append(...keyed.map((entry) => entry.row));
    }
  }

  // --- CSV ---
  function field(text) {
    let value = text.replace(/\s+/g, " ").trim();
    // A spreadsheet would run these as formulas; numbers stay numbers.
    if (/^[=+\-@＝＋－＠]/.test(value) && !/^[+-]?(?:\d[\d,]*\.?\d*|\.\d+)%?$/.test(value)) value = "'" + value;
    return /[",;]/.test(value) ? '"' + value.replaceAll('"', '""') + '"' : value;
  }

  function csv(table) {
    const heads = table.tHead ? grid([...table.tHead.rows]) : [];
    const title = (column) => [...new Set(heads.map((line) => line[column]).filter(Boolean))]
      .map((cell) => cell.textContent.trim()).filter(Boolean).join(" / ");
    const lines = heads.length ? [heads.at(-1).map((_, column) => field(title(column)))] : [];
    const rows = [...table.rows].filter((row) => row.parentNode !== table.tHead);
    for (const line of grid(rows)) lines.push(Array.from(line, (cell) => field(cell ? cell.textContent : "")));
    return "\ufeff" + lines.map((line) => line.join(",") + "\r\n").join("");
  }

  function save(table) {
    const name = (table.caption || document.querySelector("h1")).textContent.trim();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv;charset=utf-8" }));
    link.download = name.slice(0, 60).replace(/[\\/:*?"<>|\s]+/g, "-") + ".csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // --- folding and filtering of long tables ---
  function foldable(box, table, tools) {
    const rows = table.tBodies.length === 1 ? [...table.tBodies[0].rows] : [];
    if (rows.length <= SHOWN_ROWS) return;
    let folded = true;
    const made = button("", "pg-fold", () => {
      folded = !folded;
      show();
    });
    const bar = document.createElement("div");
    const label = document.createElement("label");
    const input = document.createElement("input");
    const output = document.createElement("output");
    bar.className = "pg-filter";
    input.type = "search";
    input.setAttribute("aria-label", `${words.filter}: ${box.querySelector(".pg-scroll").getAttribute("aria-label")}`);
    input.addEventListener("input", show);
    label.append(words.filter, " ", input);
    bar.append(label, output);

    const plain = (text) => text.normalize("NFKC").toLowerCase();
    function show() {
      const asked = plain(input.value).split(/\s+/).filter(Boolean);
      let left = 0;
      for (const row of rows) {
        const text = asked.length ? plain(row.textContent) : "";
        row.hidden = !asked.every((word) => text.includes(word));
        left += !row.hidden;
      }
      box.classList.toggle("pg-folded", folded && !asked.length);
      made.hidden = asked.length > 0;
      made.setAttribute("aria-expanded", String(!folded));
      made.textContent = folded ? words.all.replace("{n}", rows.length) : words.fewer.replace("{n}", SHOWN_ROWS);
      output.textContent = asked.length ? words.left.replace("{n}", left).replace("{all}", rows.length) : "";
    }
    show();
    box.unfold = () => {
      folded = false;
      input.value = "";
      show();
    };
    // A row that begins in another one cannot stand alone.
    if (!rows.some((row) => [...row.cells].some((cell) => cell.rowSpan > 1))) box.prepend(bar);
    tools.append(made);
  }

  for (const box of document.querySelectorAll(".pg-table")) {
    const table = box.querySelector("table");
    const tools = document.createElement("div");
    tools.className = "pg-tools";
    foldable(box, table, tools);
    tools.append(button(words.csv, "pg-csv", () => save(table)));
    sortable(table);
    box.append(tools);
  }

  function named(hash) {
    try {
      return document.getElementById(decodeURIComponent(hash.slice(1)));
    } catch (error) {
      if (error instanceof URIError) return null;
      throw error;
    }
  }

  // A link may point into a folded row or a closed section.
  function reveal() {
    const target = named(location.hash);
    if (!target) return;
    target.closest(".pg-table")?.unfold?.();
    for (let outer = target.closest("details"); outer; outer = outer.parentElement.closest("details")) outer.open = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();

  // --- charts that had to be made smaller than they are ---
  for (const plate of document.querySelectorAll(".pg-plate")) {
    const image = plate.querySelector("img");
    const width = Number(image.getAttribute("width"));
    if (!width) continue;
    const tools = document.createElement("div");
    tools.className = "pg-tools";
    const made = button(words.enlarge, "", () => {
      made.setAttribute("aria-pressed", String(plate.classList.toggle("pg-large")));
      reach(plate);
    });
    made.setAttribute("aria-pressed", "false");
    tools.append(made);
    plate.after(tools);
    const fit = () => {
      tools.hidden = !plate.classList.contains("pg-large") && image.clientWidth > 0.95 * width;
    };
    new ResizeObserver(fit).observe(plate);
    fit();
  }

  // What scrolls sideways must be reachable by keyboard, also once a section opens or the window gets narrower.
  function reach(box) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
  const sizes = new ResizeObserver((seen) => seen.forEach((entry) => reach(entry.target)));
  for (const box of document.querySelectorAll(".pg-plate, pre")) sizes.observe(box);

  // --- where the reader is ---
  const links = new Map();
  for (const link of document.querySelectorAll(".pg-side a")) links.set(named(link.hash), link);
  const watch = new IntersectionObserver((seen) => {
    const entry = seen.find((one) => one.isIntersecting);
    if (!entry) return;
    for (const link of links.values()) link.removeAttribute("aria-current");
    links.get(entry.target).setAttribute("aria-current", "location");
  }, { rootMargin: "0px 0px -75% 0px" });
  for (const heading of links.keys()) {
    if (heading) watch.observe(heading);
  }
})();
