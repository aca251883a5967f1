// What an agent saw, set for reading: a board, a page of the shop, or prose.

const SEPARATOR = " [SEP] ";

/** The picture of an observation, and whether it is more than the text. */
function picture(observation, context = {}) {
  const drawn = board(observation, context);
  if (drawn) return drawn;
  if (observation.includes(SEPARATOR)) return shopPage(observation, context);
  return prose(observation);
}

/** A page of WebShop. What can be clicked is known from the prompt, which lists it. */
function shopPage(text, { prompt = "", action = null }) {
  const clickable = new Set([...prompt.matchAll(/'click\[([^\n]*?)\]'/g)].map((found) => found[1].toLowerCase()));
  const target = /^\s*click\[(.*)\]\s*$/is.exec(action ?? "")?.[1].trim().toLowerCase();
  const parts = text.split(SEPARATOR);
  const page = el("div", { class: "shop" });
  let buttons = null;
  const button = (label) => {
    const chosen = target === label.toLowerCase();
    const element = el("span", { class: chosen ? "press chosen" : "press" }, label);
    if (!buttons) page.append((buttons = el("div", { class: "presses" })));
    buttons.append(element);
  };
  const add = (...elements) => {
    buttons = null;
    page.append(...elements);
  };
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i].trim();
    const next = parts[i + 1]?.trim() ?? "";
    if (part === "WebShop") continue;
    if (part === "Instruction:") {
      add(el("p", { class: "wish" }, next));
      i++;
    } else if (/^B[0-9A-Z]{9}$/.test(part) && i + 2 < parts.length && parts[i + 2].trim().startsWith("$")) {
      const chosen = target === part.toLowerCase();
      const [title, price] = [el("span", { class: "title" }, next), el("b", {}, parts[i + 2].trim())];
      add(el("div", { class: chosen ? "product chosen" : "product" }, el("code", {}, part), title, price));
      i += 2;
    } else if (part === "Search" && i === parts.length - 1) {
      const typed = /^\s*search\[(.*)\]\s*$/is.exec(action ?? "")?.[1];
      add(el("div", { class: typed ? "field typed" : "field" }, typed ?? "Search"));
    } else if (clickable.has(part.toLowerCase()) || target === part.toLowerCase()) {
      button(part);
    } else if (/^(Price|Rating): /.test(part) || part.startsWith("Page ")) {
      add(el("p", { class: "fact" }, part));
    } else if (next.startsWith("Price: ")) {
      add(el("h4", {}, part));
    } else {
      const named = clickable.has(next.toLowerCase());
      add(el("p", { class: named ? "option" : "copy" }, part));
    }
  }
  return page;
}

/** Paragraphs; numbered things (`cabinet 2`) stand out, and the errand does. */
function prose(text) {
  const box = el("div", { class: "prose" });
  for (const paragraph of text.split(/\n{2,}/)) {
    if (/^-= .* =-$/.test(paragraph.trim())) continue;
    const [before, goal] = paragraph.split("Your task is to: ");
    if (goal !== undefined && !before.trim()) box.append(el("p", { class: "wish" }, goal));
    else box.append(el("p", {}, things(paragraph)));
  }
  return box;
}

function things(text) {
  return text.split(/\b([a-z]+ \d+)\b/).map((part, n) => (n % 2 ? el("b", {}, part) : part));
}

/** An action as keys where it is moves, else as it is. */
function actionShown(action, valid) {
  const arrows = { up: "↑", down: "↓", left: "←", right: "→" };
  const moves = action.split(",").map((each) => each.trim().toLowerCase());
  if (valid && moves.every((each) => each in arrows)) {
    return el("span", { class: "moves", role: "img", "aria-label": action }, moves.map((each) => el("kbd", {}, arrows[each])));
  }
  return el("code", { class: "action" }, action || "none");
}

/** A response with what stands in its tags set off. */
function responseShown(text) {
  const parts = text.split(/(<(?:action|remark)>[\s\S]*?<\/(?:action|remark)>)/i);
  return el("pre", { class: "response" }, parts.map((part, n) => (n % 2 ? el("mark", {}, part) : part)));
}

/** A prompt, with a bar beside the lines that the prompt before it did not have. */
function promptShown(text, earlier) {
  const known = earlier === null ? null : new Set(earlier.split("\n"));
  const lines = text.split("\n").map((line, n) => {
    const fresh = known !== null && line.trim() && !known.has(line);
    return [n ? "\n" : null, fresh ? el("span", { class: "new" }, line) : line];
  });
  return el("pre", { class: "prompt", tabindex: "0", "aria-label": "Prompt" }, lines);
}
