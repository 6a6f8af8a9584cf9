// The page: who acts, which channel and thread are open, and keeping them current.
import { el, tool } from "./dom.js";
import { tell, look, notice } from "./talk.js";
import { avatar, fill, find, follow } from "./view.js";
import { composer } from "./composer.js";
import { modal } from "./modal.js";
import { home } from "./home.js";
import { actions } from "./act.js";
import "./tips.js";

const $ = (id) => document.getElementById(id);
const at = { user: "", channel: "", thread: "", tab: "" };
const seen = {}; // newest ts that was looked at, by person and channel
let state = null;
let wanted = ""; // ts of a message to show as soon as it is there
let eager = false; // the thread that is being opened is to be written in

const person = (id) => state.people.find((p) => p.id === id);
const names = {
  user: (id) => (person(id) || {}).name,
  isBot: (id) => Boolean((person(id) || {}).bot),
  channel: (id) => (state.channels.find((c) => c.id === id) || {}).name,
  visit,
};
const channelName = (c) => (c.direct ? names.user(state.bot) : "# " + c.name);

// load fetches what the person sees; a newer request makes an older one void.
let turn = 0;
async function load() {
  const mine = ++turn;
  const next = await look("state", { user: at.user, channel: at.channel, thread: at.thread });
  if (mine !== turn) return;
  if (next.error) { $("online").textContent = next.error; return; }
  const first = !state;
  const direct = state && state.channels.some((c) => c.id === at.channel && c.direct);
  state = next;
  at.user = at.user || state.actors[0];
  if (!state.channels.some((c) => c.id === at.channel)) {
    // Whoever was in their own messages with the app is so as somebody else, too.
    const own = direct && state.channels.find((c) => c.direct);
    at.channel = own ? own.id : state.start.channel;
    at.thread = first ? state.start.thread : "";
    if (at.thread || own) return load();
  }
  show();
}

function show() {
  const channel = state.channels.find((c) => c.id === at.channel);
  const inHome = at.tab === "home" && Boolean(channel && channel.direct);
  const threaded = Boolean(at.thread) && !inHome;
  seen[at.user + at.channel] = channel ? channel.last : "";
  $("team").textContent = state.team;
  $("banner-text").textContent = "Slack and its people are made up here. The answers come from " + state.model + ".";
  $("banner").className = state.real ? "real" : "";
  $("tip-rehearse").hidden = state.real;
  $("online").textContent = state.online ? "" : "MedBuddy is not connected.";
  $("channel-name").textContent = channel ? channelName(channel) : "";
  document.title = (channel ? channelName(channel) : "") + " | MedBuddy sandbox";
  document.body.classList.toggle("threaded", threaded);
  side();
  $("tabs").hidden = !(channel && channel.direct);
  $("messages").hidden = $("channel-composer").hidden = inHome;
  $("thread").hidden = !threaded;
  fill($("messages"), state.messages, names, act, true);
  if (threaded) {
    fill($("replies"), state.thread || [], names, act, false);
    $("status").textContent = state.status ? names.user(state.bot) + " " + state.status : "";
    invite();
    if (eager) inThread.focus();
    eager = false;
  }
  showHome(state.home, inHome ? at.user : "");
  showModal(state.modal, at.user);
  if (channel) inChannel.name("Message " + channelName(channel).replace("# ", "#"));
  if (wanted && ((threaded && find($("replies"), wanted)) || find($("messages"), wanted))) wanted = "";
}

