// The replay's keys: each follows the link on the page that does the same.
const links = { ArrowLeft: "prev", ArrowRight: "next", Home: "first", End: "last" };
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  // Inside a scrolled text the keys belong to the text.
  if (event.target.closest("input, textarea, select, pre")) return;
  const link = links[event.key] && document.getElementById(links[event.key]);
  if (!link) return;
  event.preventDefault();
  location.assign(link.href);
});

// What the agent used may lie below the fold.
document.querySelector(".used")?.scrollIntoView({ block: "nearest" });
