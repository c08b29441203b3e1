/* htmx manners: refusals are shown, a session that ended leads to sign-in, nothing is sent twice. */
(function () {
  "use strict";
  const { $, $$ } = window.pr;
  /* What was typed into a form of which the session ended: kept for this tab, and put back after the same person's sign-in. */
  const KEPT = "pr.kept", SKIP = /pass|csrf|token|secret/i;
  const TYPED = "textarea, input:checked, input:not([type]), input[type=text], input[type=search], input[type=url], "
    + "input[type=email], input[type=datetime-local]";
  const who = () => { const n = $(".side-user"); return n ? n.textContent.trim() : ""; };
  const inside = (form) => (form.closest("dialog") || {}).id || "";
  const target = (form) => (form.getAttribute("action") || "").split("?")[0];
  const keep = (form) => {
    const fields = [...form.elements].filter((i) => i.name && !SKIP.test(i.name) && i.matches(TYPED) && i.value.trim())
      .map((i) => [i.name, i.value]);
    if (!fields.length) return;
    const kept = { who: who(), page: location.pathname, form: target(form), dialog: inside(form), fields };
    try { sessionStorage.setItem(KEPT, JSON.stringify(kept)); } catch { /* no room: nothing to keep it in */ }
  };
  const putBack = () => {
    if (!who()) return;
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(KEPT)); if (kept && kept.who !== who()) { sessionStorage.removeItem(KEPT); return; } } catch { return; }
    if (!kept || kept.page !== location.pathname) return;
    sessionStorage.removeItem(KEPT);
    const form = $$("form").find((f) => target(f) === kept.form && inside(f) === kept.dialog);
    if (!form) { window.pr.toast("Your text was kept, but its form is no longer here: " + kept.fields.map((f) => f[1]).join(" · ")); return; }
    kept.fields.forEach(([name, value]) => [...form.elements].filter((i) => i.name === name).forEach((i) => {
      if (i.matches("[type=radio], [type=checkbox]")) i.checked = i.checked || i.value === value; else i.value = value;
    }));
    const dialog = form.closest("dialog"); if (dialog && !dialog.open) dialog.showModal();
    const at = $("textarea", form); if (at) at.focus();
    window.pr.toast("Your text was kept");
  };
  document.addEventListener("DOMContentLoaded", putBack);
  document.addEventListener("htmx:beforeOnLoad", (e) => {
    const form = e.detail.xhr.status === 401 && e.target.closest && e.target.closest("form[method=post]");
    if (form) keep(form);
  });
  const signIn = () => location.assign("/sign-in?ended=1&next=" + encodeURIComponent(location.pathname + location.search));

  /* A session that ends inside a panel: the whole page goes to sign-in, never the form into the panel.
     The server says so itself (HX-Redirect); this is for answers that reached us through a redirect or a proxy. */
  document.addEventListener("htmx:beforeSwap", (e) => {
    const { xhr } = e.detail;
    const moved = xhr.responseURL && new URL(xhr.responseURL).pathname.startsWith("/sign-in") && location.pathname.indexOf("/sign-in") !== 0;
    if (xhr.status === 401 || moved) { e.detail.shouldSwap = false; signIn(); }
  });
  document.addEventListener("htmx:responseError", (e) => {
    const { xhr } = e.detail;
    if (xhr.status === 401 || (xhr.getResponseHeader("HX-Trigger") || "").includes('"toast"')) return;
    const words = {
      403: "You may not do this.",
      404: "It is no longer there. Reload the page.",
      429: "Too many requests. Wait a moment and try again.",
    };
    window.pr.toast(words[xhr.status] || "Something broke on our side and nothing was changed. Try again, or reload the page.");
  });
  const away = () => window.pr.toast("No connection to the desk. Nothing was changed; try again when you are online.");
  document.addEventListener("htmx:sendError", away);
  document.addEventListener("htmx:timeout", away);

  /* Double submit: the second press of a button that is still under way does nothing. Names and values still travel,
     because the button is marked busy after the form has been read. */
  const free = (form) => {
    delete form.dataset.busy;
    $$("[aria-busy]", form).forEach((b) => { b.removeAttribute("aria-busy"); b.classList.remove("disabled"); });
  };
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (e.defaultPrevented || form.method.toLowerCase() !== "post" || form.target) return;
    if (form.dataset.busy) { e.preventDefault(); e.stopImmediatePropagation(); return; }
    form.dataset.busy = "1";
    const button = e.submitter;
    setTimeout(() => { if (button && form.dataset.busy) { button.setAttribute("aria-busy", "true"); button.classList.add("disabled"); } }, 0);
    setTimeout(() => free(form), 15000);
  }, true);
  document.addEventListener("htmx:afterRequest", (e) => { const form = e.target.closest && e.target.closest("form"); if (form) free(form); });
  window.addEventListener("pageshow", () => $$("form[data-busy]").forEach(free));

  /* A filter that is not set stays out of the address, so that it can be shared and saved as a view. */
  document.addEventListener("htmx:configRequest", (e) => {
    if (!e.target.matches(".filters")) return;
    const sent = e.detail.formData; [...sent.keys()].forEach((k) => { if (!sent.get(k)) sent.delete(k); });
  });

  /* The tab bar repeats two counts of the side bar. */
  document.addEventListener("htmx:oobAfterSwap", () => $$("[data-badge]").forEach((i) => {
    const from = document.getElementById("badge-" + i.dataset.badge), n = from && (from.textContent.match(/\d+\+?/) || [""])[0];
    i.textContent = n || ""; i.hidden = !n;
  }));

  /* After a region has been swapped, focus goes where the server marked it (for example the next item's heading). */
  document.addEventListener("htmx:afterSettle", (e) => {
    const at = e.target.querySelector && e.target.querySelector("[data-focus]");
    if (at) { at.setAttribute("tabindex", "-1"); at.focus({ preventScroll: false }); }
  });
})();
