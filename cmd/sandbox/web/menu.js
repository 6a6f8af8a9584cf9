// The menu of a message, as Slack's: by mouse, and by keyboard alone.
import { el, tool } from "./dom.js";

const menu = document.getElementById("menu");
let opener = null;

// openMenu shows items ({text, app, danger, run}) below the button that was pressed.
function openMenu(button, items) {
  if (!items.length) return;
  menu.replaceChildren(...items.map((item) => {
    const b = tool(item.danger ? "bad" : "", "", item.text, () => { menu.hidePopover(); item.run(); });
    if (item.app) { const by = el("small", "", item.app); by.setAttribute("aria-hidden", "true"); b.append(by); }
    b.setAttribute("role", "menuitem");
    b.tabIndex = -1;
    return b;
  }));
  opener = button;
  menu.showPopover();
  button.setAttribute("aria-expanded", "true");
  const at = button.getBoundingClientRect();
  menu.style.left = Math.max(8, Math.min(at.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8)) + "px";
  menu.style.top = (at.bottom + menu.offsetHeight + 8 < innerHeight ? at.bottom + 4 : Math.max(8, at.top - menu.offsetHeight - 4)) + "px";
  menu.firstChild.focus();
}

// menuButton makes the button that opens a menu; items() are asked for at that time.
export function menuButton(label, mark, items) {
  let shut = false; // this very press has closed it already
  const b = tool("tool", label, mark, () => { if (!shut) openMenu(b, items()); shut = false; });
  b.addEventListener("pointerdown", () => { shut = opener === b; });
  b.title = label;
  b.setAttribute("aria-haspopup", "menu");
  b.setAttribute("aria-expanded", "false");
  b.dataset.key = "menu";
  return b;
}

menu.addEventListener("beforetoggle", (e) => {
  if (e.newState !== "closed" || !opener) return;
  opener.setAttribute("aria-expanded", "false");
  opener = null;
});
menu.addEventListener("keydown", (e) => {
  const items = [...menu.children];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[e.key];
  if (to !== undefined) items.at(to % items.length).focus();
  else if (e.key === "Tab") menu.hidePopover();
  else return;
  e.preventDefault();
});