// side keeps its buttons, so that the keyboard's place is not lost.
let drawn = "";
function side() {
  const now = JSON.stringify([state.channels, state.actors, state.people, at.user, at.channel, seen]);
  if (now === drawn) return;
  drawn = now;
  const focused = document.activeElement && document.activeElement.dataset.id;
  const row = (id, on, run, ...children) => {
    const b = tool("row", "", "", run);
    b.append(...children);
    b.dataset.id = id;
    b.setAttribute("aria-pressed", String(on));
    return el("li", "", b);
  };
  const channelRow = (c) => {
    const unread = c.last && c.id !== at.channel && (seen[at.user + c.id] || "") < c.last;
    const item = row(c.id, c.id === at.channel, () => goTo({ channel: c.id, thread: "", tab: "" }),
      ...(c.direct ? [avatar(state.bot, channelName(c), true)] : []), channelName(c));
    item.firstChild.classList.toggle("unread", Boolean(unread));
    return item;
  };
  $("channels").replaceChildren(...state.channels.filter((c) => !c.direct).map(channelRow));
  const apps = state.channels.filter((c) => c.direct);
  $("apps").replaceChildren(...apps.map(channelRow));
  $("apps").parentElement.hidden = !apps.length;
  $("actors").replaceChildren(...state.actors.map((id) => row(id, id === at.user, () => goTo({ user: id }), avatar(id, names.user(id), false), names.user(id))));
  if (focused) { const again = document.querySelector("[data-id='" + CSS.escape(focused) + "']"); if (again) again.focus(); }
}

function goTo(where) {
  const old = JSON.stringify(at);
  Object.assign(at, where);
  if (JSON.stringify(at) === old) return;
  for (const [key, list] of [["channel", $("messages")], ["thread", $("replies")]]) {
    if (key in where || "user" in where) { list.replaceChildren(); list.held = null; list.atEnd = true; }
  }
  load();
}

// visit shows a message of this workspace, in its thread if it is in one.
async function visit(channel, ts) {
  const said = await look("where", { user: at.user, channel, ts });
  if (said.error) { notice(said.error); return; }
  wanted = ts;
  const thread = said.thread || (channel === at.channel ? at.thread : "");
  if (at.channel === channel && at.thread === thread && !at.tab) show();
  else if (at.channel === channel) goTo({ thread, tab: "" });
  else goTo({ channel, thread, tab: "" });
}

// invite offers a first question below a scan that nobody has asked about.
function invite() {
  const list = $("replies");
  let offer = $("offer");
  const wished = state.thread && state.thread.length === 1 && (state.thread[0].files || []).some((f) => !f.gone) && !names.isBot(state.thread[0].user);
  if (!wished) { if (offer) offer.remove(); return; }
  if (offer) return;
  const question = "@" + names.user(state.bot) + " What does this scan show?";
  offer = el("div", "", el("p", "", "Ask about this scan. Follow-up questions need no mention."), tool("button", "", question, () => inThread.draft(question)));
  offer.id = "offer";
  list.after(offer);
}

const act = actions(at, () => state, (ts) => { eager = true; goTo({ thread: ts }); });
const showModal = modal(names, act.pressView);
const showHome = home(names, (tab) => goTo({ tab }), act.pressView);

async function send(text, files, thread) {
  const form = new FormData();
  form.set("user", at.user);
  form.set("channel", at.channel);
  form.set("thread", thread);
  form.set("text", text);
  for (const f of files) form.append("files", f, f.name);
  const said = await tell("post", form);
  if (said.error) return said.error;
  // Whoever writes wants to see what comes of it, wherever they were reading.
  const list = thread ? $("replies") : $("messages");
  list.held = null;
  list.atEnd = true;
  list.scrollTop = list.scrollHeight;
  // A new question or scan opens its thread, where the answer comes.
  const direct = state.channels.some((c) => c.id === at.channel && c.direct);
  if (said.ts && !thread && (direct || files.length || /@MedBuddy\b/i.test(text))) { eager = true; goTo({ thread: said.ts }); }
  return "";
}

const helps = (commands) => () => ({
  people: state ? [names.user(state.bot), ...state.actors.filter((id) => id !== at.user).map(names.user)] : [],
  commands: state && commands ? state.commands || [] : [],
});
const inChannel = composer($("channel-composer"), "Message to the channel", (text, files) => send(text, files, ""), helps(true));
const inThread = composer($("thread-composer"), "Reply in the thread", (text, files) => send(text, files, at.thread), helps(false));
inThread.name("Reply…");

follow($("messages"));
follow($("replies"));
$("close-thread").addEventListener("click", () => goTo({ thread: "" }));

// One look at a time, however many changes there are.
let busy = false, again = false;
new EventSource("changes").addEventListener("message", async () => {
  if (busy) { again = true; return; }
  busy = true;
  do { again = false; await load(); } while (again);
  busy = false;
});
