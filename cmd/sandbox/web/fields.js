// The inputs of a modal. What they check themselves is nothing: the answer to a
// submission says what is wrong, and where.
import { el } from "./dom.js";
import { plain } from "./blocks.js";

let count = 0;

// line is an input of one line. A number is typed as text, so that what is no number
// is told and not swallowed.
function line(e, old) {
  const node = el("input", "field-input");
  node.type = "text";
  if (e.type === "number_input") node.inputMode = e.is_decimal_allowed ? "decimal" : "numeric";
  return worded(node, e, old);
}

function area(e, old) {
  const node = el("textarea", "field-input");
  node.rows = 5;
  return worded(node, e, old);
}

function worded(node, e, old) {
  node.autocomplete = "off";
  node.value = old ? old.value : e.initial_value || "";
  node.placeholder = plain(e.placeholder);
  return { node, targets: [node], get value() { return node.value; }, read: () => ({ type: e.type, value: node.value === "" ? null : node.value }) };
}

function select(e, old) {
  const options = e.options || (e.option_groups || []).flatMap((g) => g.options);
  const none = el("option", "", plain(e.placeholder) || "Choose an option");
  none.value = "";
  const node = el("select", "field-input", none, ...options.map((o) => { const n = el("option", "", plain(o.text)); n.value = o.value; return n; }));
  node.value = old ? old.value : (e.initial_option || { value: "" }).value;
  return { node, targets: [node], get value() { return node.value; }, read: () => chosen(e, options.find((o) => o.value === node.value)) };
}

function radios(e, old, id) {
  const begin = old ? old.value : (e.initial_option || { value: "" }).value;
  const targets = [];
  const rows = (e.options || []).map((o) => {
    const input = el("input");
    input.type = "radio";
    input.name = id;
    input.value = o.value;
    input.checked = o.value === begin;
    targets.push(input);
    return el("label", "radio", input, el("span", "", plain(o.text), o.description ? el("small", "", plain(o.description)) : null));
  });
  const value = () => (targets.find((t) => t.checked) || { value: "" }).value;
  return { node: el("div", "radios", ...rows), targets, get value() { return value(); }, read: () => chosen(e, (e.options || []).find((o) => o.value === value())) };
}

const chosen = (e, option) => ({ type: e.type, selected_option: option || null });
const kinds = { number_input: line, plain_text_input: (e, old) => (e.multiline ? area : line)(e, old), static_select: select, radio_buttons: radios };

// field makes the node of an input block. node.field has the ids of block and
// action, read() with the state that Slack sends, focus(), and wrong(sentence), which
// shows what is wrong with it. What was typed into an input of the same ids is kept.
export function field(b, before) {
  const e = b.element || {};
  const make = kinds[e.type];
  if (!make) return el("p", "context", "Here is an input of type " + e.type + ", which this page does not draw.");
  const id = "field-" + ++count;
  const old = before && before.field && before.field.type === e.type && before.field.action === e.action_id ? before.field : null;
  const control = make(e, old, id);
  const group = e.type === "radio_buttons";
  const label = el(group ? "legend" : "label", "field-label", plain(b.label), b.optional ? el("span", "optional", " (optional)") : null);
  const hint = b.hint ? el("p", "field-hint", plain(b.hint)) : null;
  if (hint) hint.id = id + "-hint";
  const error = el("p", "trouble");
  error.id = id + "-error";
  error.setAttribute("role", "alert");
  const node = el(group ? "fieldset" : "div", "input", label, control.node, error, hint);
  if (!group) { control.node.id = id; label.htmlFor = id; }
  const described = (group ? [node] : control.targets);
  for (const t of described) t.setAttribute("aria-describedby", (hint ? hint.id + " " : "") + error.id);
  for (const t of control.targets) t.dataset.key = "input " + b.block_id + " " + (group ? t.value : "");
  const wrong = (sentence) => {
    error.textContent = sentence;
    for (const t of control.targets) if (sentence) t.setAttribute("aria-invalid", "true"); else t.removeAttribute("aria-invalid");
  };
  node.addEventListener("input", () => wrong(""));
  node.field = {
    block: b.block_id, action: e.action_id, type: e.type, get value() { return control.value; }, read: control.read, wrong,
    focus: () => (control.targets.find((t) => t.checked) || control.targets[0]).focus(),
  };
  return node;
}
