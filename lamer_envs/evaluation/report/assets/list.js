// Which trials are listed, and the list: only the rows in sight exist.

const OUTCOMES = {
  "": ["Any outcome", () => true],
  recovered: ["Failed first, then solved", (row) => row.firstSuccess > 0],
  solved: ["Solved", (row) => row.firstSuccess >= 0],
  first: ["Solved at once", (row) => row.firstSuccess === 0],
  failed: ["Never solved", (row) => row.firstSuccess < 0],
  differ: ["Runs differ on the task", (row, index) => differs(row, index)],
};
const ROW_HEIGHT = 54;
const FILTERS = ["outcome", "run", "env", "type", "q"];

function differs(row, index) {
  const { run, firstSuccess } = index.columns;
  const rates = new Map();
  for (const i of index.byTask.get(row.task)) {
    const [solved, all] = rates.get(run[i]) ?? [0, 0];
    rates.set(run[i], [solved + (firstSuccess[i] >= 0), all + 1]);
  }
  return new Set([...rates.values()].map(([solved, all]) => solved / all)).size > 1;
}

class TrialList {
  /** @param go called with what of the address changes */
  constructor(root, index, go) {
    this.index = index;
    this.go = go;
    this.form = root.querySelector(".filters");
    this.counter = byId("count");
    this.deep = byId("deep");
    this.box = root.querySelector(".list");
    this.inner = root.querySelector(".rows");
    this.shownRows = [];
    this.current = -1;
    this.found = null;
    this.buildForm();
    this.box.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.box);
    this.box.addEventListener("click", (event) => {
      const row = event.target.closest("[data-trial]");
      if (row) this.choose(Number(row.dataset.trial));
    });
    this.deep.addEventListener("click", () => this.searchTexts());
  }

  buildForm() {
    const { columns } = this.index;
    const some = (values) => [...new Set(values)].filter(Boolean);
    const choice = (name, label, options) => {
      const select = el("select", { name, "aria-label": label }, options.map(([value, words]) => el("option", { value }, words)));
      select.addEventListener("change", () => this.go({ [name]: select.value }));
      return select;
    };
    const plain = (all, values, show = (value) => value) => [["", all], ...values.map((value) => [value, show(value)])];
    this.search = el("input", { type: "search", name: "q", placeholder: "Search tasks", "aria-label": "Search tasks (/)", autocomplete: "off", spellcheck: "false" });
    this.search.addEventListener("input", () => this.go({ q: this.search.value }));
    const envs = some(columns.tasks.map(([env]) => env));
    const types = some(columns.tasks.map(([, , , type]) => type)).sort();
    const runs = report.runs.map((run) => run.name);
    this.form.append(
      this.search,
      choice("outcome", "Outcome", Object.entries(OUTCOMES).filter(([key]) => key !== "differ" || runs.length > 1).map(([key, [words]]) => [key, words])),
      ...(runs.length > 1 ? [choice("run", "Run", plain("All runs", runs))] : []),
      ...(envs.length > 1 ? [choice("env", "Environment", plain("All environments", envs, shortEnv))] : []),
      ...(types.length > 1 ? [choice("type", "Task type", plain("All task types", types))] : []),
    );
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.searchTexts();
    });
  }

  /** Take the filters of an address. */
  filter(state) {
    for (const name of FILTERS) {
      const field = this.form.elements[name];
      if (field && field.value !== (state[name] ?? "")) field.value = state[name] ?? "";
    }
    const wanted = FILTERS.map((name) => state[name] ?? "").join("\n");
    if (wanted === this.wanted) return;
    const sameQuery = this.query === (state.q ?? "");
    this.wanted = wanted;
    this.query = state.q ?? "";
    if (!sameQuery) this.forgetTexts();
    this.state = state;
    this.apply();
    this.box.scrollTop = 0;
    this.draw();
  }

  apply() {
    const { state, index } = this;
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    const keep = (OUTCOMES[state.outcome ?? ""] ?? OUTCOMES[""])[1];
    this.shownRows = [];
    for (let i = 0; i < index.length; i++) {
      const row = index.row(i);
      if (state.run && report.runs[row.run].name !== state.run) continue;
      if (state.env && row.env !== state.env) continue;
      if (state.type && row.type !== state.type) continue;
      if (!keep(row, index)) continue;
      if (words.length && !this.found?.has(i)) {
        const text = `${row.title} ${row.id} ${row.seed} ${row.type}`.toLowerCase();
        if (!words.every((word) => text.includes(word))) continue;
      }
      this.shownRows.push(i);
    }
    const [some, all] = [this.shownRows.length, index.length];
    this.counter.textContent = some === all ? count(all, "trial") : `${some.toLocaleString("en")} of ${count(all, "trial")}`;
    this.deep.hidden = !words.length;
    if (!this.found) this.deep.textContent = "Search prompts and responses too";
  }

  forgetTexts() {
    this.stop?.abort();
    this.found = null;
    this.deep.disabled = false;
  }

  /** Look for the query in every text, which unpacks all chunks one after the other. */
  async searchTexts() {
    if (!this.query.trim() || this.deep.disabled) return;
    this.forgetTexts();
    const stop = (this.stop = new AbortController());
    this.found = new Set();
    this.deep.disabled = true;
    for await (const { found, done, total } of this.index.search(this.query.trim(), stop.signal)) {
      if (stop.signal.aborted) return;
      for (const i of found) this.found.add(i);
      this.deep.textContent = done < total ? `Searching … ${Math.round((100 * done) / total)} %` : `${count(this.found.size, "trial")} with these words`;
      this.apply();
      this.draw();
    }
  }

  /** Mark a trial as the one that is shown, and bring its row into sight. */
  mark(number) {
    this.current = number;
    const place = this.shownRows.indexOf(number);
    if (place >= 0) {
      const top = place * ROW_HEIGHT;
      const { scrollTop, clientHeight } = this.box;
      if (top < scrollTop) this.box.scrollTop = top;
      else if (top + ROW_HEIGHT > scrollTop + clientHeight) this.box.scrollTop = top + ROW_HEIGHT - clientHeight;
    }
    this.draw();
  }

  choose(number) {
    if (number !== undefined) this.go({ trial: this.index.name(number), step: "", with: "", wstep: "" }, true);
  }

  /** To the row that lies so many rows further; from none to the first. */
  move(by) {
    if (!this.shownRows.length) return;
    const place = this.shownRows.indexOf(this.current);
    const next = place < 0 ? 0 : Math.min(this.shownRows.length - 1, Math.max(0, place + by));
    this.choose(this.shownRows[next]);
  }

  get page() {
    return Math.max(1, Math.floor(this.box.clientHeight / ROW_HEIGHT) - 1);
  }

  draw() {
    const { shownRows, box } = this;
    this.inner.style.height = `${shownRows.length * ROW_HEIGHT}px`;
    const first = Math.max(0, Math.floor(box.scrollTop / ROW_HEIGHT) - 4);
    const last = Math.min(shownRows.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW_HEIGHT) + 4);
    const rows = [];
    for (let place = first; place < last; place++) rows.push(this.row(shownRows[place], place));
    this.inner.replaceChildren(...rows);
    const there = shownRows.includes(this.current) && this.inner.querySelector(`[data-trial="${this.current}"]`);
    if (there) box.setAttribute("aria-activedescendant", there.id);
    else box.removeAttribute("aria-activedescendant");
  }

  row(i, place) {
    const row = this.index.row(i);
    const selected = i === this.current;
    const again = row.trial ? ` · trial ${row.trial + 1}` : "";
    const element = el(
      "div",
      { class: "row", role: "option", id: `row-${i}`, "data-trial": i, "aria-selected": String(selected), "aria-setsize": this.shownRows.length, "aria-posinset": place + 1 },
      el("div", { class: "row-title", title: row.title }, row.title),
      el("div", { class: "row-facts" }, sign(row.run), el("span", { class: "row-run" }, report.runs[row.run].name), el("span", { class: "row-seed" }, `seed ${row.seed}${again}`)),
      marks(row.episodes, row.firstSuccess),
    );
    element.style.top = `${place * ROW_HEIGHT}px`;
    return element;
  }
}
