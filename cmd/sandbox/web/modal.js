// The modal that the app has opened for the acting person.
import { sync } from "./dom.js";
import { blockParts, plain } from "./blocks.js";
import { field } from "./fields.js";
import { tell } from "./talk.js";

// Slack's words when a submission came to nothing.
const unreachable = "We had some trouble connecting. Try again?";

// modal makes show(view, user), which is called with what is open at the moment, or
// null. names are as everywhere; press(view, block, element) presses a button in it.
export function modal(names, press) {
  const dialog = document.getElementById("modal");
  const [title, body, problem, cancel, submit] = ["modal-title", "modal-body", "modal-problem", "modal-cancel", "modal-submit"].map((id) => document.getElementById(id));
  let view = null, user = "", busy = false;
  const left = new Set(); // those that the person has closed, which the server may not know yet

  const fields = () => [...body.children].map((n) => n.field).filter(Boolean);

  function show(next, acting) {
    if (next && left.has(next.id)) next = null;
    if (!next) {
      view = null;
      if (!dialog.open) return;
      dialog.close();
      // Chromium gives a text its focus back, but takes no typing before it has it anew.
      const back = document.activeElement;
      if (back && back.tagName === "TEXTAREA") { back.blur(); back.focus(); }
      return;
    }
    if (view && view.id === next.id && view.hash === next.hash) return;
    const other = !view || view.id !== next.id;
    view = next;
    user = acting;
    draw(other);
  }

  function draw(other) {
    const v = view.view;
    title.textContent = plain(v.title);
    cancel.textContent = plain(v.close) || "Cancel";
    submit.textContent = plain(v.submit) || "Submit";
    submit.hidden = !v.submit;
    problem.textContent = "";
    if (other) body.replaceChildren();
    const parts = blockParts(view.blocks, names, { press: (b, e) => press(view, b, e) });
    sync(body, parts.map((p, i) => view.blocks[i].type === "input" ? { ...p, draw: (before) => field(view.blocks[i], before) } : p));
    if (!dialog.open) dialog.showModal();
    // Where nothing can be typed yet, the dialog has the focus until there is a field.
    if (other || [document.body, dialog, body, title].includes(document.activeElement)) (fields()[0] || title).focus();
  }

  async function send(event) {
    event.preventDefault();
    if (busy || submit.hidden) return;
    busy = true;
    submit.setAttribute("aria-disabled", "true");
    problem.textContent = "";
    const values = {};
    for (const f of fields()) { f.wrong(""); values[f.block] = { [f.action]: f.read() }; }
    const said = await tell("view/submit", { user, view: view.id, values });
    busy = false;
    submit.removeAttribute("aria-disabled");
    if (said.error) { problem.textContent = said.error; return; }
    const errors = said.errors || {};
    let first = null;
    for (const f of fields()) if (errors[f.block]) { f.wrong(errors[f.block]); first = first || f; }
    if (first) first.focus();
    else if (Object.keys(errors).length) problem.textContent = unreachable;
  }

  function leave() {
    if (!view) return;
    left.add(view.id);
    tell("view/close", { user, view: view.id });
    show(null);
  }

  document.getElementById("modal-form").addEventListener("submit", send);
  // Enter with a modifier submits from a text of several lines, too.
  body.addEventListener("keydown", (e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) send(e); });
  cancel.addEventListener("click", leave);
  document.getElementById("modal-x").addEventListener("click", leave);
  dialog.addEventListener("cancel", (e) => { e.preventDefault(); leave(); });
  return show;
}
