"use strict";
// The reading view: filters, and Escape. Without it all figures are marked and open their rows.
(() => {
  const form = document.querySelector(".rv-filter");
  const figures = [...document.querySelectorAll(".rv-figure")];
  const passages = [...document.querySelectorAll(".rv-passage:not(.rv-heading)")];
  const FIELDS = ["theme", "status", "measure"];

  // --- filters ---
  function apply() {
    const wanted = FIELDS.map((name) => form.elements[name].value).filter(Boolean);
    let shown = 0;
    for (const figure of figures) {
      const values = figure.dataset.is.split(" ");
      const on = wanted.every((value) => values.includes(value));
      figure.classList.toggle("rv-off", !on);
      const link = figure.querySelector("a");
      if (on) link.removeAttribute("tabindex");
      else link.tabIndex = -1;
      shown += on;
    }
    for (const passage of passages) {
      passage.classList.toggle("rv-hidden", form.elements.only.checked && !passage.querySelector(".rv-figure:not(.rv-off)"));
    }
    const output = form.querySelector("output");
    output.textContent = output.dataset.words.replace("{n}", shown).replace("{all}", figures.length);
  }

  // A link to a figure that the filter leaves out shows it all the same.
  function reveal() {
    const target = document.querySelector(":target");
    if (!target?.closest(".rv-off, .rv-hidden")) return;
    form.reset();
    apply();
    target.scrollIntoView();
  }

  if (form) {
    // `?theme=ecology&status=planned` opens the page with a filter.
    const asked = new URLSearchParams(location.search);
    for (const name of FIELDS) {
      const box = form.elements[name];
      if ([...box.options].some((option) => option.value === asked.get(name))) box.value = asked.get(name);
    }
    form.hidden = false;
    form.addEventListener("change", apply);
    form.addEventListener("reset", () => setTimeout(apply));
    form.addEventListener("submit", (event) => event.preventDefault());
    addEventListener("hashchange", reveal);
    apply();
    reveal();
  }

  // --- rows ---
  const HOLDERS = ".rv-figure, .rv-column:has(.rv-rows)";
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const holder of document.querySelectorAll(HOLDERS)) {
      if (!holder.matches(":hover, :focus-within")) continue;
      if (holder.querySelector(".rv-row")?.contains(document.activeElement)) holder.querySelector("a").focus();
      holder.classList.add("rv-shut");
    }
  });
  for (const holder of document.querySelectorAll(HOLDERS)) {
    const open = () => holder.classList.remove("rv-shut");
    holder.addEventListener("mouseleave", open);
    holder.addEventListener("focusout", (event) => holder.contains(event.relatedTarget) || open());
    // By keyboard the row may open below the edge of the window.
    holder.addEventListener("focusin", () => holder.querySelector(".rv-row")?.scrollIntoView({ block: "nearest" }));
  }
})();
