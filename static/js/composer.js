/* The composer: counters while typing, tabs, pictures with progress, autosave, and a copy in this browser.
   Everything here is comfort: the form works without it, and the server's counts and answers are the ones that hold. */
(function () {
  "use strict";
  const { $, $$ } = window.pr;
  const AUTOSAVE = 3000, LOCAL = 400, BIGGEST = 300000;
  const segmenter = window.Intl && Intl.Segmenter ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

  /* Where this browser keeps a text: under its item and its writer, so that of two people at one browser neither sees nor
     writes over what the other typed. One of mine under the item alone is from before that, and is moved. */
  const place = (item, who) => {
    const old = "pr-text:" + item, own = old + "~" + who;
    try {
      const text = localStorage.getItem(old), found = JSON.parse(text), mine = JSON.parse(localStorage.getItem(own));
      if (found && (!found.who || found.who === who)) {
        if (!mine || mine.at < found.at) localStorage.setItem(own, text);   // the newer one stays
        localStorage.removeItem(old);
      }
    } catch { /* forbidden */ }
    return own;
  };

  document.addEventListener("DOMContentLoaded", () => {
    const arrived = $("[data-shown-item]");   // the item's page: what was sent from here has been saved
    if (arrived) {
      try {
        const key = place(arrived.dataset.shownItem, arrived.dataset.who);
        if (JSON.parse(localStorage.getItem(key) || "{}").sent) localStorage.removeItem(key);
      } catch { /* forbidden */ }
    }
    const form = $("#composer");
    if (!form) return;
    const key = place(form.dataset.item, form.dataset.who);
    const fields = () => {
      const data = new FormData(form);
      ["pictures", "csrf_token", "do"].forEach((n) => data.delete(n));
      return new URLSearchParams(data);
    };
    /* The address names the new text: whoever reloads, or is sent to sign in, comes back to it. */
    if (form.dataset.new && location.pathname + location.search !== form.dataset.new) history.replaceState(history.state, "", form.dataset.new);
    const saved = { text: fields().toString() };   // what the page was opened with
    const state = { kept: saved.text, timer: 0, local: 0, going: false, leaving: false, sent: false, asked: 0 };

    /* ── Counting ── */
    const length = (text, unit) => {
      if (unit === "graphemes" && segmenter && text.length < 50000) { let n = 0; for (const _ of segmenter.segment(text)) n += 1; return n; }
      return unit === "bytes" ? new TextEncoder().encode(text).length : [...text].length;
    };
    const number = (n) => n.toLocaleString("en-US");
    const own = (slug) => $(`[data-variant="${slug}"]`, form);
    const textOf = (slug) => { const o = own(slug); return (o && o.value.trim() ? o.value : $("#body").value).trim(); };
    const tone = (used, limit) => (!limit || used <= 0.9 * limit ? "" : used <= limit ? "tx-wait" : "tx-bad");
    const planned = () => new Set($$("[data-account]:checked", form).map((c) => c.dataset.account));
    const show = (li, words, cls, over) => {
      const out = $("[data-n]", li);
      out.className = "num " + cls;
      out.textContent = words + (over > 0 ? `, ${number(over)} too long` : "");
    };
    const count = () => {
      $$("[data-count]", form).forEach((li) => {
        if (li.hidden) return;
        const limit = +li.dataset.limit || 0, used = length(textOf(li.dataset.count), li.dataset.unit);
        show(li, number(used) + (limit ? ` of ${number(limit)}` : ""), tone(used, limit), limit ? used - limit : 0);
      });
      const title = [...$("#title").value.trim().replace(/\s+/g, " ")].length;
      $$("[data-title]", form).forEach((li) => {
        const limit = +li.dataset.limit;
        li.hidden = !planned().has(li.dataset.title) || title <= 0.9 * limit;
        show(li, `${number(title)} of ${number(limit)}`, tone(title, limit), title - limit);
      });
      const most = +form.dataset.max, long = $$("textarea.editor", form).map((t) => t.value.length).find((n) => n > most);
      const said = $("#too-long");
      said.hidden = !long; said.classList.toggle("d-block", !!long);
      said.textContent = long
        ? `The text has ${number(long)} characters; at most ${number(most)} can be kept here. Nothing was cut: shorten it before saving.`
        : "";
    };
    /* The server counts as the platform does; its figure replaces ours a moment later. */
    const trust = () => $$("#previews [data-platform]").forEach((pv) => {
      const li = $(`[data-count="${pv.dataset.platform}"]`, form);
      if (li) show(li, pv.dataset.words, pv.dataset.tone ? "tx-" + pv.dataset.tone : "", +pv.dataset.over || 0);
    });
    document.addEventListener("htmx:afterSettle", (e) => { if (e.target.id === "previews") trust(); });

    /* A preview that fails says nothing: the next one follows, and keeping the text has its own message. */
    const side = $(".compose-side");
    ["htmx:sendError", "htmx:responseError", "htmx:timeout", "toast"].forEach((n) => side.addEventListener(n, (e) => e.stopPropagation()));
    side.addEventListener("htmx:beforeOnLoad", (e) => { if (e.detail.xhr.status >= 400) { e.preventDefault(); e.stopPropagation(); } });

    /* ── Tabs ── */
    const tabs = () => $$("[role=tab]", form);
    const open = (tab, focus) => {
      tabs().forEach((t) => {
        const on = t === tab;
        t.setAttribute("aria-selected", on); t.tabIndex = on ? 0 : -1;
        if (on) t.setAttribute("aria-current", "true"); else t.removeAttribute("aria-current");
        $("#" + t.getAttribute("aria-controls")).hidden = !on;
      });
      if (focus) tab.focus();
    };
    const shown = () => tabs().filter((t) => !t.parentElement.hidden);
    form.addEventListener("click", (e) => {
      const tab = e.target.closest("[role=tab]");
      if (tab) { e.preventDefault(); open(tab, false); }
      const copy = e.target.closest("[data-copy-shared]");
      if (copy) { const to = $("#" + copy.dataset.copyShared); to.value = $("#body").value; changed(to); to.focus(); }
    });
    form.addEventListener("keydown", (e) => {
      if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === "s") { e.preventDefault(); form.requestSubmit($("[data-save]", form)); return; }
      const tab = e.target.closest("[role=tab]"), step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (!tab || !step) return;
      const all = shown(); e.preventDefault();
      open(all[(all.indexOf(tab) + step + all.length) % all.length], true);
    });
    const platforms = () => {
      const on = planned();
      $$("[data-tab-of]", form).forEach((li) => {
        const slug = li.dataset.tabOf, text = own(slug).value.trim();
        li.hidden = !on.has(slug) && !text;
        $(".own-dot", li).hidden = !text;
        if (li.hidden && $("[role=tab]", li).getAttribute("aria-selected") === "true") open(tabs()[0], false);
      });
      $$("[data-count]", form).forEach((li) => { li.hidden = !on.has(li.dataset.count); });
    };
    const changed = (at) => at.dispatchEvent(new Event("input", { bubbles: true }));

    /* ── Keeping: the desk every few seconds, this browser at once ── */
    const say = (text) => { $("#kept").textContent = text; };
    const clock = (at) => {
      const digits = { hour: "2-digit", minute: "2-digit" };
      try { return at.toLocaleTimeString("en-GB", { ...digits, timeZone: form.dataset.zone }); } catch { return at.toLocaleTimeString("en-GB", digits); }
    };
    const unkept = (why) => { const box = $("#unkept"); box.hidden = !why; $("[data-why]", box).textContent = why || ""; };
    const here = (text) => {
      if (text.length >= 4000000) return;
      const kept = { at: Date.now(), text, sent: state.sent, fresh: !!form.dataset.new, who: form.dataset.who };
      try { localStorage.setItem(key, JSON.stringify(kept)); } catch { /* full or forbidden */ }
    };
    const forget = () => { try { localStorage.removeItem(key); } catch { /* forbidden */ } };
    const WHY = "It stays in this browser. ";
    const keep = async (last) => {
      const text = fields().toString();
      if (text === state.kept || (state.going && !last)) return;
      state.going = true;
      try {
        const body = fields(); body.set("csrf_token", $("[name=csrf_token]", form).value);
        const answer = await fetch(form.dataset.draft, { method: "POST", body, keepalive: !!last && text.length < 60000, headers: { "HX-Request": "true" } });
        if (answer.ok) {
          const at = new Date((await answer.json()).saved_at);
          state.kept = text; unkept(""); forget();
          say("Draft kept today " + clock(at));
        } else {
          here(text); say("");
          if ([400, 401].includes(answer.status) && await signedIn()) { state.going = false; keep(last); return; }
          const words = answer.status === 422 ? (await answer.json().catch(() => ({}))).message : "";
          const ended = "Your session has ended. Sign in again in another tab and go on here: it is kept by itself.";
          const refused = words || "The desk did not take it. Reload the page to get it back.";
          unkept(WHY + ([400, 401].includes(answer.status) ? ended : refused));
        }
      } catch { here(text); say(""); unkept(WHY + "There is no connection to the desk. Go on writing; it is tried again."); }
      state.going = false;
    };
    /* A session that ended: after signing in again elsewhere, this page only needs a new token. True when it got one. */
    const signedIn = async () => {
      if (Date.now() - state.asked < 5000) return false;
      state.asked = Date.now();
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
      if (!answer || !answer.ok || new URL(answer.url).pathname !== location.pathname) return false;
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[name=csrf_token]");
      if (!found) return false;
      $$("[name=csrf_token]").forEach((i) => { i.value = found.value; });
      document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": found.value }));
      return true;
    };
    const later = () => {
      clearTimeout(state.timer); state.timer = setTimeout(() => keep(false), AUTOSAVE);
      clearTimeout(state.local); state.local = setTimeout(() => { const t = fields().toString(); if (t !== state.kept) here(t); }, LOCAL);
    };
    form.addEventListener("focusout", (e) => { if (e.target.matches("textarea, input")) keep(false); });
    setInterval(() => { if (!$("#unkept").hidden) keep(false); }, 15000);
    document.addEventListener("visibilitychange", () => { if (document.hidden && !state.leaving) keep(true); });
    window.addEventListener("beforeunload", (e) => {
      if (state.leaving) return;
      const text = fields().toString();
      if (text !== state.kept) { here(text); keep(true); e.preventDefault(); }
    });
    form.addEventListener("submit", () => {
      state.leaving = true;
      state.sent = true;
      here(fields().toString());
      setTimeout(() => { state.leaving = state.sent = false; }, 8000);
    });
    const gone = $("#discard"); if (gone) gone.addEventListener("submit", () => { state.leaving = true; forget(); });

    /* ── A text that never reached the desk ── */
    const fill = (text) => {
      const from = new URLSearchParams(text);
      $$("input, textarea, select", form).forEach((f) => {
        if (!f.name || f.type === "file" || ["csrf_token", "do", "base", "item"].includes(f.name) || f.name.startsWith("media-")) return;
        if (f.type === "checkbox" || f.type === "radio") f.checked = from.getAll(f.name).includes(f.value);
        else if (from.has(f.name)) f.value = from.get(f.name);
      });
      changed($("#body"));
    };
    try {
      const stored = JSON.parse(localStorage.getItem(key) || "null"), box = $("#restore");
      /* Sent and never arrived (the session had ended): put back at once. An item that exists may have moved on: there it is offered. */
      const lost = stored && stored.sent && form.dataset.new && stored.who === form.dataset.who && stored.at >= +form.dataset.kept;
      const differs = stored && stored.text.replace(/(^|&)base=[^&]*/, "") !== saved.text.replace(/(^|&)base=[^&]*/, "");
      if (differs && lost && !$("#wrong")) window.addEventListener("load", () => { fill(stored.text); $("#back").hidden = false; });
      else if (differs && !$("#wrong")) {
        const at = new Date(stored.at), time = $("[data-at]", box);
        time.dateTime = at.toISOString(); time.textContent = at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" }); box.hidden = false;
        $("[data-restore]", box).addEventListener("click", () => { fill(stored.text); box.hidden = true; $("#body").focus(); });
        $("[data-forget]", box).addEventListener("click", () => { forget(); box.hidden = true; });
      }
    } catch { /* forbidden */ }

    /* A new text of mine that only this browser has, when the page was opened for another one. */
    try {
      const box = $("#unsaved");
      const found = box ? Object.keys(localStorage).filter((k) => k.startsWith("pr-text:") && k !== key)
        .map((k) => ({ ...JSON.parse(localStorage.getItem(k)), id: k.slice(8).split("~")[0] }))
        .filter((t) => t.fresh && t.who === form.dataset.who && t.at > +box.dataset.saved).sort((a, b) => b.at - a.at)[0] : null;
      if (found) {
        const text = new URLSearchParams(found.text), link = $("[data-link]", box);
        $("[data-name]", box).textContent = (text.get("title") || text.get("body") || "Untitled").slice(0, 80);
        $("[data-at]", box).textContent = new Date(found.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
        link.href = link.pathname + "?item=" + encodeURIComponent(found.id); box.hidden = false;
      }
    } catch { /* forbidden */ }

    /* ── Pictures: sent one by one as they are chosen, dropped or pasted ── */
    const input = $("#pictures"), list = $("#pics"), queue = $("#uploads");
    const next = () => Math.max(-1, ...$$("[name$='-sha256']", list).map((i) => +i.name.split("-")[1])) + 1;
    const send = (file) => {
      const row = document.createElement("li"), name = document.createElement("span"), bar = document.createElement("progress");
      name.className = "clip"; name.textContent = file.name; bar.max = 1; bar.setAttribute("aria-label", "Upload of " + file.name);
      row.append(name, bar); queue.append(row);
      const fail = (why) => { bar.remove(); name.className = "tx-bad"; name.textContent = why; };
      const data = new FormData(); data.set("picture", file); data.set("at", next()); data.set("csrf_token", $("[name=csrf_token]", form).value);
      const xhr = new XMLHttpRequest(); xhr.open("POST", form.dataset.pictures); xhr.setRequestHeader("HX-Request", "true");
      xhr.upload.addEventListener("progress", (e) => { if (e.lengthComputable) bar.value = e.loaded / e.total; });
      xhr.addEventListener("error", () => fail(`“${file.name}” did not arrive: there is no connection. Add it again.`));
      return new Promise((done) => {
        xhr.addEventListener("loadend", () => {
          if (xhr.status === 201) { row.remove(); list.insertAdjacentHTML("beforeend", xhr.responseText); again(list.lastElementChild); }
          else if (xhr.status) {
            const why = {
              401: "Your session has ended. Sign in again in another tab, then add the picture.",
              413: `“${file.name}” is too large. At most 20 MB fit.`,
              422: xhr.responseText,
            };
            fail(why[xhr.status] ?? `“${file.name}” could not be added. Try again.`);
          }
          done();
        });
        xhr.send(data);
      });
    };
    const again = (row) => { const alt = $("textarea", row); alt.focus(); changed(alt); };
    const sendAll = async (files) => { queue.replaceChildren(); for (const f of files) await send(f); };
    input.addEventListener("change", () => { const files = [...input.files]; input.value = ""; sendAll(files); });
    list.addEventListener("click", (e) => {
      const off = e.target.closest("[data-remove-picture]"); if (!off) return;
      e.preventDefault(); off.closest("[data-picture]").remove(); input.focus(); changed($("#body"));
    });
    const pictured = (data) => [...((data && data.files) || [])].filter((f) => f.type.startsWith("image/"));
    form.addEventListener("paste", (e) => { const files = pictured(e.clipboardData); if (files.length) { e.preventDefault(); sendAll(files); } });
    form.addEventListener("dragover", (e) => { if ([...e.dataTransfer.types].includes("Files")) { e.preventDefault(); form.classList.add("is-dropping"); } });
    ["dragleave", "drop"].forEach((n) => form.addEventListener(n, () => form.classList.remove("is-dropping")));
    form.addEventListener("drop", (e) => { const files = pictured(e.dataTransfer); if (files.length) { e.preventDefault(); sendAll(files); } });

    form.addEventListener("input", (e) => {
      if (e.target.type === "file") return;
      if (e.target.value && e.target.value.length > BIGGEST) setTimeout(count);
      else count();
      platforms();
      later();
    });
    form.addEventListener("change", (e) => { if (e.target.matches("[data-account]")) { platforms(); count(); } later(); });

    open(tabs()[0], false); platforms(); count(); trust();
    const wrong = $("#wrong");
    if (wrong) {
      const at = /#variant_([a-z0-9_]+)/.exec((($("a", wrong) || {}).hash) || "");
      if (at) open($("#tab-" + at[1]), false);
      wrong.focus();
    }
  });
})();
