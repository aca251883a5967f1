// One trial, looked at step by step.

const PARSES = {
  no_tag: "no complete tag",
  empty: "nothing in the tag",
  not_an_action: "not an action",
  too_many: "too many moves",
  outside: "off the board",
  repeated: "no longer possible",
};

/** How texts are shown, in every pane alike. */
const reading = { prompt: false, raw: false };

class Pane {
  /** @param handlers {step(number), close()|null} */
  constructor(index, handlers) {
    this.index = index;
    this.handlers = handlers;
    this.root = el("article", { class: "pane", "aria-busy": "true" });
    this.number = -1;
    this.at = 0;
  }

  /** Show a trial at a step; one that is asked for later wins. */
  async open(number, at) {
    if (number !== this.number) {
      this.number = number;
      this.trial = null;
      this.root.setAttribute("aria-busy", "true");
      const trial = await this.index.trial(number);
      if (number !== this.number) return;
      this.trial = trial;
      this.frame();
      this.root.removeAttribute("aria-busy");
    }
    if (this.trial) this.show(at);
  }

  frame() {
    const { trial } = this;
    const run = report.runs[trial.run];
    const facts = [trial.worded ? shortEnv(trial.env) : "", trial.type, `seed ${trial.seed}`, trial.trial ? `trial ${trial.trial + 1}` : "", trial.id];
    const close = this.handlers.close && el("button", { type: "button", class: "plain close", onclick: this.handlers.close, "aria-label": "Close the comparison" }, "✕");
    this.steps = timeline(trial, this.handlers.step);
    this.stage = el("div", { class: "stage" });
    this.root.replaceChildren(
      el(
        "header",
        { class: "pane-head" },
        el("div", { class: "pane-run" }, sign(trial.run), el("b", {}, run.name), marks(trial.episodes.length, trial.firstSuccess), close),
        el("h2", { class: trial.title.length > 90 ? "long" : null }, trial.title),
        el("p", { class: "facts" }, facts.filter(Boolean).join(" · ")),
      ),
      this.steps,
      this.stage,
    );
  }

  get last() {
    return this.trial ? this.trial.steps.length - 1 : 0;
  }

  /** The first step of the episode that lies so many episodes further. */
  episodeStart(by) {
    const { steps, episodes } = this.trial;
    const here = steps[this.at].episode;
    // Back goes first to the start of this episode.
    const wanted = by < 0 && this.at > episodes[here].first ? here : here + by;
    return episodes[Math.min(episodes.length - 1, Math.max(0, wanted))].first;
  }

  show(at) {
    const { trial } = this;
    this.at = Math.min(this.last, Math.max(0, at));
    const step = trial.steps[this.at];
    for (const button of this.steps.querySelectorAll(".stop")) {
      const here = Number(button.dataset.step) === this.at;
      if (here) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
      if (here) keepInSight(button, this.steps);
    }
    const before = this.at > 0 && trial.steps[this.at - 1].episode === step.episode ? trial.steps[this.at - 1] : null;
    const prompts = trial.steps.slice(0, this.at).filter((each) => each.prompt !== undefined);
    this.stage.className = `stage ${step.kind}`;
    this.stage.replaceChildren(...(step.kind === "end" ? this.ending(step, before) : this.turn(step, before, prompts.at(-1))));
  }

  turn(step, before, earlier) {
    const reflection = step.kind === "reflection";
    const title = reflection ? `Reflection after episode ${step.episode + 1}` : `Episode ${step.episode + 1}, turn ${step.turn + 1}`;
    const tags = [];
    if (!step.valid) tags.push(el("span", { class: "tag bad" }, reflection ? "no remark" : `invalid: ${PARSES[step.parse] ?? step.parse.replaceAll("_", " ")}`));
    else if (!step.effective && !reflection) tags.push(el("span", { class: "tag" }, "changed nothing"));
    const fact = (name, value, words) => el("div", { title: words }, el("dt", {}, name), el("dd", {}, value));
    const facts = el(
      "dl",
      { class: "figures-of-turn" },
      reflection ? null : fact("Action", actionShown(step.action, step.valid), "What stands in the tag"),
      reflection ? null : fact("Reward", brief(step.reward), "The environment's reward for this turn"),
      fact("Return", brief(step.return), "The discounted rewards from here on, later episodes included (Equation 4 of the paper)"),
      step.tokens === null ? null : fact("Tokens", String(step.tokens), "Tokens of the response"),
    );
    const context = { action: step.action, prompt: step.prompt, before: before && before.observation };
    const seen = reflection
      ? el("blockquote", {}, step.action || "It holds no remark.")
      : this.picture(step.observation, context);
    return [
      el("div", { class: "seen" }, el("h3", {}, title, tags), seen),
      el("div", { class: "said" }, facts, el("h3", { class: "small" }, "Response"), responseShown(step.response)),
      this.prompt(step, earlier),
    ];
  }

  ending(step, before) {
    const words = step.solved ? "Solved" : step.terminated ? "Lost" : "Out of turns";
    const sum = `after ${count(step.turn, "turn")}, reward ${brief(step.reward)}`;
    const context = { before: before && before.observation };
    return [
      el("div", { class: "seen" }, el("h3", {}, `End of episode ${step.episode + 1}`), this.picture(step.observation, context)),
      el("div", { class: "said" }, el("p", { class: `verdict ${step.solved ? "good" : "bad"}` }, mark(step.solved), el("b", {}, words), el("span", {}, sum))),
    ];
  }

  picture(observation, context) {
    return reading.raw ? el("pre", { class: "raw" }, observation) : picture(observation, context);
  }

  prompt(step, earlier) {
    const box = el("details", { class: "prompt-box" }, el("summary", {}, "Prompt", el("span", { class: "quiet" }, ` ${count(step.prompt.length, "character")}, the bar marks what is new`)));
    const write = () => box.append(promptShown(step.prompt, earlier ? earlier.prompt : null));
    box.open = reading.prompt;
    if (box.open) write();
    box.addEventListener("toggle", () => {
      reading.prompt = box.open;
      if (box.open && !box.querySelector("pre")) write();
    });
    return box;
  }
}

/** Scroll a row so that an element of it is in sight, without moving the page. */
function keepInSight(element, row) {
  const [inner, outer] = [element.getBoundingClientRect(), row.getBoundingClientRect()];
  if (inner.left < outer.left) row.scrollLeft -= outer.left - inner.left + 24;
  else if (inner.right > outer.right) row.scrollLeft += inner.right - outer.right + 24;
}
