/* Charts read the data table that is already in the page, so the accessible table and the picture cannot disagree.
   <figure class="chart" data-chart="line|bars" data-unit="short|percent|hours">
     <div class="chart-box" role="img" aria-label="…" tabindex="0"></div> <details><table>…</table></details></figure>
   <th data-ch="1"> picks colour --ch-1; data-dash draws the comparison period; data-fill shades below the line. */
(function () {
  "use strict";
  const css = (n, el) => {
    const s = document.createElement("span");
    s.className = "visually-hidden";
    el.append(s);
    s.style.color = "var(" + n + ")";
    const c = getComputedStyle(s).color;
    s.remove();
    return c;
  };
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  const full = new Intl.NumberFormat("en");
  const fmt = { short: (v) => short.format(v), percent: (v) => v + "%", hours: (v) => short.format(v) + " h", seconds: (v) => short.format(v) + " s" };
  const fmtFull = { short: (v) => full.format(v), percent: (v) => v + "%", hours: (v) => full.format(v) + " h", seconds: (v) => full.format(v) + " s" };
  const day = (t) => new Date(t * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

  function draw(fig) {
    const box = fig.querySelector(".chart-box"), table = fig.querySelector("table");
    box.replaceChildren();
    const heads = [...table.tHead.rows[0].cells].slice(1), rows = [...table.tBodies[0].rows];
    const xs = rows.map((r) => Date.parse(r.cells[0].querySelector("time").dateTime) / 1000);
    let cols = heads.map((_, i) => rows.map((r) => { const v = r.cells[i + 1].dataset.v; return v === "" ? null : +v; }));
    const raw = cols, bars = fig.dataset.chart === "bars", unit = fig.dataset.unit || "short";
    if (bars) { cols = cols.map((_, i) => xs.map((__, x) => cols.slice(i).reduce((s, c) => s + (c[x] || 0), 0))); } // stacked, top first
    const lonely = !bars && cols.every((c) => c.filter((v) => v !== null).length < 3); // a line needs two points to be seen
    const top = unit === "percent" ? 100 : 0;
    const grid = css("--ch-grid", fig), ink = css("--tblr-secondary", fig);
    const series = heads.map((h) => {
      const c = css("--ch-" + (h.dataset.ch || 1), fig);
      const s = { label: h.textContent, stroke: c, width: 2, points: { show: lonely, size: 7, fill: c } };
      if ("dash" in h.dataset) { s.dash = [5, 4]; s.width = 1.5; }
      if ("fill" in h.dataset) s.fill = c.replace("rgb(", "rgba(").replace(")", ", .09)");
      if (bars) { s.paths = uPlot.paths.bars({ size: [0.62, 26], radius: 0.12 }); s.fill = c; s.width = 0; }
      return s;
    });
    const tip = document.createElement("div"); tip.className = "tip"; tip.hidden = true; tip.setAttribute("aria-hidden", "true");
    const live = fig.querySelector("[aria-live]");
    const font = "12px Inter, system-ui, sans-serif";
    const u = new uPlot({
      width: box.clientWidth, height: +(fig.dataset.height || 240), legend: { show: false },
      cursor: { y: false, points: { size: 8 }, drag: { x: false, y: false } },
      tzDate: (t) => uPlot.tzDate(new Date(t * 1000), "Etc/UTC"), // days are dates, not moments
      scales: { x: { range: bars ? (_, a, b) => [a - 43200, b + 43200] : undefined }, y: { range: (_, a, b) => [0, Math.max(b, top, 1) * 1.12] } },
      axes: [
        { stroke: ink, font, grid: { show: false }, ticks: { show: false }, space: 72, values: (_, v) => v.map(day), size: 28,
          incrs: [1, 2, 3, 4, 7, 14, 30].map((n) => n * 86400) },
        { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { show: false }, size: 46, space: 44, values: (_, v) => v.map(fmt[unit]) },
      ],
      series: [{}, ...series],
      hooks: { setCursor: [(p) => {
        const i = p.cursor.idx; if (i == null || p.cursor.left < 0) { tip.hidden = true; return; }
        tip.replaceChildren(); const b = document.createElement("b"); b.textContent = day(xs[i]); tip.append(b);
        heads.forEach((h, n) => {
          if (raw[n][i] == null) return;
          const d = document.createElement("div"), k = document.createElement("span");
          k.className = "key k" + (h.dataset.ch || 1) + ("dash" in h.dataset ? " key-dash" : "");
          d.append(k, h.textContent + "  " + fmtFull[unit](raw[n][i]));
          tip.append(d);
        });
        tip.hidden = false; const w = tip.offsetWidth, L = p.cursor.left + p.bbox.left / devicePixelRatio;
        tip.style.left = Math.max(0, Math.min(L + 12, box.clientWidth - w - 4)) + "px"; tip.style.top = "4px";
        if (live && document.activeElement === box) live.textContent = [...tip.children].map((d) => d.textContent).join(", ");
      }] },
    }, [xs, ...cols], box);
    box.append(tip);
    fig._u = u; fig._xs = xs;
  }
  const start = (fig) => {
    draw(fig);
    const box = fig.querySelector(".chart-box"); let at = -1, w = box.clientWidth;
    box.addEventListener("keydown", (e) => {
      const d = { ArrowRight: 1, ArrowLeft: -1 }[e.key]; if (!d) return; e.preventDefault();
      at = Math.max(0, Math.min(fig._xs.length - 1, at + d)); fig._u.setCursor({ left: fig._u.valToPos(fig._xs[at], "x"), top: 10 });
    });
    new ResizeObserver(() => {
      if (!box.clientWidth || box.clientWidth === w) return;
      w = box.clientWidth;
      fig._u.setSize({ width: w, height: +(fig.dataset.height || 240) });
    }).observe(box);
    document.addEventListener("pr:theme", () => { if (fig.isConnected) draw(fig); });
  };
  /* uPlot is fetched only on pages with a chart; canvas text needs the web font first. */
  const here = document.currentScript.dataset;
  let library = null;
  const load = () => library || (library = new Promise((done) => {
    if (window.uPlot) { done(); return; }
    const link = document.createElement("link"), script = document.createElement("script");
    link.rel = "stylesheet"; link.href = here.css; script.src = here.uplot; script.addEventListener("load", done);
    document.head.prepend(link); document.head.append(script);
  }).then(() => document.fonts.load("12px Inter")));
  const all = () => {
    const waiting = [...document.querySelectorAll("figure[data-chart]:not([data-drawn])")];
    if (waiting.length) load().then(() => waiting.filter((f) => f.isConnected && !f.dataset.drawn).forEach((f) => { f.dataset.drawn = "1"; start(f); }));
  };
  document.addEventListener("DOMContentLoaded", all);
  document.addEventListener("htmx:afterSettle", all);
})();
