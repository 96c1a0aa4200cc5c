"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const state = { language: "en", chosen: {} };

  function page() { return document.querySelector('.page[data-language="' + state.language + '"]'); }

  function plain(text) {
    const area = document.createElement("textarea");
    area.innerHTML = text;
    return area.value;
  }

  function draw(element, width) {
    const place = element.dataset.place, all = data.figures[state.language][place], keys = Object.keys(all);
    const key = keys.includes(state.chosen[place]) ? state.chosen[place] : keys[0];
    const figure = structuredClone(all[key]);
    figure.layout.template = data.template;
    element.querySelector("figcaption").textContent = plain(figure.layout.title.text);
    delete figure.layout.title;
    figure.layout.margin = Object.assign({ l: 8, r: 8, b: 8 }, figure.layout.margin, { t: 12 });
    const choose = element.querySelector("[data-choose]");
    if (choose) choose.value = key;
    if (width) Object.assign(figure.layout, { width, autosize: false });
    if (window.innerWidth < 640 && !width) figure.layout.font = { size: 11 };
    const config = { responsive: !width, displaylogo: false, displayModeBar: false };
    return Plotly.react(element.querySelector(".plot"), figure.data, figure.layout, config);
  }

  function drawAll(width) { page().querySelectorAll("figure[data-place]").forEach((f) => draw(f, width)); }

  function speak(language) {
    state.language = language;
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset.language = language;
    document.title = document.body.dataset[language === "zh" ? "titleZh" : "titleEn"];
    drawAll();
  }

  document.querySelectorAll("[data-switch]").forEach((b) => b.addEventListener("click", () => {
    history.replaceState(null, "", "#" + b.dataset.switch);
    speak(b.dataset.switch);
  }));
  document.querySelectorAll("[data-print]").forEach((b) => b.addEventListener("click", () => window.print()));
  document.querySelectorAll("[data-choose]").forEach((s) => s.addEventListener("change", () => {
    const figure = s.closest("figure");
    state.chosen[figure.dataset.place] = s.value;
    draw(figure);
  }));
  window.addEventListener("beforeprint", () => drawAll(694));
  window.addEventListener("afterprint", () => drawAll());
  const asked = location.hash.slice(1);
  speak(asked === "zh" || asked === "en" ? asked : (navigator.language || "en").startsWith("zh") ? "zh" : "en");
})();
