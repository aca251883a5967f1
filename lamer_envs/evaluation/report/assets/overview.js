// The first view: figures of all runs.

const METRICS = [
  { name: "gain", key: "gain", scale: 100, digits: 1, title: "pass@k at the last episode minus pass@1, in percentage points", when: (run) => run.passAt.length > 1 },
  { name: "diversity", key: "diversityFirst", scale: 1, digits: 2, title: "Entropy in nats of the trajectories of first episodes; needs two trials a task" },
  { name: "turns", key: "turns", scale: 1, digits: 2, title: "Turns to success, earlier episodes included" },
  { name: "invalid", key: "invalid", scale: 100, digits: 1, title: "Share of turns without a possible action, in percent" },
  { name: "remarks", key: "reflections", scale: 100, digits: 1, title: "Share of reflections that hold a remark, in percent" },
  { name: "return", key: "return", scale: 1, digits: 2, title: "The trial objective, in units of reward" },
  { name: "tokens", key: "tokens", scale: 1, digits: 0, title: "Sampled tokens a trial" },
];

function drawOverview(root, total) {
  const { runs, difficulty } = report;
  const envs = [...new Set(runs.map((run) => run.env))];
  fill(root, {}, [
    el("h1", {}, runs.length === 1 ? runs[0].name : `${runs.length} runs compared`),
    el("p", { class: "lead" }, `${envs.map(shortEnv).join(", ")} · ${count(total, "trial")} to look at · mean over tasks with 95 % intervals`),
    summaryTable(runs),
    differenceTable(report.differences, runs),
    envs.map((env) => envFigures(env, runs)),
    difficulty.length ? difficultyFigures(difficulty, runs) : null,
  ]);
  for (const type of ["pointerover", "focusin"]) root.addEventListener(type, highlight);
  for (const type of ["pointerleave", "focusout"]) root.addEventListener(type, () => fade(root, null));
}

function highlight(event) {
  const chosen = event.target.closest("[data-run]");
  fade(event.currentTarget, chosen && chosen.dataset.run);
}

/** Everything that belongs to another run steps back. */
function fade(root, run) {
  for (const each of root.querySelectorAll("[data-run]")) each.classList.toggle("faded", run !== null && each.dataset.run !== run);
}

function summaryTable(runs) {
  const most = Math.max(...runs.map((run) => run.passAt.length));
  const passes = Array.from({ length: most }, (_, k) => k);
  const scores = Array.from({ length: Math.max(...runs.map((run) => run.scoreIn.length)) }, (_, k) => k);
  const shownMetrics = METRICS.filter((metric) => runs.some((run) => run[metric.key] && (metric.when?.(run) ?? true)));
  const head = el(
    "tr",
    {},
    el("th", { scope: "col" }, "Run"),
    el("th", { scope: "col" }, "Policy"),
    el("th", { scope: "col", class: "number", title: "Tasks, and trials on each" }, "tasks"),
    passes.map((k) => el("th", { scope: "col", class: "number", title: `Share of trials solved in the first ${count(k + 1, "episode")}, in percent` }, `pass@${k + 1}`)),
    scores.map((k) => el("th", { scope: "col", class: "number", title: `Sum of rewards in episode ${k + 1}` }, `score in ${k + 1}`)),
    shownMetrics.map((metric) => el("th", { scope: "col", class: "number", title: metric.title }, metric.name)),
  );
  const rows = runs.map((run, number) =>
    el(
      "tr",
      { "data-run": number },
      el("th", { scope: "row" }, runLink(run, number)),
      el("td", {}, run.policy || "–", el("span", { class: "under" }, [run.method === "lamer" ? "" : run.method, run.memory].filter(Boolean).join(", "))),
      el("td", { class: "number" }, String(run.tasks), run.trials === run.tasks ? null : el("span", { class: "under" }, `× ${shown(run.trials / run.tasks, run.trials % run.tasks ? 1 : 0)}`)),
      passes.map((k) => cell(run.passAt[k], 100, 1, true)),
      scores.map((k) => cell(run.scoreIn[k], 1, 2, false)),
      shownMetrics.map((metric) => cell(metric.when?.(run) ?? true ? run[metric.key] : null, metric.scale, metric.digits, false)),
    ),
  );
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Summary of the runs" }, el("table", { class: "summary" }, el("caption", { class: "hidden" }, "Each row is a run; intervals are 95 %"), el("thead", {}, head), el("tbody", {}, rows)));
}

/** Paired differences of runs on the same tasks, folded away; null where no two runs share tasks. */
function differenceTable([header, rows], runs) {
  if (!rows.length) return null;
  const named = (name) => [sign(runs.findIndex((run) => run.name === name)), el("span", {}, name)];
  const head = header.map((name, n) => el("th", { scope: "col", class: n > 1 ? "number" : null }, name));
  const body = rows.map(([name, other, ...values]) => el("tr", {}, el("th", { scope: "row" }, el("span", { class: "run" }, named(name))), el("td", {}, el("span", { class: "run minus" }, named(other))), values.map((value) => el("td", { class: "number" }, value.replace(/^-/, "−")))));
  return el(
    "details",
    { class: "differences" },
    el("summary", {}, "Differences on the same tasks", el("span", { class: "quiet" }, " in percentage points, mean ± standard error over tasks, paired")),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Differences on the same tasks" }, el("table", { class: "summary" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, body))),
  );
}

function runLink(run, number) {
  const address = `#${new URLSearchParams({ view: "trials", run: run.name })}`;
  const under = [shortEnv(run.env), run.missing].filter(Boolean).join(", ");
  return [
    el("a", { class: "run", href: address, title: settingsOf(run) }, sign(number), el("span", {}, run.name)),
    el("span", { class: "under", title: run.errored.join("\n") }, under),
  ];
}

