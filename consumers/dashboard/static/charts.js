// Draws the charts of a page with uPlot from the data that stand beside them. Owns colours (from the style sheet's
// variables), axes and what a pointer is told. The same figures stand in a table beside each chart.
(() => {
  "use strict";
  const plots = new Map();
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colour = (number) => style(`--c${number}`);
  const MINUTE = 60;
  // What a sheet of A4 holds between its margins, in pixels; 0 on a screen.
  const SHEET = 690;
  let printing = 0;
  // Lines are told apart without their colours, too: on paper, and by whoever sees few. The legend shows the same.
  const DASHES = [[], [9, 4], [2, 4], [12, 4, 2, 4]];

  // Browsers without Kazakh say that they have it; figures are written the same in Russian. Months come from the server.
  const locale = (language) => ({ kk: "ru-RU", ru: "ru-RU" })[language] || "en-GB";

  // Moments come as seconds of UTC; shifted by the locality's zone they read as its local time.
  const dates = (data) => {
    const form = (options) => new Intl.DateTimeFormat(locale(data.language), { timeZone: "UTC", ...options });
    const hour = form({ hour: "2-digit", minute: "2-digit" });
    const at = (x) => new Date((x + data.zone * MINUTE) * 1000);
    const day = (x) => `${at(x).getUTCDate()} ${data.months[at(x).getUTCMonth()]}`;
    return { day, hour: (x) => hour.format(at(x)), both: (x) => `${day(x)}, ${hour.format(at(x))}` };
  };

  const stacked = (series) => {
    const sums = [];
    return series.map((each) => each.values.map((value, index) => {
      sums[index] = (sums[index] || 0) + (value || 0);
      return sums[index];
    }));
  };

  const options = (data, place, said) => {
    const number = new Intl.NumberFormat(locale(data.language), { maximumFractionDigits: 1 });
    const told = data.times ? dates(data) : null;
    const span = data.x.length ? data.x[data.x.length - 1] - data.x[0] : 0;
    const label = (x) => {
      if (!data.times) return data.labels[Math.round(x)] || "";
      return span > 3 * 86400 ? told.day(x) : told.hour(x);
    };
    const bars = data.kind === "bars" || data.kind === "stacked";
    const axis = { stroke: style("--soft"), font: "12px system-ui, sans-serif", ticks: { stroke: style("--grid") }, grid: { stroke: style("--grid"), width: 1 } };
    const path = bars ? uPlot.paths.bars({ size: [0.72, 64], radius: 0.08 })
      : data.kind === "steps" ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear();
    // Stacked bars are drawn from the tallest down, so that each lower one covers its part.
    const order = data.kind === "stacked" ? data.series.map((_, index) => index).reverse() : data.series.map((_, index) => index);
    const tops = data.kind === "stacked" ? stacked(data.series) : data.series.map((each) => each.values);
    const whole = data.series.every((each) => each.values.every((value) => value === null || Number.isInteger(value)));
    return {
      values: [data.x, ...order.map((index) => tops[index])],
      options: {
        width: printing || Math.max(place.clientWidth, 120),
        height: Math.max(place.clientHeight, 80),
        ms: 1,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { show: !bars } },
        tzDate: (ts) => new Date((ts + data.zone * MINUTE) * 1000),
        scales: {
          x: { time: false, range: bars ? (_, low, high) => pad(data.x, low, high) : undefined },
          y: { dir: data.down ? -1 : 1, range: (_, low, high) => (data.down ? [Math.max(0, low - 1), high + 1] : [Math.min(0, low), high > 0 ? high * 1.08 : 1]) },
        },
        axes: [
          { ...axis, grid: { show: false }, space: 70, splits: data.times ? undefined : (_, __, low, high) => every(data.x, low, high, place.clientWidth), values: (_, splits) => splits.map((x) => (x === null ? "" : label(x))) },
          { ...axis, size: 56, incrs: whole ? [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6] : undefined, values: (_, splits) => splits.map((y) => number.format(y)) },
        ],
        series: [{}, ...order.map((index) => ({
          label: data.series[index].label,
          stroke: colour(data.series[index].colour),
          fill: bars ? colour(data.series[index].colour) : undefined,
          width: bars ? 0 : 2.25,
          dash: bars ? undefined : DASHES[index % DASHES.length],
          paths: path,
          points: { show: !bars && data.x.length < 2 },
        }))],
        hooks: {
          draw: [(plot) => marks(plot, data)],
          setCursor: [(plot) => tell(plot, data, said, number, told, label)],
        },
      },
    };
  };

  const pad = (x, low, high) => {
    const step = x.length > 1 ? (x[x.length - 1] - x[0]) / (x.length - 1) : 1;
    return [low - step / 2, high + step / 2];
  };

  const every = (x, low, high, width) => {
    const step = Math.max(1, Math.ceil(x.length / Math.max(2, width / 80)));
    return x.filter((value, index) => index % step === 0 && value >= low && value <= high);
  };

  const marks = (plot, data) => {
    const context = plot.ctx;
    context.save();
    data.marks.forEach((mark) => {
      const x = plot.valToPos(mark.at, "x", true);
      if (x < plot.bbox.left || x > plot.bbox.left + plot.bbox.width) return;
      const values = data.series.length === 1 ? data.series[0].values : null;
      const index = values ? data.x.indexOf(mark.at) : -1;
      context.fillStyle = context.strokeStyle = colour(mark.colour);
      if (index >= 0 && values[index] !== null) {
        context.beginPath();
        context.arc(x, plot.valToPos(values[index], "y", true), 4 * devicePixelRatio, 0, 2 * Math.PI);
        context.fill();
      } else {
        context.globalAlpha = 0.6;
        context.setLineDash([4, 4]);
        context.beginPath();
        context.moveTo(x, plot.bbox.top);
        context.lineTo(x, plot.bbox.top + plot.bbox.height);
        context.stroke();
        context.setLineDash([]);
        context.globalAlpha = 1;
      }
    });
    context.restore();
  };

  const tell = (plot, data, said, number, told, label) => {
    const index = plot.cursor.idx;
    if (index === null || index === undefined || plot.cursor.left < 0) { said.hidden = true; return; }
    const x = data.x[index];
    const lines = [data.times ? told.both(x) : label(x)];
    data.series.forEach((each) => {
      const value = each.values[index];
      if (value !== null && value !== undefined) lines.push(`${each.label}: ${number.format(value)}${data.unit ? ` ${data.unit}` : ""}`);
    });
    data.marks.filter((mark) => mark.at === x).slice(0, 3).forEach((mark) => lines.push(mark.text));
    said.replaceChildren(...lines.map((text) => { const line = document.createElement("div"); line.textContent = text; return line; }));
    said.hidden = false;
    const width = said.offsetWidth;
    const left = plot.cursor.left + plot.over.offsetLeft;
    said.style.left = `${Math.max(0, left + 14 + width > plot.width ? left - width - 14 : left + 14)}px`;
    said.style.top = "8px";
  };

  const draw = (place) => {
    const source = document.getElementById(`data-${place.dataset.chart}`);
    if (!source || !window.uPlot) return;
    const data = JSON.parse(source.textContent);
    const said = document.createElement("div");
    said.className = "said";
    said.hidden = true;
    place.replaceChildren();
    if (!data.x.length) return;
    const made = options(data, place, said);
    const plot = new uPlot(made.options, made.values, place);
    place.append(said);
    plots.set(place, plot);
  };

  const drop = (root) => plots.forEach((plot, place) => { if (root.contains(place)) { plot.destroy(); plots.delete(place); } });
  const all = (root) => root.querySelectorAll(".plot[data-chart]").forEach(draw);
  const again = () => { drop(document); all(document); };

  document.addEventListener("oryn:leave", (event) => drop(event.target));
  document.addEventListener("oryn:enter", (event) => all(event.target));
  document.addEventListener("oryn:theme", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  // Paper is light, whatever the screen is: a drawing can't follow the style sheet by itself.
  let theme;
  addEventListener("beforeprint", () => { printing = SHEET; theme = document.documentElement.dataset.theme; document.documentElement.dataset.theme = "light"; again(); });
  addEventListener("afterprint", () => {
    printing = 0;
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    again();
  });
  let timer = 0;
  addEventListener("resize", () => {
    clearTimeout(timer);
    timer = setTimeout(() => plots.forEach((plot, place) => plot.setSize({ width: printing || place.clientWidth, height: place.clientHeight })), 100);
  });
  all(document);
})();
