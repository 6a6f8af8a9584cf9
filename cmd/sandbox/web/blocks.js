// Block Kit as DOM nodes: what messages, modals and the Home tab are made of.
import { el, tool } from "./dom.js";
import { mrkdwn, markdown } from "./mrkdwn.js";
import { address, picture } from "./files.js";
import { sure } from "./sure.js";

const plain = (t) => (t && t.text || "").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

// textObject shows a mrkdwn or plain_text object.
function textObject(t, names) {
  if (!t || typeof t.text !== "string") return [];
  return t.type === "plain_text" ? [el("p", "", plain(t))] : mrkdwn(t.text, names);
}

// richText shows the elements of a rich_text block.
function richText(e, names) {
  const kids = () => (e.elements || []).map((k) => richText(k, names));
  switch (e.type) {
    case "rich_text_section": return el("p", "", ...kids());
    case "rich_text_list": return el(e.style === "ordered" ? "ol" : "ul", "", ...kids().map((k) => el("li", "", k)));
    case "rich_text_quote": return el("blockquote", "", ...kids());
    case "rich_text_preformatted": return el("pre", "", ...kids());
    case "user": return el("span", "mention", "@" + (names.user(e.user_id) || e.user_id));
    case "channel": return el("span", "mention", "#" + (names.channel(e.channel_id) || e.channel_id));
    case "emoji": return document.createTextNode(":" + e.name + ":");
  }
  const text = e.text || e.url || "";
  const s = e.style || {};
  let node = document.createTextNode(text);
  for (const [on, tag] of [[s.code, "code"], [s.bold, "strong"], [s.italic, "em"], [s.strike, "s"]]) if (on) node = el(tag, "", node);
  return node;
}

const undrawn = (what, type) => el("p", "context", "Here is " + what + " of type " + type + ", which this page does not draw.");

// button is a button of the app. It takes no second press while one is under way,
// and says so when the app did not answer. It keeps the focus all the time.
function button(e, b, owner, problem) {
  const node = tool("button" + (e.style ? " " + e.style : ""), e.accessibility_label, plain(e.text), async () => {
    if (node.getAttribute("aria-disabled") === "true") return;
    if (e.confirm && !(await sure({ title: plain(e.confirm.title), text: plain(e.confirm.text), yes: plain(e.confirm.confirm),
      no: plain(e.confirm.deny), danger: e.confirm.style === "danger" }))) return;
    problem.textContent = "";
    node.setAttribute("aria-disabled", "true");
    const sentence = await owner.press(b, e);
    node.removeAttribute("aria-disabled");
    problem.textContent = sentence;
  });
  node.dataset.key = "press " + (e.action_id || "") + " " + (e.value || "");
  return node;
}

// trouble is where Slack's small error stands.
function trouble() {
  const p = el("p", "trouble");
  p.setAttribute("role", "alert");
  return p;
}

// image shows a file of this workspace, small without a larger view. An address
// elsewhere is never asked for.
function image(b, small) {
  const of = b.slack_file || {};
  const file = of.id || (/\/(?:[A-Z0-9]+-)?(F[A-Z0-9]+)(?:\/|$)/.exec(of.url || "") || [])[1];
  if (!file) return el("span", "away", (b.alt_text || "picture") + " (on another site, not loaded here)");
  if (!small) return picture(file, b.alt_text, plain(b.title) || b.alt_text);
  const img = el("img", "icon");
  img.src = address(file);
  img.alt = b.alt_text;
  return img;
}

function element(e, b, owner, problem) {
  switch (e.type) {
    case "button": return button(e, b, owner, problem);
    case "image": return image(e, false);
  }
  return undrawn("an element", e.type);
}

function block(b, names, owner) {
  switch (b.type) {
    case "section": {
      const problem = trouble();
      const words = el("div", "words", ...textObject(b.text, names),
        b.fields ? el("div", "fields", ...b.fields.map((f) => el("div", "field", ...textObject(f, names)))) : null);
      const node = el("div", "section", words);
      if (b.accessory) node.append(el("div", "accessory", element(b.accessory, b, owner, problem)), problem);
      return node;
    }
    case "context":
      return el("div", "context", ...(b.elements || []).map((e) => e.type === "image" ? image(e, true) : el("div", "", ...textObject(e, names))));
    case "actions": {
      const problem = trouble();
      return el("div", "actions", ...(b.elements || []).map((e) => element(e, b, owner, problem)), problem);
    }
    case "header": return el("h3", "header", plain(b.text));
    case "divider": return el("hr");
    case "markdown": return el("div", "markdown", ...markdown(String(b.text || ""), names));
    case "rich_text": return el("div", "", ...(b.elements || []).map((e) => richText(e, names)));
    case "image": return el("figure", "block", b.title ? el("figcaption", "", plain(b.title)) : null, image(b, false));
  }
  return undrawn("a block", b.type);
}

// blockParts gives the parts (see sync) for a list of blocks. The owner has
// press(block, element), which gives a promise of a sentence when nothing came of it.
export const blockParts = (list, names, owner) => list.map((b, i) => ({
  key: "block " + (b.block_id || i), is: JSON.stringify(b), draw: () => block(b, names, owner),
}));

export { plain, textObject };
