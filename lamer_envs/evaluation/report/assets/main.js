// The address decides what is shown: links, keys and clicks change it, and the page follows.

const KEYS = [
  ["← →", "step back, step on (both trials of a comparison)"],
  ["Home End", "first step, last step"],
  ["[ ]", "episode before, next episode"],
  ["↑ ↓ or k j", "trial above, trial below in the list"],
  ["/", "search"],
  ["f", "failed first, then solved: filter on, filter off"],
  ["c", "compare with the next trial of the same task; after the last one alone again"],
  ["p", "prompt"],
  ["r", "what the agent saw, as plain text"],
  ["o", "overview, and back to the trials"],
  ["t", "light, dark"],
  ["?", "these keys"],
];

const index = new Index(await unpack("index"));
const sections = { overview: byId("overview"), trials: byId("trials") };
const list = new TrialList(sections.trials, index, go);
const panesBox = sections.trials.querySelector(".panes");
const panes = {
  main: new Pane(index, { step: (step) => go({ step }), close: null }),
  other: new Pane(index, { step: (step) => go({ wstep: step }), close: () => go({ with: "", wstep: "" }) }),
};
const bar = el("div", { class: "pane-bar" });
let state = {};
let lastTrials = "view=trials";

/** Change the address; `push` makes a place to come back to. */
function go(changes, push = false) {
  const next = { ...state, ...changes };
  if (next.trial || FILTERS.some((name) => name in changes)) next.view = "trials";
  const kept = Object.entries(next).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  const address = `#${new URLSearchParams(kept.map(([name, value]) => [name, String(value)]))}`;
  if (address === location.hash) return;
  history[push ? "pushState" : "replaceState"](null, "", address);
  follow();
}

