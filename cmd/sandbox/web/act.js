// What a person does to a message besides reading it: pressing, asking by the
// shortcut, deleting.
import { tell, notice } from "./talk.js";
import { sure } from "./sure.js";

// actions gives what messages, modals and the Home tab call. at says who acts and
// where, state() is what the server told last, open(ts) opens a thread.
export function actions(at, state, open) {
  const told = (path, body) => tell(path, { user: at.user, ...body }).then((said) => said.error || "");

  async function remove(m, file) {
    const what = file ? "file" : "message";
    const yes = await sure({
      title: "Delete " + what, yes: "Delete", danger: true,
      text: "Are you sure you want to delete this " + what + "? This cannot be undone.",
    });
    if (yes) notice(await told("delete", { channel: at.channel, ts: m.ts, file: file ? file.id : "" }));
  }

  return {
    open,
    press: (m, block, e) => told("click", {
      channel: at.channel, ts: m.ts, action_id: e.action_id || "", block_id: block.block_id || "", value: e.value || "",
    }),
    pressView: (view, block, e) => told("click", {
      view: view.id, action_id: e.action_id || "", block_id: block.block_id || "", value: e.value || "",
    }),
    // choices are the entries of a message's menu.
    choices(m) {
      const bot = state().people.find((p) => p.id === state().bot);
      const list = (state().shortcuts || []).map((s) => ({
        text: s.name, app: bot ? bot.name : "",
        run: async () => notice(await told("shortcut", { channel: at.channel, ts: m.ts, callback_id: s.callback_id })),
      }));
      if (m.user !== at.user) return list;
      const files = (m.files || []).filter((f) => !f.gone);
      for (const f of files) list.push({ text: files.length > 1 ? "Delete file " + f.name : "Delete file", danger: true, run: () => remove(m, f) });
      list.push({ text: "Delete message", danger: true, run: () => remove(m, null) });
      return list;
    },
  };
}
