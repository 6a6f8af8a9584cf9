// Messages, blocks and files as DOM nodes.
import { el, mrkdwn, markdown } from "./mrkdwn.js";

// textObject shows a mrkdwn or plain_text object.
function textObject(t, names) {
  if (!t || typeof t.text !== "string") return [];
  if (t.type === "plain_text") return [el("p", "", t.text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&"))];
  return mrkdwn(t.text, names);
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

function button(e, m, block, act) {
  const b = el("button", "button" + (e.style ? " " + e.style : ""), e.text && e.text.text);
  b.type = "button";
  b.addEventListener("click", () => act.click(m, block, e));
  return b;
}

function block(b, m, names, act) {
  switch (b.type) {
    case "section": {
      const fields = (b.fields || []).map((f) => el("div", "field", ...textObject(f, names)));
      const node = el("div", "section", el("div", "", ...textObject(b.text, names), fields.length ? el("div", "fields", ...fields) : null));
      if (b.accessory && b.accessory.type === "button") node.append(button(b.accessory, m, b, act));
      return node;
    }
    case "context":
      return el("div", "context", ...(b.elements || []).map((e) => e.type === "image"
        ? el("span", "", e.alt_text || "picture") : el("span", "", ...textObject(e, names))));
    case "header": return el("p", "header", b.text && b.text.text);
    case "divider": return el("hr");
    case "markdown": return el("div", "markdown", ...markdown(String(b.text || ""), names));
    case "rich_text": return el("div", "", ...(b.elements || []).map((e) => richText(e, names)));
    case "actions": return el("div", "actions", ...(b.elements || []).filter((e) => e.type === "button").map((e) => button(e, m, b, act)));
    case "image": return el("p", "context", "[" + (b.alt_text || "picture") + "]"); // never fetched: it would leave this machine
  }
  return el("p", "context", "A block of type " + b.type + ", which this page does not draw.");
}

const size = (n) => n < 1024 ? n + " B" : n < 1 << 20 ? Math.round(n / 1024) + " KB" : (n / (1 << 20)).toFixed(1) + " MB";

// chip is a file that is no picture here: its kind, name and size.
function chip(f, url) {
  const a = el("a", "card", el("span", "ext", f.kind), el("span", "", el("strong", "", f.name), el("small", "", size(f.size))));
  a.href = url;
  a.download = f.name;
  return a;
}

function file(f, act) {
  if (f.gone) return el("div", "card", "This file was deleted.");
  const url = "file/" + encodeURIComponent(f.id);
  if (!f.image) return chip(f, url);
  const img = el("img");
  img.src = url;
  img.alt = f.alt || f.title;
  img.loading = "lazy";
  const b = el("button", "picture", img);
  b.type = "button";
  b.setAttribute("aria-label", "Show " + f.title + " larger");
  b.addEventListener("click", () => act.enlarge(url, img.alt));
  const figure = el("figure", "", b, el("figcaption", "", f.title + ", " + size(f.size)));
  // The bytes may be something else than the name says.
  img.addEventListener("error", () => figure.replaceWith(chip(f, url)));
  return figure;
}

// avatar is a square with initials, of a colour that stays with the person.
export function avatar(id, name, bot) {
  let sum = 0;
  for (const c of id) sum = (sum * 31 + c.charCodeAt(0)) % 997;
  const initials = bot ? "M" : name.replace(/^Dr\.?\s+/, "").split(/\s+/).map((w) => w[0]).slice(0, 2).join("").toUpperCase();
  const node = el("span", "avatar " + (bot ? "bot" : "c" + sum % 5), initials);
  node.setAttribute("aria-hidden", "true");
  return node;
}

const clock = (ts) => new Date(Number(ts) * 1000);

// message shows one message; opener says how many replies stand below it.
export function message(m, names, act, opener) {
  const name = names.user(m.user) || "Slackbot";
  const bot = names.isBot(m.user);
  const time = el("time", "", clock(m.ts).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = clock(m.ts).toISOString();
  const body = el("div", "body",
    m.only ? el("p", "only", "Only visible to you") : null,
    el("p", "who", el("strong", "", name), bot ? el("span", "app", "APP") : null, time));
  // A person's blocks only repeat the text.
  const blocks = bot && Array.isArray(m.blocks) ? m.blocks : [];
  if (blocks.length) body.append(...blocks.map((b) => block(b, m, names, act)));
  else if (m.text) body.append(el("div", "text", ...mrkdwn(m.text, names), m.edited ? el("small", "edited", "(edited)") : null));
  for (const f of m.files || []) body.append(file(f, act));
  if ((m.reactions || []).length) body.append(el("p", "reactions", ...m.reactions.map((r) => el("span", "", ":" + r + ":"))));
  if (opener && !m.only) {
    const b = el("button", m.replies ? "replies" : "replies none", m.replies ? m.replies + (m.replies === 1 ? " reply" : " replies") : "Reply in thread");
    b.type = "button";
    b.addEventListener("click", () => act.open(m.thread_ts || m.ts));
    body.append(b);
  }
  const node = el("li", "message" + (m.only ? " whisper" : ""), avatar(m.user, name, bot), body);
  node.dataset.ts = m.ts;
  return node;
}

// fill brings a list up to date and touches only what has changed, so that a
// screen reader hears that alone and the place being read stays.
export function fill(list, messages, draw) {
  const near = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const old = new Map([...list.children].map((n) => [n.dataset.ts, n]));
  let at = list.firstElementChild;
  for (const m of messages) {
    const is = JSON.stringify(m);
    let node = old.get(m.ts);
    old.delete(m.ts);
    if (!node || node.is !== is) {
      const fresh = draw(m);
      fresh.is = is;
      if (node) { if (at === node) at = fresh; node.replaceWith(fresh); node = fresh; } else { list.insertBefore(fresh, at); continue; }
    }
    if (node !== at) list.insertBefore(node, at); else at = at.nextElementSibling;
  }
  for (const gone of old.values()) gone.remove();
  list.atEnd = near;
  if (near) list.scrollTop = list.scrollHeight;
}
