/* The console's few lines of behaviour. Everything works without them except the living numbers. */
(function () {
  "use strict";
  var charts = new WeakMap();

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function series(host) {
    var label = function (key) { return host.dataset[key] || key; };
    return [
      { label: label("labelTime"), value: "{YYYY}-{MM}-{DD} {HH}:{mm}" },
      { label: label("labelMedian"), stroke: colour("--accent"), width: 2, points: { size: 5 },
        fill: colour("--accent-wash") },
      { label: label("labelP95"), stroke: colour("--amber"), width: 2, dash: [5, 4], points: { size: 4 } }
    ];
  }

  function axes() {
    var base = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 },
                 ticks: { show: false }, font: "12px system-ui, sans-serif" };
    return [Object.assign({ space: 70, values: "{HH}:{mm}" }, base),
            Object.assign({ size: 46, values: function (u, all) {
              return all.map(function (v) { return v + " s"; });
            } }, base)];
  }

  /* One line an action; the colours repeat after four, and the legend names each. */
  var INKS = ["--accent", "--amber", "--blue", "--green"];

  function weeks(host, given, zone) {
    var lines = given.names.map(function (name, n) {
      return { label: name, stroke: colour(INKS[n % INKS.length]), width: 2, points: { size: 6 },
               dash: n < INKS.length ? [] : [5, 4], spanGaps: true,
               value: function (u, v) { return v === null ? "–" : given.unit === "" ? String(v) : v.toFixed(1) + " %"; } };
    });
    var base = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 },
                 ticks: { show: false }, font: "12px system-ui, sans-serif" };
    return {
      width: host.clientWidth, height: 250, legend: { live: true }, cursor: { y: false },
      series: [{ label: host.dataset.labelTime, value: "{YYYY}-{MM}-{DD}" }].concat(lines),
      axes: [Object.assign({ space: 80, values: "{YYYY}-{MM}-{DD}" }, base),
             Object.assign({ size: 52, values: function (u, all) {
               return all.map(function (v) { return given.unit === "" ? v : v + " %"; });
             } }, base)],
      tzDate: function (ts) { return uPlot.tzDate(new Date(ts * 1e3), zone); },
      scales: { y: { range: function (u, low, high) { return [0, Math.max(5, high * 1.15)]; } } }
    };
  }

  function drawWeeks(host, given) {
    if (charts.get(host)) { return; }
    charts.set(host, new uPlot(weeks(host, given, host.dataset.zone), given.data, host));
  }

  function draw(host) {
    var source = document.getElementById(host.dataset.source);
    if (!source || typeof uPlot === "undefined") { return; }
    var data = JSON.parse(source.textContent);
    if (host.dataset.chart === "weeks") { drawWeeks(host, data); return; }
    if (!data[0].length) { return; }
    var chart = charts.get(host);
    if (chart) { chart.setData(data); return; }
    var zone = host.dataset.zone;
    charts.set(host, new uPlot({
      width: host.clientWidth, height: 250, series: series(host), axes: axes(),
      legend: { live: true }, cursor: { y: false },
      tzDate: function (ts) { return uPlot.tzDate(new Date(ts * 1e3), zone); },
      scales: { y: { range: function (u, low, high) { return [0, Math.max(1, high * 1.15)]; } } }
    }, data, host));
  }

  function drawAll() {
    document.querySelectorAll("[data-chart]").forEach(draw);
  }

  function redraw() {
    document.querySelectorAll("[data-chart]").forEach(function (host) {
      var chart = charts.get(host);
      if (chart) { chart.destroy(); charts.delete(host); }
      draw(host);
    });
  }

  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
  window.addEventListener("resize", function () {
    document.querySelectorAll("[data-chart]").forEach(function (host) {
      var chart = charts.get(host);
      if (chart) { chart.setSize({ width: host.clientWidth, height: 250 }); }
    });
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  /* A hidden tab asks for nothing; a login that ended leads to the login page. */
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden && event.target.matches("[data-live]")) { event.preventDefault(); }
  });
  document.addEventListener("htmx:sendError", function () {
    document.body.classList.add("is-offline");
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.successful) { document.body.classList.remove("is-offline"); }
  });

  /* Ask before what cannot be taken back. */
  document.addEventListener("submit", function (event) {
    var words = event.target.dataset.confirm;
    if (words && !window.confirm(words)) { event.preventDefault(); }
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-submits]")) { event.target.form.submit(); }
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button) { return; }
    var target = document.getElementById(button.dataset.copy);
    navigator.clipboard.writeText(target.textContent.trim());
    button.textContent = button.dataset.done;
  });
})();
