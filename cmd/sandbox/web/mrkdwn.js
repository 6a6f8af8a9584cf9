// Slack's mrkdwn and the Markdown of markdown blocks, made into DOM nodes. Text
// only ever enters the page as text nodes, never as markup.
import { date } from "./dates.js";
import { el } from "./dom.js";

// Slack keeps & < > as entities; nothing else is one.
const unescape = (s) => s.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

// A permalink of this workspace: channel, seconds and microseconds of a message.
const permalink = /^https?:\/\/simulated\.slack\.com\/archives\/([A-Z0-9]+)\/p(\d{10})(\d{6})(?:[?#].*)?$/;

// link leads to a message of this workspace. Whatever leads elsewhere is text that
// tells where to: this page leaves the machine for nothing.
function link(href, label, names) {
  const here = permalink.exec(href);
  if (here) {
    const a = el("a", "permalink", label);
    a.href = "#" + here[1] + "/" + here[2] + "." + here[3];
    a.dataset.key = a.href;
    a.addEventListener("click", (e) => { e.preventDefault(); names.visit(here[1], here[2] + "." + here[3]); });
    return a;
  }
  if (!/^https?:/i.test(href)) return document.createTextNode(label.replace(/^(mailto|tel):/, ""));
  const where = el("span", "away", label === href ? label : label + " (" + href + ")");
  where.title = "This page opens no other site.";
  return where;
}

// reference is what Slack writes in angle brackets.
function reference(body, names) {
  const [target, label] = body.split("|", 2);
  if (target[0] === "@") return el("span", "mention", "@" + (names.user(target.slice(1)) || label || target.slice(1)));
  if (target[0] === "#") return el("span", "mention", "#" + (names.channel(target.slice(1)) || label || target.slice(1)));
  if (target.startsWith("!date^")) return document.createTextNode(date(target, unescape(label || target)));
  if (target[0] === "!") return el("span", "mention", label || "@" + target.slice(1));
  return link(unescape(target), unescape(label || target), names);
}

// The styles of a line, in the order in which they are tried. Each gives the
// length of the opening and the closing marks by its groups.
const slackStyles = [
  [/^`([^`\n]+)`/, (m) => el("code", "", unescape(m[1]))],
  [/^<([@#!][^<>\n]+|(?:https?|mailto|tel):[^<>\n]+)>/, (m, names) => reference(m[1], names)],
  [/^\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])/, (m, names, go) => el("strong", "", ...go(m[1]))],
  [/^_(?=\S)([^_\n]*[^_\s])_(?!\w)/, (m, names, go) => el("em", "", ...go(m[1]))],
  [/^~(?=\S)([^~\n]*[^~\s])~(?!\w)/, (m, names, go) => el("s", "", ...go(m[1]))],
];
const markdownStyles = [
  [/^`([^`\n]+)`/, (m) => el("code", "", m[1])],
  [/^\\([\\`*_{}[\]()#+\-.!~>|<&])/, (m) => document.createTextNode(m[1])],
  [/^<([@#!][^<>\n]+)>/, (m, names) => reference(m[1], names)],
  [/^\*\*(?=\S)([^\n]*?\S)\*\*/, (m, names, go) => el("strong", "", ...go(m[1]))],
  [/^__(?=\S)([^\n]*?\S)__(?!\w)/, (m, names, go) => el("strong", "", ...go(m[1]))],
  [/^\*(?=\S)([^*\n]*[^*\s])\*/, (m, names, go) => el("em", "", ...go(m[1]))],
  [/^_(?=\S)([^_\n]*[^_\s])_(?!\w)/, (m, names, go) => el("em", "", ...go(m[1]))],
  [/^~~(?=\S)([^~\n]*\S)~~/, (m, names, go) => el("s", "", ...go(m[1]))],
  [/^\[([^\]\n]+)\]\(([^()\s]+)\)/, (m, names) => link(m[2], m[1], names)],
  [/^&(amp|lt|gt);/, (m) => document.createTextNode(unescape(m[0]))],
];

// inline makes the nodes of one line.
function inline(text, styles, names) {
  const nodes = [];
  let plain = "";
  const flush = () => { if (plain) nodes.push(document.createTextNode(styles === slackStyles ? unescape(plain) : plain)); plain = ""; };
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    // An opening mark inside of a word is no mark, as in snake_case.
    const inWord = /\w$/.test(plain) && /^[*_~]/.test(rest);
    const hit = !inWord && styles.map(([re, make]) => [re.exec(rest), make]).find(([m]) => m);
    if (!hit) { plain += text[at++]; continue; }
    flush();
    nodes.push(hit[1](hit[0], names, (inner) => inline(inner, styles, names)));
    at += hit[0][0].length;
  }
  flush();
  return nodes;
}

// lines gathers lines into paragraphs, lists, quotes, headings and code.
function lines(text, rules, styles, names) {
  const out = [];
  const rows = text.split("\n");
  for (let i = 0; i < rows.length;) {
    if (/^\s*```/.test(rows[i])) {
      const code = [];
      const rest = rows[i].replace(/^\s*```/, "");
      if (rest.endsWith("```") && rest.length > 3) { out.push(el("pre", "", unescape(rest.slice(0, -3)))); i++; continue; }
      if (rest && !rules.fenceName) code.push(rest);
      for (i++; i < rows.length && !rows[i].includes("```"); i++) code.push(rows[i]);
      if (i < rows.length) code.push(rows[i++].replace(/```.*$/, ""));
      out.push(el("pre", "", unescape(code.join("\n").replace(/\n$/, ""))));
      continue;
    }
    const take = (re) => { const got = []; for (let m; i < rows.length && (m = re.exec(rows[i])); i++) got.push(m); return got; };
    const quote = take(rules.quote);
    if (quote.length) { out.push(el("blockquote", "", ...lines(quote.map((m) => m[1]).join("\n"), rules, styles, names))); continue; }
    const bullets = take(rules.bullet);
    if (bullets.length) { out.push(list("ul", bullets, styles, names)); continue; }
    const numbers = take(/^(\s*)(\d+)[.)]\s+(.*)$/);
    if (numbers.length) { out.push(list("ol", numbers, styles, names)); continue; }
    const heading = rules.heading && rules.heading.exec(rows[i]);
    if (heading) { out.push(el("p", "heading", ...inline(heading[1], styles, names))); i++; continue; }
    if (rules.rule && rules.rule.test(rows[i])) { out.push(el("hr")); i++; continue; }
    out.push(rows[i].trim() === "" ? el("div", "gap") : el("p", "", ...inline(rows[i], styles, names)));
    i++;
  }
  return out;
}

function list(tag, items, styles, names) {
  const node = el(tag, "", ...items.map((m) => {
    const item = el("li", m[1].length > 1 ? "deep" : "", ...inline(m[3], styles, names));
    return item;
  }));
  if (tag === "ol") node.start = Number(items[0][2]);
  return node;
}

// mrkdwn is Slack's own markup, as in messages and mrkdwn text objects.
export const mrkdwn = (text, names) => lines(text,
  { quote: /^(?:&gt;|>)\s?(.*)$/, bullet: /^(\s*)(•|◦)\s+(.*)$/ }, slackStyles, names);

// markdown is what a markdown block holds.
export const markdown = (text, names) => lines(text,
  { quote: /^>\s?(.*)$/, bullet: /^(\s*)([-*+•])\s+(.*)$/, heading: /^#{1,6}\s+(.*?)\s*#*$/, rule: /^\s*([-*_])(\s*\1){2,}\s*$/, fenceName: true },
  markdownStyles, names);
