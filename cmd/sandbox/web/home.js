// The app's place: its tabs, and what it has published as its Home.
import { el, sync } from "./dom.js";
import { blockParts } from "./blocks.js";
import { tell } from "./talk.js";

// home makes show(view, wanted). Opening the tab tells the app, each time.
export function home(names, choose, press) {
  const root = document.getElementById("home");
  const tabs = { home: document.getElementById("tab-home"), messages: document.getElementById("tab-messages") };
  let open = "", waiting = false, problem = "";

  async function opened(user) {
    waiting = true;
    problem = "";
    const said = await tell("home", { user });
    if (open !== user) return;
    waiting = false;
    problem = said.error || "";
    draw();
  }

  let view = null;
  function draw() {
    const sentence = problem || (view ? "" : waiting ? "Opening…" : "MedBuddy has published nothing here yet.");
    const note = sentence ? [{ key: "note", is: sentence, draw: () => { const p = el("p", problem ? "trouble" : "context", sentence); p.setAttribute("role", "status"); return p; } }] : [];
    sync(root, [...note, ...(view ? blockParts(view.blocks, names, { press: (b, e) => press(view, b, e) }) : [])]);
  }

  for (const [name, tab] of Object.entries(tabs)) {
    tab.addEventListener("click", () => choose(name === "home" ? "home" : ""));
    tab.addEventListener("keydown", (e) => {
      if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") return;
      const other = name === "home" ? "messages" : "home";
      tabs[other].focus();
      tabs[other].click();
    });
  }

  // wanted is the acting person while their tab is open, else "".
  return function show(next, wanted) {
    for (const [name, tab] of Object.entries(tabs)) {
      const on = (name === "home") === Boolean(wanted);
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
    root.hidden = !wanted;
    view = next;
    if (wanted && wanted !== open) { open = wanted; root.replaceChildren(); opened(wanted); }
    open = wanted;
    if (wanted) draw();
  };
}
