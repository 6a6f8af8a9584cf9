// Making nodes, and changing only those that have to change.

// el makes an element with a class and children (nodes or strings).
export function el(tag, cls, ...children) {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return node;
}

// tool makes a button that does something here, in this page.
export function tool(cls, label, mark, run) {
  const b = el("button", cls, mark);
  b.type = "button";
  if (label) b.setAttribute("aria-label", label);
  b.addEventListener("click", run);
  return b;
}

// sync makes the children of parent those that parts tell, in their order. A part
// is {key, is, draw, renew}: a node whose part is as it was stays, so that the place
// being read, the keyboard's place and what was typed stay, and a screen reader
// hears of nothing else. Of another, renew(node) changes the node where it is given,
// else draw(old node) makes one in its stead.
export function sync(parent, parts) {
  const old = new Map([...parent.children].map((n) => [n.key, n]));
  const wanted = new Set(parts.map((p) => p.key));
  for (const [key, node] of old) if (!wanted.has(key)) swap(node, null);
  let at = parent.firstElementChild;
  for (const p of parts) {
    let node = old.get(p.key);
    if (!node) {
      node = p.draw();
      parent.insertBefore(node, at);
    } else {
      if (node.is !== p.is) {
        if (p.renew) {
          p.renew(node);
        } else {
          const fresh = p.draw(node);
          if (at === node) at = fresh;
          swap(node, fresh);
          node = fresh;
        }
      }
      if (node === at) at = at.nextElementSibling; else parent.insertBefore(node, at);
    }
    node.key = p.key;
    node.is = p.is;
  }
}

// swap puts a node in another's place, and the focus on what has the same
// data-key in it, else on what can have the focus around it.
function swap(old, fresh) {
  const had = old.contains(document.activeElement) && document.activeElement;
  const around = had && old.parentElement.closest("[tabindex]");
  if (fresh) old.replaceWith(fresh); else old.remove();
  if (!had) return;
  const again = fresh && had.dataset.key && fresh.querySelector("[data-key='" + CSS.escape(had.dataset.key) + "']");
  if (again || around) (again || around).focus({ preventScroll: true });
}
