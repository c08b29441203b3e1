/* What the other files share: one name, `pr`, and toasts with undo. Everything here is an enhancement: each link and form
   works without it. Listeners are delegated from document, so pages swapped in by htmx need no start-up. */
(function () {
  "use strict";
  const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const pr = (window.pr = { $, $$, lastUndo: null });

  pr.say = (text) => { const box = $("#status"); if (box) box.textContent = text; };
  pr.token = () => { const m = $("meta[name=csrf-token]"); return m ? m.content : ""; };

  /* Undo is a POST like its button without JavaScript. It asks as htmx does, so that the answer names the page to go to and
     the message for it waits there, and a refusal comes with the server's own words. */
  pr.undo = async (url) => {
    try {
      const answer = await fetch(url, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": pr.token(), "HX-Request": "true" } });
      const to = answer.headers.get("HX-Location") || answer.headers.get("HX-Redirect");
      if (to) { land(); location.assign(to.startsWith("{") ? JSON.parse(to).path : to); return; }
      if (answer.ok) { land(); location.reload(); return; }
      const said = JSON.parse(answer.headers.get("HX-Trigger") || "{}").toast;
      pr.toast(said ? said.text : "This could not be undone. Reload the page to see how things stand.");
    } catch { pr.toast("No connection to the desk, so nothing was undone. Try again."); }
  };

  /* The page after an undo begins at its heading, for keys and screen readers; said here, because it is loaded as a whole. */
  const land = () => { try { sessionStorage.setItem("pr.land", "1"); } catch { /* then it begins on top */ } };
  document.addEventListener("submit", (e) => { if (/\/undo(\?|$)/.test(e.target.getAttribute("action") || "")) land(); });
  document.addEventListener("DOMContentLoaded", () => {
    try { if (!sessionStorage.getItem("pr.land")) return; sessionStorage.removeItem("pr.land"); } catch { return; }
    const h = $("main h1"); if (h) { h.setAttribute("tabindex", "-1"); h.focus(); }
  });

  /* A snackbar stays 8 s, pauses while hovered or focused; Z takes the newest undo, so it never depends on the timer alone. */
  function live(el) {
    if (el.dataset.live) return;
    el.dataset.live = "1";
    const undo = $("[data-undo], form button", el);
    if (undo) pr.lastUndo = undo;
    let timer = 0;
    const stay = () => clearTimeout(timer), goIn = (ms) => { stay(); timer = setTimeout(() => el.remove(), ms); };
    ["mouseenter", "focusin"].forEach((n) => el.addEventListener(n, stay));
    ["mouseleave", "focusout"].forEach((n) => el.addEventListener(n, () => goIn(4000)));
    el.addEventListener("pr:again", () => { if (!el.matches(":hover, :focus-within")) goIn(8000); });
    goIn(8000);
  }
  /* What stands there already is not said twice: several regions ask, and all hear the same while the database is away. */
  const standing = (box, text) => $$(".snack", box).find((el) => $("span", el).textContent === text && !$("[data-undo], form", el));
  pr.toast = (text, undo) => {
    const box = $("#toasts"); if (!box || !text) return;
    const same = undo ? null : standing(box, text);
    if (same) { same.dispatchEvent(new Event("pr:again")); return; }
    const el = document.createElement("div"), msg = document.createElement("span");
    el.className = "snack"; msg.textContent = text; el.append(msg);
    if (undo) {
      const b = document.createElement("button"), k = document.createElement("kbd");
      b.type = "button"; b.className = "btn btn-quiet btn-sm"; b.dataset.undo = undo; k.textContent = "Z"; b.append("Undo ", k); el.append(b);
    }
    const x = document.createElement("button");
    x.type = "button"; x.className = "btn btn-quiet btn-icon btn-sm"; x.dataset.dismiss = ""; x.setAttribute("aria-label", "Dismiss"); x.textContent = "×";
    el.append(x); box.append(el); live(el);
    while (box.children.length > 3) box.firstElementChild.remove();
    pr.say(text + (undo ? ". Press Z to undo." : ""));
  };
  document.addEventListener("click", (e) => {
    const b = e.target.closest("[data-undo], [data-dismiss]"); if (!b) return;
    e.preventDefault();
    const snack = b.closest(".snack"); if (snack) snack.remove();
    if ("undo" in b.dataset) { pr.lastUndo = null; pr.undo(b.dataset.undo); }
  });
  document.addEventListener("toast", (e) => pr.toast(e.detail.text, e.detail.undo));
  const arrived = () => $$("#toasts .snack").forEach(live);
  document.addEventListener("DOMContentLoaded", arrived);
  document.addEventListener("htmx:afterSettle", arrived);

  /* The browser's time zone, offered to whoever has not chosen one; all of UTC's names are UTC. */
  const offerZone = () => {
    const name = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC", box = $("[data-zone-offer]");
    if (!box || name === box.dataset.zoneOffer || (/^(Etc\/)?(UTC|GMT|UCT|Zulu|Universal|Greenwich)$/.test(name) && box.dataset.zoneOffer === "UTC")) return;
    $("[name=timezone]", box).value = name;
    $$("[data-zone-name]", box).forEach((at) => { at.textContent = name.split("/").pop().replaceAll("_", " "); });
    box.hidden = false;
  };
  document.addEventListener("DOMContentLoaded", offerZone);
  document.addEventListener("htmx:afterSettle", offerZone);

  /* Theme: a cookie, so that the server sets data-bs-theme before the first paint of the next page. */
  document.addEventListener("click", (e) => {
    const b = e.target.closest("[data-theme-toggle]"); if (!b) return;
    e.preventDefault();
    const root = document.documentElement, next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    root.setAttribute("data-bs-theme", next);
    document.cookie = "theme=" + next + "; path=/; max-age=31536000; SameSite=Lax" + (location.protocol === "https:" ? "; Secure" : "");
    const v = $("input[name=theme]", b.form || undefined); if (v) v.value = next === "dark" ? "light" : "dark";
    document.dispatchEvent(new Event("pr:theme"));
    pr.say(next === "dark" ? "Dark theme" : "Light theme");
  });
})();
