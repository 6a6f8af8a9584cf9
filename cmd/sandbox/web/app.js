// The page: who acts, which channel and thread are open, and keeping them current.
import { el } from "./mrkdwn.js";
import { avatar, fill, message } from "./view.js";
import { composer } from "./composer.js";

const $ = (id) => document.getElementById(id);
const at = { user: "", channel: "", thread: "" };
const seen = {}; // newest ts that was looked at, by person and channel
let state = null;

const person = (id) => state.people.find((p) => p.id === id);
const names = {
  user: (id) => (person(id) || {}).name,
  isBot: (id) => Boolean((person(id) || {}).bot),
  channel: (id) => (state.channels.find((c) => c.id === id) || {}).name,
};
const channelName = (c) => (c.direct ? "MedBuddy" : "# " + c.name);

// load fetches what the person sees; a newer request makes an older one void.
let turn = 0;
async function load() {
  const mine = ++turn;
  const answer = await fetch("state?" + new URLSearchParams(at));
  if (!answer.ok) throw new Error("state " + answer.status);
  const next = await answer.json();
  if (mine !== turn) return;
  const first = !state;
  state = next;
  at.user = at.user || state.actors[0];
  if (!state.channels.some((c) => c.id === at.channel)) {
    at.channel = state.start.channel;
    at.thread = first ? state.start.thread : "";
    if (at.thread) return load();
  }
  show();
}

function show() {
  const channel = state.channels.find((c) => c.id === at.channel);
  seen[at.user + at.channel] = channel ? channel.last : "";
  $("team").textContent = state.team;
  $("banner-text").textContent = "Slack, its people and its channels are made up on this machine. The answers come from " + state.model + ".";
  $("banner").className = state.real ? "real" : "";
  $("online").textContent = state.online ? "" : "MedBuddy is not connected.";
  $("channel-name").textContent = channel ? channelName(channel) : "";
  $("thread-name").textContent = "Thread";
  document.title = (channel ? channelName(channel) : "") + " | MedBuddy sandbox";
  document.body.classList.toggle("threaded", Boolean(at.thread));
  side();
  fill($("messages"), state.messages, (m) => message(m, names, act, true));
  $("thread").hidden = !at.thread;
  if (at.thread) {
    fill($("replies"), state.thread || [], (m) => message(m, names, act, false));
    $("status").textContent = state.status ? "MedBuddy " + state.status : "";
    invite();
  }
  if (channel) inChannel.name("Message " + channelName(channel).replace("# ", "#"));
}

// side keeps its buttons, so that the keyboard's place is not lost.
let drawn = "";
function side() {
  const now = JSON.stringify([state.channels, state.actors, state.people, at.user, at.channel, seen]);
  if (now === drawn) return;
  drawn = now;
  const focused = document.activeElement && document.activeElement.dataset.id;
  const row = (id, on, run, ...children) => {
    const b = el("button", "row", ...children);
    b.type = "button";
    b.dataset.id = id;
    b.setAttribute("aria-pressed", String(on));
    b.addEventListener("click", run);
    return el("li", "", b);
  };
  $("channels").replaceChildren(...state.channels.map((c) => {
    const unread = c.last && c.id !== at.channel && (seen[at.user + c.id] || "") < c.last;
    const item = row(c.id, c.id === at.channel, () => goTo({ channel: c.id, thread: "" }), channelName(c));
    item.firstChild.classList.toggle("unread", Boolean(unread));
    return item;
  }));
  $("actors").replaceChildren(...state.actors.map((id) => row(id, id === at.user, () => goTo({ user: id }), avatar(id, names.user(id), false), names.user(id))));
  if (focused) { const again = document.querySelector("[data-id='" + CSS.escape(focused) + "']"); if (again) again.focus(); }
}

function goTo(where) {
  const old = JSON.stringify(at);
  Object.assign(at, where);
  if (JSON.stringify(at) === old) return;
  for (const [key, list] of [["channel", $("messages")], ["thread", $("replies")]]) if (key in where || "user" in where) list.replaceChildren();
  refresh();
}

// invite offers a first question below a scan that nobody has asked about.
function invite() {
  const list = $("replies");
  let offer = $("offer");
  const wanted = state.thread && state.thread.length === 1 && (state.thread[0].files || []).length && !names.isBot(state.thread[0].user);
  if (!wanted) { if (offer) offer.remove(); return; }
  if (offer) return;
  const ask = el("button", "button", "@MedBuddy What does this scan show?");
  ask.type = "button";
  ask.addEventListener("click", () => inThread.draft("@MedBuddy What does this scan show?"));
  offer = el("div", "", el("p", "", "Ask about this scan. Follow-up questions need no mention."), ask);
  offer.id = "offer";
  list.after(offer);
}

const act = {
  open: (ts) => { goTo({ thread: ts }); inThread.focus(); },
  enlarge: (url, name) => { const img = $("viewer").querySelector("img"); img.src = url; img.alt = name; $("viewer").showModal(); },
  click: (m, block, e) => tell("click", JSON.stringify({
    channel: at.channel, ts: m.ts, user: at.user, action_id: e.action_id || "", block_id: block.block_id || "", value: e.value || "",
  })).then((said) => { $("status").textContent = said.error || ""; }),
};

// tell posts to the server and gives its sentence when nothing came of it.
async function tell(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", body });
    const said = await answer.json();
    if (!answer.ok) return { error: said.error || "That did not work." };
    return said;
  } catch {
    return { error: "The sandbox does not answer. Is it still running?" };
  }
}

async function send(text, files, thread) {
  const form = new FormData();
  form.set("user", at.user);
  form.set("channel", at.channel);
  form.set("thread", thread);
  form.set("text", text);
  for (const f of files) form.append("files", f, f.name);
  const said = await tell("post", form);
  if (said.error) return said.error;
  // A new question or scan opens its thread, where the answer comes.
  const direct = state.channels.some((c) => c.id === at.channel && c.direct);
  if (said.ts && !thread && (direct || files.length || /@MedBuddy\b/i.test(text))) goTo({ thread: said.ts });
  return "";
}

const helps = (commands) => () => ({
  people: state ? [names.user(state.bot), ...state.actors.filter((id) => id !== at.user).map(names.user)] : [],
  commands: state && commands ? state.commands || [] : [],
});
const inChannel = composer($("channel-composer"), "Message to the channel", (text, files) => send(text, files, ""), helps(true));
const inThread = composer($("thread-composer"), "Reply in the thread", (text, files) => send(text, files, at.thread), helps(false));
inThread.name("Reply…");

// A picture that comes late must not push the newest message out of sight.
for (const list of [$("messages"), $("replies")]) {
  list.addEventListener("scroll", () => { list.atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80; });
  list.addEventListener("load", () => { if (list.atEnd) list.scrollTop = list.scrollHeight; }, true);
}

$("close-thread").addEventListener("click", () => goTo({ thread: "" }));
$("viewer").addEventListener("click", () => $("viewer").close());

function refresh() {
  load().catch(() => { $("online").textContent = "The sandbox does not answer. Is it still running?"; });
}

// One look at a time, however many changes there are.
let busy = false, again = false;
new EventSource("changes").addEventListener("message", async () => {
  if (busy) { again = true; return; }
  busy = true;
  do { again = false; await load().catch(() => {}); } while (again);
  busy = false;
});
