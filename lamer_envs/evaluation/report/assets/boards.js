// Boards, drawn from the text that the agent saw.

const CELL = 40;
const EDGE = 22;

const SOKOBAN_ROW = /^\d+: [#_OX√PS]( [#_OX√PS])*$/;
const MINES_ROW = /^Row \d+: [?.1-8*]( [?.1-8*])*$/;

/** Rows of cells if each line is a row of a board, else null. */
function cellsOf(text, row) {
  const lines = text.split("\n");
  if (!lines.every((line) => row.test(line))) return null;
  const cells = lines.map((line) => line.slice(line.indexOf(":") + 2).split(" "));
  return cells.every((each) => each.length === cells[0].length) ? cells : null;
}

/** A drawn board, or null where the text is none. `before` is what was seen one turn earlier. */
function board(text, { action = null, before = null } = {}) {
  const sokoban = cellsOf(text, SOKOBAN_ROW);
  if (sokoban) return frame(sokoban, 0, "sokoban", text, sokobanCell);
  const mines = cellsOf(text, MINES_ROW);
  if (!mines) return null;
  const earlier = before === null ? null : cellsOf(before, MINES_ROW);
  const chosen = cellNamed(action);
  return frame(mines, 1, "mines", text, (symbol, row, col) => {
    const fresh = earlier !== null && earlier[row]?.[col] === "?" && symbol !== "?";
    const aimed = chosen !== null && chosen[0] === row + 1 && chosen[1] === col + 1;
    return minesCell(symbol, fresh, aimed);
  });
}

function cellNamed(action) {
  const found = /^\s*\(?\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)?\s*$/.exec(action ?? "");
  return found && [Number(found[1]), Number(found[2])];
}

/** The grid with the numbers that rows and columns have in the text. */
function frame(cells, origin, kind, text, draw) {
  const [height, width] = [cells.length, cells[0].length];
  const parts = [];
  for (let col = 0; col < width; col++) parts.push(label(EDGE + (col + 0.5) * CELL, EDGE / 2, col + origin));
  cells.forEach((symbols, row) => {
    parts.push(label(EDGE / 2, EDGE + (row + 0.5) * CELL, row + origin));
    symbols.forEach((symbol, col) => {
      const at = `translate(${EDGE + col * CELL} ${EDGE + row * CELL})`;
      parts.push(svg("g", { transform: at }, draw(symbol, row, col)));
    });
  });
  const size = [EDGE + width * CELL + 2, EDGE + height * CELL + 2];
  const drawn = svg(
    "svg",
    { viewBox: `0 0 ${size.join(" ")}`, class: `board ${kind}`, role: "img", "aria-label": text },
    parts,
  );
  drawn.style.maxWidth = `${1.35 * size[0]}px`;
  return drawn;
}

function label(x, y, number) {
  return svg("text", { x, y, class: "edge", "text-anchor": "middle", "dominant-baseline": "central" }, String(number));
}

const square = (inset, round, name) =>
  svg("rect", { x: inset, y: inset, width: CELL - 2 * inset, height: CELL - 2 * inset, rx: round, class: name });

const path = (d, name) => svg("path", { d, class: name });

const disc = (r, name, cx = 20, cy = 20) => svg("circle", { cx, cy, r, class: name });

function sokobanCell(symbol) {
  if (symbol === "#") return [square(0, 0, "wall"), path("M0 13.5H40M0 27H40M13 0V13.5M29 13.5V27M13 27V40", "mortar")];
  const ground = [square(0, 0, "floor"), path("M40 0V40H0", "seam")];
  const target = [disc(11, "ring"), disc(4.5, "spot")];
  const player = [path("M9 35c0-8 4.6-12.5 11-12.5S31 27 31 35z", "body"), disc(7.5, "head", 20, 14.5)];
  switch (symbol) {
    case "O":
      return [...ground, ...target];
    case "X":
      return [...ground, square(5, 5, "box"), square(10, 2, "panel"), path("M10 30 30 10", "brace")];
    case "√":
      return [...ground, square(5, 5, "box home"), path("M12.5 20.5 18 26 28 14.5", "tick")];
    case "P":
      return [...ground, ...player];
    case "S":
      return [...ground, disc(15, "ring"), ...player];
    default:
      return ground;
  }
}

function minesCell(symbol, fresh, aimed) {
  const parts = [];
  if (symbol === "?") {
    parts.push(square(1.5, 5, "closed"), path("M5 3.5H35", "shine"));
  } else if (symbol === "*") {
    const spikes = path("M20 8V32M8 20H32M11.8 11.8 28.2 28.2M28.2 11.8 11.8 28.2", "spikes");
    parts.push(square(1.5, 5, "blast"), spikes, disc(8.5, "mine"), disc(2.2, "glint", 17, 17));
  } else {
    parts.push(square(1.5, 5, fresh ? "open fresh" : "open"));
    if (symbol !== ".") {
      const place = { x: 20, y: 21, "text-anchor": "middle", "dominant-baseline": "central" };
      parts.push(svg("text", { ...place, class: `digit n${symbol}` }, symbol));
    }
  }
  if (aimed) parts.push(square(3, 4, "aim"));
  return parts;
}
