// Elements made of text and attributes only: nothing that a model wrote is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. `on…` properties listen, `class` and attributes are set, children appended. */
function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same in SVG. */
function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const byId = (id) => document.getElementById(id);

/** A number for people: few digits, a true minus sign, a dash for none. */
function shown(value, digits = 2) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value;
  return value.toFixed(digits).replace("-", "−");
}

/** Without zeros at its end: rewards and returns. */
function brief(value) {
  if (typeof value !== "number") return shown(value);
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

const shortEnv = (id) => id.replace(/^LaMer\//, "").replace(/-v\d+$/, "");

/** The outcome of each episode as a mark: shape and colour say the same. */
function marks(episodes, firstSuccess) {
  const words = Array.from({ length: episodes }, (_, n) => (n === firstSuccess ? "solved" : "failed"));
  return el(
    "span",
    { class: "marks", role: "img", "aria-label": words.map((word, n) => `episode ${n + 1} ${word}`).join(", ") },
    words.map((word) => mark(word === "solved")),
  );
}

function mark(solved) {
  return svg(
    "svg",
    { viewBox: "0 0 16 16", class: `mark ${solved ? "good" : "bad"}`, "aria-hidden": "true" },
    svg("circle", { cx: 8, cy: 8, r: 7 }),
    svg("path", { d: solved ? "M4.6 8.3 7 10.7 11.4 5.6" : "M5.5 5.5l5 5m0-5l-5 5" }),
  );
}
