/* Nothing is ticked that the desk did not tick, and no press reaches what its reader has not seen.
   Both are comfort on top of rules that hold without JavaScript: autocomplete="off", and decisions that name what they decide. */
(function () {
  "use strict";
  const { $, $$ } = window.pr;

  /* ── Back and reload: browsers put ticks back by position, and between two visits a list may have moved. ── */
  const asServed = () => $$("input[type=checkbox], input[type=radio]").forEach((box) => {
    if (!box.closest("#composer") && box.checked !== box.defaultChecked) box.checked = box.defaultChecked;
  });
  const came = () => (performance.getEntriesByType("navigation")[0] || {}).type;
  const again = () => { if (came() === "back_forward" || came() === "reload") asServed(); };
  document.addEventListener("DOMContentLoaded", again);
  window.addEventListener("pageshow", (e) => {
    if (e.persisted && $("[data-fresh], [data-bulk], #review")) location.reload();   // a page kept whole is old as a whole
    else if (!e.persisted) again();
    goesTo();
  });

  /* What the button of the publish page is about to do, beside it. Names are set apart: one may be written right to left. */
  const goesTo = () => $$("[data-goes-to]").forEach((out) => {
    const names = $$("[name=accounts]:checked", out.closest("form")).map((box) => "\u2068" + box.dataset.name + "\u2069");
    out.textContent = names.length ? "Goes to " + names.join(", ") : "No account is ticked yet.";
  });
  document.addEventListener("DOMContentLoaded", goesTo);
  document.addEventListener("change", (e) => { if (e.target.matches("[name=accounts]")) goesTo(); });

  /* ── The second press: what has just come by itself cannot be decided for a moment. A press within it starts the moment anew. ── */
  const REST = 700;
  let until = 0, timer = 0, flying = 0;
  const decides = (b) => b.type === "submit" && b.form && (b.form.getAttribute("method") || "").toLowerCase() === "post" && !b.closest("#toasts, .top, .side");
  const wake = () => $$("[data-resting]").forEach((b) => { delete b.dataset.resting; b.removeAttribute("aria-disabled"); });
  const rest = () => {
    until = performance.now() + REST;
    $$("button").filter((b) => decides(b) && !b.hasAttribute("aria-disabled")).forEach((b) => { b.dataset.resting = ""; b.setAttribute("aria-disabled", "true"); });
    clearTimeout(timer); timer = setTimeout(wake, REST);
  };
  document.addEventListener("click", (e) => {
    const b = e.target.closest && e.target.closest("button");
    if (!b || !decides(b) || (!flying && performance.now() >= until)) return;
    e.preventDefault(); e.stopImmediatePropagation();
    if (!flying) rest();
  }, true);
  document.addEventListener("pr:came", rest);

  /* The next item of the queue, or whatever a form was answered with in place. While the next item is under way, nothing is
     decided on the one that is about to go. */
  const isNext = (e) => e.detail.target && (e.detail.target.id === "review" || e.detail.target === document.body);
  document.addEventListener("htmx:beforeSend", (e) => { if (isNext(e)) flying += 1; });
  document.addEventListener("htmx:afterRequest", (e) => { if (isNext(e)) flying = Math.max(0, flying - 1); });
  document.addEventListener("htmx:afterSwap", (e) => {
    const { verb, elt } = e.detail.requestConfig || {};
    if (isNext(e) || (verb === "post" && elt && elt.matches("form"))) rest();
  });

  /* The page that answers a form without htmx. */
  const SENT = "pr.sent";
  document.addEventListener("submit", (e) => {
    if (e.defaultPrevented || (e.target.getAttribute("method") || "").toLowerCase() !== "post") return;
    try { sessionStorage.setItem(SENT, String(Date.now())); } catch { /* then its page does not rest */ }
  });
  document.addEventListener("DOMContentLoaded", () => {
    try { const at = +sessionStorage.getItem(SENT); sessionStorage.removeItem(SENT); if (at && Date.now() - at < 30000) rest(); } catch { /* forbidden */ }
  });
})();
