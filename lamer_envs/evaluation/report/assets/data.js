// What the page carries, unpacked when it is needed.

const report = JSON.parse(byId("report").textContent);

/** The inverse of `pack` in packing.py. */
async function unpack(id) {
  const element = byId(id);
  if (!element) throw new Error(`this page has no part ${id}`);
  const letters = atob(element.textContent);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

const CHUNKS_KEPT = 12;
const chunks = new Map();

/** A chunk of trials; the ones used last stay unpacked. */
function chunk(number) {
  const there = chunks.get(number) ?? unpack(`chunk-${number}`);
  chunks.delete(number);
  chunks.set(number, there);
  if (chunks.size > CHUNKS_KEPT) chunks.delete(chunks.keys().next().value);
  return there;
}

/** Every trial of the report, by number: columns, and what belongs together. */
class Index {
  constructor(columns) {
    this.columns = columns;
    this.length = columns.run.length;
    this.byName = new Map();
    this.byTask = new Map();
    for (let i = 0; i < this.length; i++) {
      this.byName.set(this.name(i), i);
      const task = columns.task[i];
      if (!this.byTask.has(task)) this.byTask.set(task, []);
      this.byTask.get(task).push(i);
    }
  }

  /** What the address of the page calls a trial. */
  name(i) {
    const { run, seed, trial } = this.columns;
    return `${report.runs[run[i]].name}:${seed[i]}:${trial[i]}`;
  }

  row(i) {
    const c = this.columns;
    const [env, id, words, type] = c.tasks[c.task[i]];
    return {
      number: i,
      run: c.run[i],
      seed: c.seed[i],
      trial: c.trial[i],
      task: c.task[i],
      firstSuccess: c.firstSuccess[i],
      episodes: c.episodes[i],
      turns: c.turns[i],
      return: c.return[i],
      env,
      id,
      worded: Boolean(words),
      title: words || `${shortEnv(env)}, task ${c.seed[i]}`,
      type,
    };
  }

  /** Other trials of the same task: those of other runs first. */
  partners(i) {
    const { run, task } = this.columns;
    const others = this.byTask.get(task[i]).filter((other) => other !== i);
    return [...others.filter((o) => run[o] !== run[i]), ...others.filter((o) => run[o] === run[i])];
  }

  /** The trial with its texts: episodes, and the steps to look at one after the other. */
  async trial(i) {
    const { lines, trials } = await chunk(this.columns.chunk[i]);
    const text = (numbers) => numbers.map((n) => lines[n]).join("\n");
    const turn = (t, kind, episode, number) => ({
      kind,
      episode,
      turn: number,
      prompt: text(t[0]),
      response: text(t[1]),
      action: text(t[2]),
      observation: text(t[3]),
      parse: t[4],
      reward: t[5],
      return: t[6],
      valid: t[7] === 1,
      effective: t[8] === 1,
      tokens: t[9],
    });
    const steps = [];
    const episodes = trials[this.columns.place[i]].map((packed, episode) => {
      const first = steps.length;
      packed.turns.forEach((t, number) => steps.push(turn(t, "turn", episode, number)));
      const solved = packed.success === 1;
      const reward = steps.slice(first).reduce((sum, step) => sum + Number(step.reward), 0);
      steps.push({
        kind: "end",
        episode,
        turn: packed.turns.length,
        observation: text(packed.final),
        solved,
        terminated: packed.terminated === 1,
        reward,
      });
      if (packed.reflection) steps.push(turn(packed.reflection, "reflection", episode, packed.turns.length));
      return { first, end: steps.length, solved };
    });
    return { ...this.row(i), episodes, steps };
  }

  /** Numbers of the trials in which a text occurs, chunk by chunk. */
  async *search(wanted, signal) {
    const places = new Map();
    const { chunk: chunkOf, place } = this.columns;
    for (let i = 0; i < this.length; i++) places.set(`${chunkOf[i]}/${place[i]}`, i);
    const needle = wanted.toLowerCase();
    const total = this.length ? Math.max(...new Set(chunkOf)) + 1 : 0;
    for (let number = 0; number < total && !signal.aborted; number++) {
      // Not through the cache: everything would pass it once.
      const { lines, trials } = await (chunks.get(number) ?? unpack(`chunk-${number}`));
      const hits = new Set();
      lines.forEach((line, n) => line.toLowerCase().includes(needle) && hits.add(n));
      const has = (numbers) => numbers.some((n) => hits.has(n));
      const turnHas = (t) => t && (has(t[0]) || has(t[1]));
      const found = [];
      trials.forEach((episodes, at) => {
        const hit = episodes.some((e) => e.turns.some(turnHas) || turnHas(e.reflection) || has(e.final));
        if (hit && hits.size) found.push(places.get(`${number}/${at}`));
      });
      yield { found, done: number + 1, total };
    }
  }
}
