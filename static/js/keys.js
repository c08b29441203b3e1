/* The command palette (⌘K) and single-key shortcuts. WCAG 2.1.4: the person's setting data-keys="off" on <body> switches the
   single keys off. Any element with data-key="a" is clicked (or focused, for inputs); "g r" is a sequence. */
(function () {
  "use strict";
  const { $, $$ } = window.pr;
  const typing = (e) => e.target.closest && e.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const pal = () => $("#palette");
  const options = () => $$("#palette [role=option]:not([hidden])");
  const choose = (o) => {
    $$("#palette [role=option]").forEach((x) => x.setAttribute("aria-selected", x === o));
    $("#palette input").setAttribute("aria-activedescendant", o ? o.id : "");
    if (o) o.scrollIntoView({ block: "nearest" });
  };
  const narrow = () => {
    const q = $("#palette input").value.trim().toLowerCase();
    $$("#palette [data-static]").forEach((o) => { o.hidden = !o.textContent.toLowerCase().includes(q); });
    const shown = options();
    choose(shown[0]);
    $("#palette [data-none]").hidden = shown.length > 0;
  };
  const open = () => { if (!pal() || pal().open) return; const i = $("#palette input"); i.value = ""; pal().showModal(); narrow(); i.focus(); };
  const go = (o) => { if (o) location.assign(o.dataset.href); };

  /* The keys are named as they are on this keyboard. */
  if (!/Mac|iPhone|iPad/.test(navigator.platform)) document.addEventListener("DOMContentLoaded", () => {
    $$("kbd").forEach((k) => { if (k.textContent.startsWith("⌘")) k.textContent = k.textContent.replace("⌘", "Ctrl "); });
  });

  /* What says it is a button answers to the space bar too, also where it is a link for those without JavaScript. */
  document.addEventListener("keydown", (e) => {
    if (e.key !== " " || e.repeat || !e.target.matches || !e.target.matches("a[role=button]")) return;
    e.preventDefault(); e.target.click();
  });

  document.addEventListener("input", (e) => { if (e.target.matches("#palette input")) narrow(); });
  document.addEventListener("htmx:afterSettle", (e) => { if (e.target.id === "pal-found") narrow(); });
  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-palette]")) { e.preventDefault(); open(); }
    go(e.target.closest("#palette [role=option]"));
  });
  document.addEventListener("keydown", (e) => {
    if ((e.metaKey || e.ctrlKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k") { e.preventDefault(); open(); return; }
    if (!e.target.matches || !e.target.matches("#palette input")) return;
    const all = options(), at = all.findIndex((o) => o.getAttribute("aria-selected") === "true");
    if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); choose(all[(at + (e.key === "ArrowDown" ? 1 : all.length - 1)) % all.length]); }
    if (e.key === "Enter") { e.preventDefault(); go(all[at]); }
  });

  /* A region that was swapped took a dialog with it: the rest of what is being typed was meant for the dialog, so that no letter
     of it may approve the next item. Single keys rest until the typing has paused. */
  const PAUSE = 700;
  let restUntil = 0;
  const rest = () => { restUntil = performance.now() + PAUSE; };
  document.addEventListener("pr:dialog-lost", rest);

  let prefix = "", timer = 0;
  document.addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.metaKey || e.ctrlKey || e.altKey || e.repeat || typing(e) || $("dialog[open]") || document.body.dataset.keys === "off") return;
    if (performance.now() < restUntil) { rest(); return; }
    const k = e.key.toLowerCase();
    if (k === "z" && window.pr.lastUndo && window.pr.lastUndo.isConnected) { e.preventDefault(); window.pr.lastUndo.click(); return; }
    const wanted = prefix ? prefix + " " + k : k;
    const hit = $$("[data-key]").find((el) => el.dataset.key === wanted && el.getClientRects().length && !el.disabled);
    clearTimeout(timer);
    prefix = !hit && !prefix && k === "g" ? "g" : "";
    if (prefix) timer = setTimeout(() => { prefix = ""; }, 1200);
    if (!hit) return;
    e.preventDefault();
    if (hit.matches("input:not([type=checkbox]), textarea, select")) hit.focus(); else hit.click();
  });
})();
