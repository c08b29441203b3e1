/* Dialogs, the drawer, bulk selection, the week's scroll, password reveal, copying: small things with no state of their own. */
(function () {
  "use strict";
  const { $, $$ } = window.pr;

  const opened = () => document.dispatchEvent(new Event("pr:opened"));   // the second click of two must not fall on a button of it

  /* <a href="/a/page" data-open="#id"> opens the <dialog> where there is one; the page is the way without JavaScript. */
  document.addEventListener("click", (e) => {
    const o = e.target.closest("[data-open]");
    if (o && !e.ctrlKey && !e.metaKey && !e.shiftKey) {
      const d = $(o.dataset.open);
      if (d && d.showModal) { e.preventDefault(); if (!d.open) { d.showModal(); opened(); } }
    }
    if (e.target.matches("dialog") || e.target.closest("[data-close]")) {
      const d = e.target.closest("dialog");
      if (d) { e.preventDefault(); d.close(); }
    }
  });
  /* A region that is swapped closes its own dialogs first: a modal that is only taken away would keep the page inert. */
  document.addEventListener("htmx:beforeSwap", (e) => {
    const lost = e.detail.shouldSwap && e.detail.target.querySelectorAll ? $$("dialog[open]", e.detail.target) : [];
    lost.forEach((d) => d.close());
    if (lost.some((d) => !d.contains(e.detail.requestConfig.elt))) document.dispatchEvent(new Event("pr:dialog-lost"));
  });
  /* A dialog whose form was refused comes back open. */
  const reopen = () => $$("dialog[data-reopen]:not([open])").forEach((d) => { d.removeAttribute("data-reopen"); d.showModal(); opened(); });
  document.addEventListener("DOMContentLoaded", reopen);
  document.addEventListener("htmx:afterSettle", reopen);

  /* The side bar becomes a modal drawer below 992 px; it needs a name only while it is a dialog. */
  document.addEventListener("show.bs.offcanvas", (e) => e.target.setAttribute("aria-label", "Menu"));
  document.addEventListener("hidden.bs.offcanvas", (e) => e.target.removeAttribute("aria-label"));

  /* Bulk selection: a check box in <thead>, check boxes in rows, a .bulk bar with [data-count]. Without JavaScript the bar is
     always there, and the buttons act on what is ticked. */
  const noun = (card, n) => n + " " + (n === 1 ? card.dataset.one || "record" : card.dataset.many || "records") + " selected";
  const count = (card) => {
    const rows = $$("[data-pick]", card), all = $("[data-pick-all]", card), bar = $(".bulk", card);
    const n = rows.filter((r) => r.checked).length;
    if (all) { all.checked = n > 0 && n === rows.length; all.indeterminate = n > 0 && n < rows.length; }
    if (bar) { bar.classList.remove("waits"); bar.hidden = n === 0; }
    const text = $("[data-count]", card); if (text) text.textContent = noun(card, n);
    $$("[data-can]", card).forEach((b) => {
      const able = rows.filter((r) => r.checked && (r.dataset.able || "").split(" ").includes(b.dataset.can)).length;
      b.disabled = able === 0; const out = $("[data-able]", b); if (out) out.textContent = able || "";
    });
    const why = $("[data-bulk-why]", card);   // a button that cannot be pressed says why
    if (why) why.textContent = $$("[data-can]", card).filter((b) => n && b.disabled).map((b) => b.dataset.why || "").join(" ");
  };
  document.addEventListener("change", (e) => {
    const card = e.target.closest("[data-bulk]"); if (!card || !e.target.matches("[data-pick], [data-pick-all]")) return;
    if (e.target.matches("[data-pick-all]")) $$("[data-pick]", card).forEach((r) => { r.checked = e.target.checked; });
    count(card);
  });
  const recount = () => $$("[data-bulk]").forEach(count);
  document.addEventListener("DOMContentLoaded", recount);
  document.addEventListener("htmx:afterSettle", recount);
  window.addEventListener("pageshow", recount);

  /* A week wider than the screen is shown from today on; the hours stay at its side. */
  const today = () => $$("table.week th.today").forEach((day) => {
    const region = day.closest("[role=region]"), hours = $(".hours", day.closest("tr"));
    if (region && region.scrollWidth > region.clientWidth) region.scrollLeft = day.offsetLeft - hours.offsetWidth;
  });
  document.addEventListener("DOMContentLoaded", today);
  document.addEventListener("htmx:afterSettle", (e) => { if (e.target.id === "results") today(); });

  document.addEventListener("click", async (e) => {
    const r = e.target.closest("[data-reveal]");
    if (r) {
      const i = $(r.dataset.reveal); i.type = i.type === "password" ? "text" : "password";
      r.setAttribute("aria-pressed", i.type === "text");
    }
    const c = e.target.closest("[data-copy]");
    if (c) {
      e.preventDefault();
      try { await navigator.clipboard.writeText(c.dataset.copy); window.pr.toast("Copied"); }
      catch { window.pr.toast("The browser did not allow copying. Select the text and copy it by hand."); }
    }
  });
})();
