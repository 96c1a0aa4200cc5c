"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const calendar = data.calendar, lines = {}, DAYS = 7, PAPER_WIDTH = 694, PAPER_HEIGHT = 860;
  const state = { language: "en", day: 0, chosen: {} };

  function bytes(text) {
    const raw = atob(text), out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out.buffer;
  }
  const cells = new Uint32Array(bytes(calendar.cells));

  /* A line of the store as numbers; NaN where there is none. */
  function line(key) {
    if (!lines[key]) {
      const packed = data.lines[key], codes = new Uint16Array(bytes(packed.b)), values = new Float64Array(codes.length);
      for (let i = 0; i < codes.length; i++) values[i] = codes[i] === 65535 ? NaN : (codes[i] + packed.o) * packed.s;
      lines[key] = values;
    }
    return lines[key];
  }

  /* Mean of each cell: hour of the day by day. */
  function fillHeat(trace) {
    const values = line(trace.meta.key), n = calendar.rows * calendar.columns;
    const sum = new Float64Array(n), count = new Uint16Array(n), z = [];
    for (let i = 0; i < values.length; i++) { sum[cells[i]] += values[i]; count[cells[i]]++; }
    for (let r = 0; r < calendar.rows; r++) {
      const row = new Array(calendar.columns);
      for (let d = 0; d < calendar.columns; d++) {
        const c = r * calendar.columns + d, mean = count[c] ? trace.meta.sign * sum[c] / count[c] : NaN;
        row[d] = Number.isFinite(mean) ? mean : null;
      }
      z.push(row);
    }
    trace.x = calendar.names;
    trace.y = Array.from({ length: calendar.rows }, (_, r) => r * 24 / calendar.rows);
    trace.z = z;
  }

  /* Seven days of one side of a line; the last value is held to the end of its step. */
  function fillWeek(trace, day) {
    const first = calendar.days[day];
    const last = day + DAYS < calendar.days.length ? calendar.days[day + DAYS] : calendar.steps;
    const part = new Array(last - first).fill(0);
    for (const key of trace.meta.keys) {
      line(key).subarray(first, last).forEach((v, i) => { part[i] += trace.meta.above ? Math.max(v, 0) : Math.min(v, 0); });
    }
    part.forEach((v, i) => { if (Number.isNaN(v)) part[i] = null; });
    part.push(part[part.length - 1]);
    trace.x = part.map((_, i) => calendar.wall[day] + i * calendar.step);
    trace.y = part;
  }

  function offsetText(minutes) {
    const size = Math.abs(minutes), two = (n) => String(n).padStart(2, "0");
    return "UTC" + (minutes < 0 ? "−" : "+") + two(Math.floor(size / 60)) + ":" + two(size % 60);
  }

  /* The figure of a place as it is chosen now, its values filled in. */
  function current(place) {
    const all = data.figures[state.language][place], keys = Object.keys(all);
    const key = keys.includes(state.chosen[place]) ? state.chosen[place] : keys[0];
    const figure = structuredClone(all[key]);
    figure.layout.template = data.template;
    for (const trace of figure.data) {
      if (place === "heat") fillHeat(trace);
      if (place === "week" && trace.meta) fillWeek(trace, state.day);
    }
    let title = figure.layout.title.text;
    if (place === "week") {
      title = title.replace(/\d{4}-\d{2}-\d{2}/, calendar.names[state.day]);
      const axis = figure.layout.xaxis;
      if (axis && axis.title) axis.title.text = axis.title.text.replace(/UTC[+−]\d\d:\d\d/, offsetText(calendar.offset[state.day]));
    }
    delete figure.layout.title;
    figure.layout.margin = Object.assign({ l: 8, r: 8, b: 8 }, figure.layout.margin, { t: 12 });
    if (place === "capacity") figure.layout.margin.t = 34;
    return { key, figure, title };
  }

  function page() { return document.querySelector('.page[data-language="' + state.language + '"]'); }

  function plain(text) {
    const area = document.createElement("textarea");
    area.innerHTML = text;
    return area.value;
  }

  function draw(element, width) {
    const place = element.dataset.place, { key, figure, title } = current(place), plot = element.querySelector(".plot");
    element.querySelector("figcaption").textContent = plain(title);
    const choose = element.querySelector("[data-choose]");
    if (choose) choose.value = key;
    const slider = element.querySelector("[data-day]");
    if (slider) slider.value = state.day;
    if (width) Object.assign(figure.layout, { width, autosize: false, height: Math.min(figure.layout.height || 450, PAPER_HEIGHT) });
    if (window.innerWidth < 640 && !width) narrow(place, figure);
    const config = { responsive: !width, displaylogo: false, displayModeBar: false, doubleClickDelay: 500 };
    if (place === "sankey") Plotly.purge(plot); /* drawn anew it is complete at once, drawn over it fades in */
    return Plotly.react(plot, figure.data, figure.layout, config);
  }

  /* A long name over lines of so many letters, broken between words, or between Chinese characters. */
  function folded(name, letters) {
    let row = 0, text = "";
    for (const part of String(name).match(/[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+/g) || []) {
      const size = /[\u2e80-\uffef]/.test(part) ? 2 : part.trimEnd().length;
      if (row && row + size > letters && !/^[）)，、。]/.test(part)) { text = text.trimEnd() + "<br>"; row = 0; }
      text += part;
      row += size + part.length - part.trimEnd().length;
    }
    return text;
  }

  /* Long names leave no room for bars. */
  function foldNames(figure) {
    const told = figure.layout.yaxis && figure.layout.yaxis.ticktext;
    if (told) figure.layout.yaxis.ticktext = told.map((name) => folded(name, 18));
    else for (const trace of figure.data) if (trace.orientation === "h" && trace.y) trace.y = trace.y.map((name) => folded(name, 18));
    for (const name of Object.keys(figure.layout)) {
      if (!/^xaxis/.test(name)) continue;
      const axis = Object.assign(figure.layout[name], { tickangle: 0, nticks: 3 });
      if (axis.title && axis.title.text) axis.title.text = folded(axis.title.text, 30);
    }
    figure.layout.height = Math.round((figure.layout.height || 450) * 1.3);
  }

  function narrow(place, figure) {
    figure.layout.font = { size: 11 };
    if (["cost", "rules", "capacity"].includes(place)) foldNames(figure);
    if (place === "heat") {
      figure.data[0].colorbar = Object.assign({}, figure.data[0].colorbar,
        { orientation: "h", y: -0.14, yanchor: "top", x: 0.5, thickness: 8, title: Object.assign({}, figure.data[0].colorbar.title, { side: "bottom" }) });
      figure.layout.height = 360;
    }
    for (const axis of ["xaxis", "xaxis2", "xaxis3", "xaxis4", "xaxis5", "xaxis6"]) {
      const range = ["cost", "rules", "capacity"].includes(place) && figure.layout[axis] && figure.layout[axis].range;
      if (range) figure.layout[axis].range = [range[0] * (place === "capacity" ? 1.3 : 1.8), range[1] * 1.15];
    }
    const months = figure.layout.xaxis && figure.layout.xaxis.ticktext;
    if (months) figure.layout.xaxis = Object.assign({}, figure.layout.xaxis, { tickangle: 0, ticktext: months.map((m, i) => i % 3 ? "" : m) });
    if (place === "week") {
      Object.assign(figure.layout.xaxis, { dtick: 2 * 86400000 });
      figure.layout.height += 14 * figure.data.length;
    }
  }

  function redraw(place) { page().querySelectorAll('figure[data-place="' + place + '"]').forEach((f) => draw(f)); }

  /* Draw one figure after another, so that the text can be read and scrolled meanwhile. */
  function drawAll() {
    const waiting = Array.from(page().querySelectorAll("figure[data-place]"));
    (function next() {
      const element = waiting.shift();
      if (!element) return;
      draw(element);
      setTimeout(next, 0);
    })();
  }

  function speak(language) {
    state.language = language;
    const root = document.documentElement;
    root.lang = language === "zh" ? "zh-CN" : "en";
    root.dataset.language = language;
    document.title = document.body.dataset[language === "zh" ? "titleZh" : "titleEn"];
    drawAll();
  }

  function setDay(day) {
    state.day = Math.min(Math.max(0, Math.round(day)), Math.max(0, calendar.days.length - DAYS));
    redraw("week");
  }

  function listen() {
    document.querySelectorAll("[data-switch]").forEach((b) => b.addEventListener("click", () => {
      history.replaceState(null, "", "#" + b.dataset.switch);
      speak(b.dataset.switch);
    }));
    document.querySelectorAll("[data-print]").forEach((b) => b.addEventListener("click", () => window.print()));
    document.querySelectorAll("[data-choose]").forEach((s) => s.addEventListener("change", () => {
      const place = s.closest("figure").dataset.place;
      state.chosen[place] = s.value;
      redraw(place);
    }));
    document.querySelectorAll("[data-day]").forEach((s) => {
      s.max = Math.max(0, calendar.days.length - DAYS);
      s.addEventListener("input", () => setDay(Number(s.value)));
    });
    document.querySelectorAll("[data-days]").forEach((d) => { d.hidden = calendar.days.length <= DAYS; });
    document.querySelectorAll("[data-move]").forEach((b) => b.addEventListener("click", () => setDay(state.day + Number(b.dataset.move))));
    document.querySelectorAll("[data-jump]").forEach((b) => b.addEventListener("click", () => setDay(data.days[b.dataset.jump])));
    window.addEventListener("beforeprint", () => {
      page().querySelectorAll("details").forEach((d) => { d.open = true; });
      page().querySelectorAll("figure[data-place]").forEach((f) => draw(f, PAPER_WIDTH));
    });
    window.addEventListener("afterprint", drawAll);
  }

  const jumps = Object.values(data.days);
  state.day = jumps.length ? jumps[0] : 0;
  listen();
  const asked = location.hash.slice(1), own = (navigator.language || "").startsWith("zh") ? "zh" : "en";
  speak(asked === "en" || asked === "zh" ? asked : own);
})();
