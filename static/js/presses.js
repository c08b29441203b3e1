/* Nothing is ticked that the desk did not tick, and no press reaches what its reader has not seen.
   Both are comfort on top of rules that hold without JavaScript: autocomplete="off", and decisions that name what they decide. */
(function () {
  "use strict";
  const { $, $$ } = window.pr;
  const posts = (form) => !!form && (form.getAttribute("method") || "").toLowerCase() === "post";

  /* ── Back and reload: browsers put ticks back by position, and between two visits a list may have moved. ── */
  const asServed = () => {
    const { type } = performance.getEntriesByType("navigation")[0] || {};
    if (type !== "back_forward" && type !== "reload") return;
    $$("input[type=checkbox], input[type=radio]").forEach((box) => { if (!box.closest("#composer")) box.checked = box.defaultChecked; });
  };

  /* What the button of the publish page is about to do, beside it. Names are set apart: one may be written right to left. */
  const goesTo = () => $$("[data-goes-to]").forEach((out) => {
    const names = $$("[name=accounts]:checked", out.closest("form")).map((box) => "\u2068" + box.dataset.name + "\u2069");
    out.textContent = names.length ? "Goes to " + names.join(", ") : "No account is ticked yet.";
  });
  document.addEventListener("change", (e) => { if (e.target.matches("[name=accounts]")) goesTo(); });

  /* Some browsers put ticks back before the one event, some before the other. */
  const ticks = () => { asServed(); goesTo(); };
  document.addEventListener("DOMContentLoaded", ticks);
  window.addEventListener("pageshow", (e) => {
    if (!e.persisted) ticks();
    else if ($("[data-fresh], [data-bulk], #review")) location.reload();   // a page kept whole is old as a whole
    else goesTo();
  });

  /* ── The second press: what has just come by itself cannot be decided for a moment. A press within it starts the moment anew. ── */
  const REST = 700;
  let timer = 0;        // not 0: the page rests
  let underWay = 0;     // requests for the next item
  const decides = (b) => b.type === "submit" && posts(b.form) && !b.closest("#toasts, .top, .side");
  const wake = () => { timer = 0; $$("[data-resting]").forEach((b) => { delete b.dataset.resting; b.removeAttribute("aria-disabled"); }); };
  const rest = () => {
    clearTimeout(timer);
    timer = setTimeout(wake, REST);
    $$("button:not([aria-disabled])").filter(decides).forEach((b) => { b.dataset.resting = ""; b.setAttribute("aria-disabled", "true"); });
  };
  document.addEventListener("click", (e) => {
    const b = e.target.closest("button");
    if (!b || !decides(b) || (!timer && !underWay)) return;
    e.preventDefault(); e.stopImmediatePropagation();
    if (!underWay) rest();
  }, true);

  /* What comes by itself: a dialog, … */
  document.addEventListener("pr:opened", rest);

  /* … the next item of the queue (and while it is under way, nothing is decided on the one that is about to go), an answer in place, … */
  const isNext = (e) => e.detail.target && (e.detail.target.id === "review" || e.detail.target === document.body);
  document.addEventListener("htmx:beforeSend", (e) => { if (isNext(e)) underWay += 1; });
  document.addEventListener("htmx:afterRequest", (e) => { if (isNext(e)) underWay = Math.max(0, underWay - 1); });
  document.addEventListener("htmx:afterSwap", (e) => {
    const { verb, elt } = e.detail.requestConfig || {};
    if (isNext(e) || (verb === "post" && elt && elt.matches("form"))) rest();
  });

  /* … and the page that answers a form without htmx. */
  const SENT = "pr.sent";
  document.addEventListener("submit", (e) => {
    if (e.defaultPrevented || !posts(e.target)) return;
    try { sessionStorage.setItem(SENT, String(Date.now())); } catch { /* then its page does not rest */ }
  });
  document.addEventListener("DOMContentLoaded", () => {
    try {
      const at = +sessionStorage.getItem(SENT);
      sessionStorage.removeItem(SENT);
      if (at && Date.now() - at < 30000) rest();
    } catch { /* forbidden */ }
  });
})();
