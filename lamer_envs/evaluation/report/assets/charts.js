// Figures as SVG: lines with intervals, and bars. Colour, shape and dash tell runs apart.

const SHAPES = [
  (x, y) => svg("circle", { cx: x, cy: y, r: 4.2 }),
  (x, y) => svg("rect", { x: x - 3.9, y: y - 3.9, width: 7.8, height: 7.8 }),
  (x, y) => svg("path", { d: `M${x} ${y - 5}L${x + 4.8} ${y + 3.8}H${x - 4.8}Z` }),
  (x, y) => svg("path", { d: `M${x} ${y - 5.4}L${x + 5.4} ${y}L${x} ${y + 5.4}L${x - 5.4} ${y}Z` }),
];
const COLOURS = 8;
/** Letters of a name at the end of a line. */
const LONGEST = 21;

/** Classes of a series; after eight colours the lines are dashed. */
const seriesClass = (number) => `series c${number % COLOURS}${number >= COLOURS ? " dashed" : ""}`;

function point(number, x, y) {
  return SHAPES[number % SHAPES.length](x, y);
}

/** The sign of a run in tables and lists. */
function sign(number) {
  const box = { viewBox: "0 0 14 14", class: `sign ${seriesClass(number)}`, "aria-hidden": "true" };
  return svg("svg", box, point(number, 7, 7));
}

/** "61.8 % (55.2 – 68.0), 64 tasks" */
function described(estimate, scale, digits, unit) {
  const number = (value) => shown(scale * value, digits);
  const span = estimate.low === null ? "" : ` (${number(estimate.low)} – ${number(estimate.high)})`;
  return `${number(estimate.mean)}${unit}${span}, ${count(estimate.n, "task")}`;
}

/**
 * Lines over whole numbers, in percent.
 * @param series [{number, name, points: [[x, estimate, words]], dashed}]
 */
function lineChart({ series, axis, words }) {
  const named = namedAtEnds(series);
  const [width, height] = NARROW.matches ? [360, 270] : [560, 300];
  const [left, right, top, bottom] = [44, named ? 34 + 6.6 * Math.max(...series.map((each) => clipped(each.name, LONGEST).length)) : 8, 16, 44];
  const xs = [...new Set(series.flatMap((each) => each.points.map(([x]) => x)))].sort((a, b) => a - b);
  const inner = width - left - right;
  // A single place stands in the middle.
  const at = (x) => left + (xs.length < 2 ? inner / 2 : 18 + ((x - xs[0]) / (xs.at(-1) - xs[0])) * (inner - 36));
  const up = (share) => top + (1 - Math.min(1, Math.max(0, share))) * (height - top - bottom);
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": words });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    chart.append(
      svg("path", { d: `M${left} ${up(share)}H${width - right}`, class: share ? "rule" : "rule base" }),
      svg("text", { x: left - 8, y: up(share), class: "tick", "text-anchor": "end", "dominant-baseline": "central" }, `${100 * share}`),
    );
  }
  for (const x of xs) {
    chart.append(svg("text", { x: at(x), y: height - bottom + 20, class: "tick", "text-anchor": "middle" }, String(x)));
  }
  chart.append(svg("text", { x: left + inner / 2, y: height - 4, class: "tick", "text-anchor": "middle" }, axis));
  const ends = [];
  series.forEach((each, place) => {
    // Side by side, so that intervals of equal places can be read.
    const aside = (place - (series.length - 1) / 2) * Math.min(7, 30 / series.length);
    const group = svg("g", { class: seriesClass(each.number), "data-run": each.number });
    const spots = each.points.map(([x, estimate]) => [at(x) + aside, up(estimate.mean)]);
    group.append(svg("path", { class: "line", d: `M${spots.map((spot) => spot.join(" ")).join("L")}` }));
    each.points.forEach(([x, estimate, label], n) => {
      const [px, py] = spots[n];
      if (estimate.low !== null) group.append(svg("path", { class: "whisker", d: `M${px} ${up(estimate.low)}V${up(estimate.high)}` }));
      const spot = svg("g", { class: "point" }, svg("title", {}, `${each.name}: ${label} ${described(estimate, 100, 1, " %")}`));
      spot.append(point(each.number, px, py));
      group.append(spot);
    });
    chart.append(group);
    ends.push({ y: spots.at(-1)[1], each });
  });
  if (named) endLabels(chart, ends, width - right + 10, top, height - bottom);
  return chart;
}

const NARROW = matchMedia("(max-width: 760px)");

/** Whether lines have room for their names where they end. */
const namedAtEnds = (series) => !NARROW.matches && series.length <= 12;

/** Names at the ends of their lines, pushed apart where lines meet. */
function endLabels(chart, ends, x, top, bottom) {
  const gap = Math.min(16, (bottom - top) / ends.length);
  ends.sort((a, b) => a.y - b.y);
  let free = top - gap;
  for (const end of ends) {
    end.at = Math.max(end.y, free + gap);
    free = end.at;
  }
  free = bottom + gap;
  for (const end of ends.toReversed()) {
    end.at = Math.min(end.at, free - gap);
    free = end.at;
  }
  for (const { at, each } of ends) {
    const name = clipped(each.name, LONGEST);
    const group = svg("g", { class: seriesClass(each.number), "data-run": each.number });
    group.append(
      svg("title", {}, each.name),
      point(each.number, x, at),
      svg("text", { x: x + 11, y: at, class: "name", "dominant-baseline": "central" }, name),
    );
    chart.append(group);
  }
}

/** The end of a name tells more than its beginning. */
const clipped = (name, most) => (name.length <= most ? name : `…${name.slice(1 - most)}`);

/** Bars from zero with intervals: rows of [{number, name, bars: [[label, estimate]]}]. */
function barChart({ rows, unit, words }) {
  const values = rows.flatMap((row) => row.bars.map(([, estimate]) => estimate)).filter(Boolean);
  const most = Math.max(...values.map((each) => Math.max(each.high ?? each.mean, each.mean)), 1e-9);
  return el(
    "div",
    { class: "bars", role: "img", "aria-label": words },
    rows.map((row) =>
      el(
        "div",
        { class: `bar-row ${seriesClass(row.number)}`, "data-run": row.number },
        el("div", { class: "bar-name", title: row.name }, sign(row.number), el("span", {}, row.name)),
        row.bars.filter(([, estimate]) => estimate).map(([label, estimate]) => {
          const track = svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", class: "track" });
          const across = (value) => (100 * Math.max(0, value)) / most;
          track.append(svg("rect", { x: 0, y: 1, width: across(estimate.mean), height: 8, class: "fill" }));
          if (estimate.low !== null) track.append(svg("path", { d: `M${across(estimate.low)} 5H${across(estimate.high)}`, class: "reach" }));
          return el(
            "div",
            { class: "bar-line", title: `${row.name}, ${label}: ${described(estimate, 1, 2, ` ${unit}`)}` },
            el("span", { class: "bar-label" }, label),
            track,
            el("span", { class: "bar-value" }, shown(estimate.mean)),
          );
        }),
      ),
    ),
  );
}
