// A composer: text, files (picked, dropped or pasted), names and commands helped.
import { el } from "./dom.js";

// composer fills root. send(text, files) gives a sentence when nothing was sent;
// helps() gives {people, commands} to offer.
export function composer(root, label, send, helps) {
  let files = [];
  let offered = [], chosen = 0;
  const text = el("textarea");
  text.rows = 1;
  text.setAttribute("aria-label", label);
  const offers = el("ul", "offers");
  offers.hidden = true;
  offers.setAttribute("role", "listbox");
  offers.setAttribute("aria-label", "Suggestions");
  const tray = el("ul", "tray");
  const problem = el("p", "problem");
  problem.setAttribute("role", "alert");
  const pick = el("input");
  pick.type = "file";
  pick.multiple = true;
  pick.hidden = true;
  pick.setAttribute("aria-label", "Files to attach");
  const tool = (name, mark, run) => {
    const b = el("button", "tool", mark);
    b.type = "button";
    b.title = name;
    b.setAttribute("aria-label", name);
    b.addEventListener("click", run);
    return b;
  };
  const go = el("button", "send", "Send");
  go.type = "button";
  const box = el("div", "composer", offers, text, tray,
    el("div", "tools", tool("Attach files", "+", () => pick.click()), tool("Mention MedBuddy", "@", () => insert("@MedBuddy ")),
      el("span", "hint", "Enter sends, Shift+Enter starts a new line"), go), pick);
  root.append(problem, box);

  const fit = () => { text.style.height = "auto"; text.style.height = Math.min(text.scrollHeight, 180) + "px"; };
  function insert(words) {
    text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
    text.focus();
    changed();
  }
  function showTray() {
    tray.replaceChildren(...files.map((f, i) => {
      const drop = tool("Remove " + f.name, "✕", () => { files.splice(i, 1); showTray(); changed(); });
      const item = el("li", "", f.name, drop);
      if (/^image\/(png|jpeg|gif|webp|bmp)$/.test(f.type)) {
        const img = el("img");
        img.alt = "";
        img.src = URL.createObjectURL(f);
        img.addEventListener("load", () => URL.revokeObjectURL(img.src));
        item.prepend(img);
      }
      return item;
    }));
  }
  function add(list) {
    files = files.concat([...list]);
    showTray();
    changed();
    text.focus();
  }

  // The word before the cursor decides what is offered.
  function changed() {
    fit();
    go.disabled = !text.value.trim() && !files.length;
    const before = text.value.slice(0, text.selectionStart);
    const name = /(^|\s)@([\w .]*)$/.exec(before);
    const command = /^\/[\w-]*$/.exec(text.value);
    const { people, commands } = helps();
    offered = name ? people.filter((p) => p.toLowerCase().startsWith(name[2].toLowerCase())).map((p) => ({ word: "@" + p + " ", from: before.length - name[2].length - 1 }))
      : command ? commands.filter((c) => c.startsWith(command[0])).map((c) => ({ word: c + " ", from: 0 })) : [];
    // A name that is complete needs no help.
    if (offered.length === 1 && before.slice(offered[0].from) === offered[0].word) offered = [];
    chosen = 0;
    showOffers();
  }
  function showOffers() {
    offers.hidden = !offered.length;
    offers.replaceChildren(...offered.map((o, i) => {
      const item = el("li", i === chosen ? "chosen" : "", o.word.trim());
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(i === chosen));
      item.addEventListener("mousedown", (e) => { e.preventDefault(); accept(i); });
      return item;
    }));
  }
  function accept(i) {
    text.setRangeText(offered[i].word, offered[i].from, text.selectionStart, "end");
    text.focus();
    changed();
  }

  async function submit() {
    const words = text.value, sent = files;
    if (!words.trim() && !sent.length || box.classList.contains("busy")) return;
    box.classList.add("busy");
    offered = [];
    showOffers();
    const sentence = await send(words, sent);
    box.classList.remove("busy");
    problem.textContent = sentence || "";
    if (!sentence) {
      // What was typed meanwhile stays.
      text.value = text.value === words ? "" : text.value;
      files = files.filter((f) => !sent.includes(f));
      showTray();
    }
    changed();
    if (document.activeElement === document.body || box.contains(document.activeElement)) text.focus();
  }

  text.addEventListener("input", () => { problem.textContent = ""; changed(); });
  text.addEventListener("keydown", (e) => {
    if (e.isComposing) return;
    if (offered.length && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
      chosen = (chosen + (e.key === "ArrowDown" ? 1 : offered.length - 1)) % offered.length;
      showOffers();
    } else if (offered.length && (e.key === "Tab" || e.key === "Enter") && !e.shiftKey) {
      accept(chosen);
    } else if (offered.length && e.key === "Escape") {
      offered = [];
      showOffers();
    } else if (e.key === "Enter" && !e.shiftKey) {
      submit();
    } else {
      return;
    }
    e.preventDefault();
  });
  text.addEventListener("blur", () => { offered = []; showOffers(); });
  text.addEventListener("paste", (e) => { if (e.clipboardData.files.length) { e.preventDefault(); add(e.clipboardData.files); } });
  go.addEventListener("click", submit);
  pick.addEventListener("change", () => { add(pick.files); pick.value = ""; });
  const pane = root.parentElement;
  pane.addEventListener("dragover", (e) => { e.preventDefault(); box.classList.add("drop"); });
  pane.addEventListener("dragleave", () => box.classList.remove("drop"));
  pane.addEventListener("drop", (e) => { e.preventDefault(); box.classList.remove("drop"); add(e.dataTransfer.files); });
  changed();
  return {
    draft: (words) => { text.value = words; text.focus(); changed(); },
    clear: () => { text.value = ""; files = []; problem.textContent = ""; showTray(); changed(); },
    name: (words) => { text.placeholder = words; },
    focus: () => text.focus(),
  };
}
