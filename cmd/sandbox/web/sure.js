// Asking whether a person is sure.
import { el, tool } from "./dom.js";

// sure asks in a dialog and gives a promise of the answer. Escape is a no.
export function sure({ title, text, yes, no, danger }) {
  return new Promise((resolve) => {
    const dialog = el("dialog", "sheet small");
    const name = el("h2", "", title);
    name.id = "sure-title";
    dialog.setAttribute("role", "alertdialog");
    dialog.setAttribute("aria-labelledby", name.id);
    let answer = false;
    dialog.append(el("header", "", name), el("div", "sheet-body", el("p", "", text)), el("footer", "",
      tool("button", "", no || "Cancel", () => dialog.close()),
      tool("button " + (danger ? "danger" : "primary"), "", yes || "OK", () => { answer = true; dialog.close(); })));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(answer); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