function follow() {
  state = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const trials = state.view === "trials" || Boolean(state.trial);
  sections.overview.hidden = trials;
  sections.trials.hidden = !trials;
  for (const [name, here] of [["overview", !trials], ["trials", trials]]) {
    const link = byId(`to-${name}`);
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  notice("");
  if (!trials) return;
  lastTrials = location.hash.slice(1);
  list.filter(state);
  showTrials();
}

function showTrials() {
  const chosen = state.trial === undefined ? undefined : index.byName.get(state.trial);
  if (state.trial !== undefined && chosen === undefined) notice(`This report has no trial ${state.trial}.`);
  sections.trials.classList.toggle("chosen", chosen !== undefined);
  if (chosen === undefined) {
    list.mark(-1);
    panes.main.number = panes.other.number = -1;
    const words = index.length ? "Choose a trial from the list; ↓ takes the first one." : "These runs kept no trials, only their summaries.";
    panesBox.replaceChildren(el("p", { class: "empty" }, words));
    return;
  }
  const partners = index.partners(chosen);
  const other = index.byName.get(state.with);
  const compared = other !== undefined && partners.includes(other);
  list.mark(chosen);
  drawBar(chosen, partners, compared ? other : undefined);
  panesBox.classList.toggle("two", compared);
  const wanted = [bar, panes.main.root, ...(compared ? [panes.other.root] : [])];
  if (wanted.length !== panesBox.children.length || wanted.some((each, n) => panesBox.children[n] !== each)) panesBox.replaceChildren(...wanted);
  open(panes.main, chosen, state.step);
  if (compared) open(panes.other, other, state.wstep);
  else panes.other.number = -1;
}

function open(pane, number, step) {
  pane.open(number, Number.parseInt(step, 10) || 0).catch((error) => notice(`A trial cannot be shown: ${error.message}`));
}

/** Way back on narrow screens, and whom to compare with. */
function drawBar(chosen, partners, other) {
  if (bar.dataset.trial === String(chosen) && bar.dataset.other === String(other)) return;
  Object.assign(bar.dataset, { trial: chosen, other });
  const name = (i) => {
    const row = index.row(i);
    const outcome = row.firstSuccess < 0 ? "failed" : `solved in episode ${row.firstSuccess + 1}`;
    return `${report.runs[row.run].name}, trial ${row.trial + 1}: ${outcome}`;
  };
  const select = el("select", { id: "with" }, el("option", { value: "" }, partners.length ? "nothing" : "no other trial of this task"), partners.map((i) => el("option", { value: index.name(i), selected: i === other }, name(i))));
  select.disabled = !partners.length;
  select.addEventListener("change", () => go({ with: select.value, wstep: "" }));
  bar.replaceChildren(
    el("button", { type: "button", class: "plain back", onclick: () => go({ trial: "", step: "", with: "", wstep: "", view: "trials" }, true) }, "← All trials"),
    el("label", { for: "with" }, "Compare with"),
    select,
  );
}

function notice(words) {
  const box = byId("notice");
  box.textContent = words;
  box.hidden = !words;
}

/** Move every pane in sight. */
function step(to) {
  const { main, other } = panes;
  if (!main.trial || state.trial === undefined) return;
  const changes = { step: Math.min(main.last, Math.max(0, to(main))) };
  if (state.with && other.trial) changes.wstep = Math.min(other.last, Math.max(0, to(other)));
  go(changes);
}

function compareNext() {
  if (panes.main.number < 0) return;
  const partners = index.partners(panes.main.number);
  const next = partners[state.with ? partners.indexOf(index.byName.get(state.with)) + 1 : 0];
  go({ with: next === undefined ? "" : index.name(next), wstep: "" });
}

function redraw() {
  for (const pane of Object.values(panes)) if (pane.trial) pane.show(pane.at);
}

const ACTIONS = {
  ArrowLeft: () => step((pane) => pane.at - 1),
  ArrowRight: () => step((pane) => pane.at + 1),
  Home: () => step(() => 0),
  End: () => step((pane) => pane.last),
  "[": () => step((pane) => pane.episodeStart(-1)),
  "]": () => step((pane) => pane.episodeStart(1)),
  ArrowUp: () => list.move(-1),
  ArrowDown: () => list.move(1),
  k: () => list.move(-1),
  j: () => list.move(1),
  PageUp: () => list.move(-list.page),
  PageDown: () => list.move(list.page),
  f: () => go({ outcome: state.outcome === "recovered" ? "" : "recovered" }),
  c: compareNext,
  "/": () => list.search.focus(),
  p() {
    reading.prompt = !reading.prompt;
    redraw();
  },
  r() {
    reading.raw = !reading.raw;
    redraw();
  },
};
/** Keys that elements with a scroll bar need themselves. */
const SCROLLING = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", "ArrowLeft", "ArrowRight"]);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const typing = event.target.closest?.("input, select, textarea");
  if (typing) {
    if (event.key === "Escape") typing.blur();
    return;
  }
  if (byId("help").open) return;
  if (SCROLLING.has(event.key) && event.target.closest?.("pre, .scroll, .inner-scroll")) return;
  const everywhere = { "?": showHelp, t: switchTheme, o: () => (location.hash = sections.trials.hidden ? lastTrials : "") };
  const action = everywhere[event.key] ?? (sections.trials.hidden ? undefined : ACTIONS[event.key]);
  if (!action) return;
  event.preventDefault();
  action();
});

function showHelp() {
  byId("help").showModal();
}

function fillHelp() {
  const help = byId("help");
  help.append(
    el("h2", { id: "help-title" }, "Keys"),
    el("table", {}, KEYS.map(([keys, words]) => el("tr", {}, el("th", { scope: "row" }, keys), el("td", {}, words)))),
    el("button", { type: "button", onclick: () => help.close() }, "Close"),
  );
  help.addEventListener("click", (event) => event.target === help && help.close());
}

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("lamer-report-theme", root.dataset.theme);
  } catch {
    // A page from a file may have no storage; the choice then lasts as long as the page.
  }
}

try {
  const theme = localStorage.getItem("lamer-report-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // As above.
}

fillHelp();
drawOverview(sections.overview, index.length);
byId("keys").addEventListener("click", showHelp);
byId("theme").addEventListener("click", switchTheme);
addEventListener("hashchange", follow);
addEventListener("popstate", follow);
follow();
document.documentElement.dataset.ready = "";
