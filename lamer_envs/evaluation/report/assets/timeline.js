// The steps of a trial in one line: turns with their returns, ends of episodes, reflections.

function timeline(trial, onstep) {
  const largest = Math.max(...trial.steps.filter((step) => typeof step.return === "number").map((step) => Math.abs(step.return)), 1e-9);
  const groups = trial.episodes.map((episode, number) => {
    const own = trial.steps.slice(episode.first, episode.end);
    return el(
      "div",
      { class: "attempt", role: "group", "aria-label": `Episode ${number + 1}, ${episode.solved ? "solved" : "failed"}` },
      el("div", { class: "attempt-name" }, `Episode ${number + 1}`),
      el("div", { class: "stops" }, own.map((step, n) => stop(step, episode.first + n, largest, onstep))),
    );
  });
  return el("div", { class: "timeline", role: "toolbar", "aria-label": "Steps of the trial" }, groups);
}

function stop(step, number, largest, onstep) {
  const listen = { "data-step": number, type: "button", onclick: () => onstep(number) };
  if (step.kind === "end") {
    const words = `End of episode ${step.episode + 1}: ${step.solved ? "solved" : "failed"}`;
    return el("button", { ...listen, class: "stop end", "aria-label": words, title: words }, mark(step.solved));
  }
  const value = `return ${brief(step.return)}`;
  const share = typeof step.return === "number" ? Math.abs(step.return) / largest : 0;
  const bar = svg(
    "svg",
    { viewBox: "0 0 10 20", preserveAspectRatio: "none", class: step.return < 0 ? "credit below" : "credit", "aria-hidden": "true" },
    svg("rect", { x: 0, y: 20 - 20 * share, width: 10, height: 20 * share }),
  );
  if (step.kind === "reflection") {
    const words = `Reflection after episode ${step.episode + 1}, ${value}`;
    return el("button", { ...listen, class: "stop thought", "aria-label": words, title: words }, bar, el("span", {}, "✎"));
  }
  const flaw = !step.valid ? "invalid" : !step.effective ? "idle" : "";
  const words = `Turn ${step.turn + 1} of episode ${step.episode + 1}, ${value}${flaw === "invalid" ? ", invalid" : flaw && ", changed nothing"}`;
  return el("button", { ...listen, class: `stop ${flaw}`, "aria-label": words, title: words }, bar, el("span", {}, String(step.turn + 1)));
}
