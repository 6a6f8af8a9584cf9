// Messages as DOM nodes, and lists of them.
import { el, tool, sync } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { blockParts } from "./blocks.js";
import { file } from "./files.js";
import { menuButton } from "./menu.js";

// avatar is a square with initials, of a colour that stays with the person.
export function avatar(id, name, bot) {
  let sum = 0;
  for (const c of id) sum = (sum * 31 + c.charCodeAt(0)) % 997;
  const initials = bot ? "M" : name.replace(/^Dr\.?\s+/, "").split(/\s+/).map((w) => w[0]).slice(0, 2).join("").toUpperCase();
  return face(bot ? "bot" : "c" + sum % 5, initials);
}

function face(cls, mark) {
  const node = el("span", "avatar " + cls, mark);
  node.setAttribute("aria-hidden", "true");
  return node;
}

const clock = (ts) => new Date(Number(ts) * 1000);
const removed = (m) => m.subtype === "tombstone";

function who(m, name, bot) {
  const time = el("time", "", clock(m.ts).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = clock(m.ts).toISOString();
  return el("p", "who", el("strong", "", name), bot ? el("span", "app", "APP") : null, time);
}

// words are what a message says: of an app its blocks where it has any, since a
// person's blocks only repeat the text.
function words(m, names, owner) {
  const blocks = names.isBot(m.user) && Array.isArray(m.blocks) ? m.blocks : [];
  const parts = blocks.length ? blockParts(blocks, names, owner)
    : m.text ? [{ key: "text", is: m.text + m.edited, draw: () => el("div", "text", ...mrkdwn(m.text, names), m.edited ? el("small", "edited", "(edited)") : null) }]
      : [];
  if (!m.streaming) return parts;
  // The caret stands behind the last word.
  const last = parts.pop() || { key: "text", is: "", draw: () => el("div", "text") };
  const draw = () => {
    const node = last.draw();
    let at = node;
    while (at.lastElementChild && /^(P|UL|OL|LI|BLOCKQUOTE|DIV)$/.test(at.lastElementChild.tagName)) at = at.lastElementChild;
    const caret = el("span", "caret");
    caret.setAttribute("aria-hidden", "true");
    at.append(caret);
    return node;
  };
  return [...parts, { key: last.key, is: last.is + "…", draw }, { key: "live", is: "", draw: () => el("p", "live", names.user(m.user) + " is writing…") }];
}

// inside are the parts of a message; opener says how many replies stand below it.
function inside(m, names, act, opener) {
  const name = names.user(m.user) || "Slackbot";
  const parts = [];
  if (m.only) parts.push({ key: "only", is: "", draw: () => el("p", "only", "Only visible to you") });
  if (removed(m)) {
    parts.push({ key: "gone", is: "", draw: () => el("p", "gone", "This message was deleted.") });
  } else {
    parts.push({ key: "who", is: name, draw: () => who(m, name, names.isBot(m.user)) });
    parts.push(...words(m, names, { press: (block, e) => act.press(m, block, e) }));
  }
  for (const f of m.files || []) parts.push({ key: "file " + f.id, is: JSON.stringify(f), draw: () => file(f) });
  const marks = m.reactions || [];
  if (marks.length) parts.push({ key: "marks", is: marks.join(), draw: () => el("p", "reactions", ...marks.map((r) => el("span", "", ":" + r + ":"))) });
  if (opener && !m.only) parts.push({ key: "replies", is: String(m.replies), draw: () => {
    const b = tool(m.replies ? "replies" : "replies none", "", m.replies ? m.replies + (m.replies === 1 ? " reply" : " replies") : "Reply in thread",
      () => act.open(m.thread_ts || m.ts));
    b.dataset.key = "replies";
    return b;
  } });
  return parts;
}

const portrait = (m, names) => removed(m) ? face("none", "–") : avatar(m.user, names.user(m.user) || "Slackbot", names.isBot(m.user));

// messagePart is the part (see sync) of one message.
function messagePart(m, names, act, opener) {
  const renew = (li) => {
    li.className = "message" + (m.only ? " whisper" : "") + (m.streaming ? " streaming" : "");
    // A screen reader hears of an answer when it is complete.
    li.setAttribute("aria-busy", String(Boolean(m.streaming)));
    if (li.message && li.message.user !== m.user) li.firstElementChild.replaceWith(portrait(m, names));
    li.message = m;
    li.querySelector(".more").hidden = m.only || removed(m);
    sync(li.querySelector(".body"), inside(m, names, act, opener));
  };
  return { key: m.ts + (m.only ? " only" : ""), is: JSON.stringify(m), renew, draw: () => {
    const li = el("li", "", portrait(m, names), el("div", "body"));
    const more = el("div", "more", menuButton("More actions", "⋮", () => act.choices(li.message)));
    li.append(more);
    li.dataset.ts = m.ts;
    li.tabIndex = -1;
    renew(li);
    return li;
  } };
}

// fill brings a list up to date. It stays at its end if it was there, else where
// it was.
export function fill(list, messages, names, act, opener) {
  const near = list.clientHeight ? list.scrollHeight - list.scrollTop - list.clientHeight < 80 : list.atEnd;
  sync(list, messages.map((m) => messagePart(m, names, act, opener)));
  list.atEnd = near && !list.held;
  if (list.atEnd) list.scrollTop = list.scrollHeight;
}

// follow keeps a list at its end, or at the message that was looked for, while
// pictures come late and the space for it changes.
export function follow(list) {
  list.atEnd = true;
  const keep = () => {
    if (list.held) list.held.scrollIntoView({ block: "center" });
    else if (list.atEnd) list.scrollTop = list.scrollHeight;
  };
  list.addEventListener("scroll", () => { list.atEnd = !list.held && list.scrollHeight - list.scrollTop - list.clientHeight < 80; });
  list.addEventListener("load", keep, true);
  new ResizeObserver(keep).observe(list);
  for (const by of ["wheel", "touchmove", "keydown", "pointerdown"]) list.addEventListener(by, () => { list.held = null; }, { passive: true });
}

// find shows one message of a list and gives it the focus; false when it is not there.
export function find(list, ts) {
  const li = [...list.children].find((n) => n.dataset.ts === ts);
  if (!li) return false;
  list.held = li;
  li.scrollIntoView({ block: "center" });
  li.focus({ preventScroll: true });
  li.classList.add("found");
  li.addEventListener("animationend", () => li.classList.remove("found"), { once: true });
  return true;
}