function settingsOf(run) {
  const settings = Object.entries(run.settings).map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`);
  return [`${run.name}: ${run.env}`, ...settings].join("\n");
}

/** Mean, half the interval, and for shares the interval on a line from 0 to 100. */
function cell(estimate, scale, digits, share) {
  if (!estimate) return el("td", { class: "number quiet" }, "–");
  const half = estimate.low === null ? null : Math.max(estimate.high - estimate.mean, estimate.mean - estimate.low);
  const parts = [el("span", { class: "mean" }, shown(scale * estimate.mean, digits))];
  if (half !== null) parts.push(el("span", { class: "half" }, ` ±${shown(scale * half, digits)}`));
  if (share) {
    const [low, high] = [estimate.low ?? estimate.mean, estimate.high ?? estimate.mean].map((value) => 100 * Math.min(1, Math.max(0, value)));
    parts.push(
      svg(
        "svg",
        { viewBox: "0 0 100 6", preserveAspectRatio: "none", class: "range", "aria-hidden": "true" },
        svg("path", { d: "M0 3H100", class: "whole" }),
        svg("path", { d: `M0 3H${100 * estimate.mean}`, class: "part" }),
        svg("path", { d: `M${low} 3H${high}`, class: "reach" }),
      ),
    );
  }
  return el("td", { class: "number", title: described(estimate, scale, digits, scale === 100 ? " %" : "") }, parts);
}

function envFigures(env, runs) {
  const own = runs.map((run, number) => ({ ...run, number })).filter((run) => run.env === env);
  const several = own.some((run) => run.passAt.length > 1);
  const diverse = own.filter((run) => run.diversityFirst || run.diversityAll);
  const figures = [];
  if (several) {
    const series = own.map((run) => ({
      number: run.number,
      name: run.name,
      points: run.passAt.map((estimate, k) => [k + 1, estimate, `pass@${k + 1}`]),
    }));
    const words = `pass@k in percent, ${shortEnv(env)}; the figures are in the table above`;
    figures.push(figure("Solved within k episodes", "pass@k, percent", lineChart({ series, axis: "episodes k", words }), series));
  }
  if (diverse.length) {
    const rows = diverse.map((run) => ({
      number: run.number,
      name: run.name,
      bars: [["first episodes", run.diversityFirst], ["all episodes", run.diversityAll]],
    }));
    const values = rows.map((row) => `${row.name} ${row.bars.map(([label, e]) => `${label} ${e ? shown(e.mean) : "none"}`).join(", ")}`);
    const words = `Trajectory diversity in nats: ${values.join("; ")}`;
    figures.push(figure("Trajectory diversity", "entropy in nats", barChart({ rows, unit: "nats", words })));
  }
  const types = typeTable(own);
  if (types) figures.push(figure("By task type", "share solved within all episodes, percent", types));
  return figures.length ? el("section", { class: "env" }, el("h2", {}, shortEnv(env)), el("div", { class: "figures" }, figures)) : null;
}

/** Task types as rows, runs as columns, or null where the environment knows no types. */
function typeTable(runs) {
  const types = [...new Set(runs.flatMap((run) => Object.keys(run.byType)))].sort();
  if (!types.length) return null;
  const head = el("tr", {}, el("th", { scope: "col" }, "Task type"), runs.map((run) => el("th", { scope: "col", class: "number", "data-run": run.number, title: run.name }, sign(run.number), ` ${clipped(run.name, 24)}`)));
  const rows = types.map((type) => el("tr", {}, el("th", { scope: "row" }, type.replaceAll("_", " ")), runs.map((run) => cell(run.byType[type]?.at(-1), 100, 1, true))));
  return el("div", { class: "inner-scroll", tabindex: "0", role: "region", "aria-label": "By task type" }, el("table", { class: "summary" }, el("thead", {}, head), el("tbody", {}, rows)));
}

function difficultyFigures(curves, runs) {
  const kinds = [...new Set(curves.map((curve) => curve.env))];
  const figures = kinds.flatMap((env) => {
    const own = curves.map((curve, number) => ({ ...curve, number })).filter((curve) => curve.env === env);
    const { counts } = own[0];
    const last = Math.max(...own.flatMap((curve) => curve.points.map(([, run]) => runs[run].passAt.length)));
    return [...new Set([1, last])].map((k) => {
      const series = own.map((curve) => ({
        number: curve.number,
        name: curve.name,
        points: curve.points.filter(([, run]) => runs[run].passAt[k - 1]).map(([x, run]) => [x, runs[run].passAt[k - 1], `${x} ${counts}`]),
      }));
      const words = `pass@${k} in percent against the number of ${counts}; the figures are in the table above`;
      return figure(`${shortEnv(env)}: pass@${k}`, `percent, by number of ${counts}`, lineChart({ series, axis: counts, words }), series);
    });
  });
  return el("section", { class: "env difficulty" }, el("h2", {}, "Harder tasks"), el("div", { class: "figures" }, figures));
}

/** A drawing with its title; lines without names at their ends get a legend. */
function figure(title, unit, drawing, series = []) {
  const legend = namedAtEnds(series) ? null : el("div", { class: "legend" }, series.map((each) => el("span", { "data-run": each.number, class: "bar-name" }, sign(each.number), el("span", {}, each.name))));
  return el("figure", {}, el("figcaption", {}, el("b", {}, title), el("span", {}, unit)), drawing, legend);
}
