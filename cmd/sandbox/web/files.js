// Files of messages: pictures with a larger view, chips of everything else.
import { el, tool } from "./dom.js";

const size = (n) => n < 1024 ? n + " B" : n < 1 << 20 ? Math.round(n / 1024) + " KB" : (n / (1 << 20)).toFixed(1) + " MB";

// chip is a file that is no picture here: its kind, name and size.
function chip(f, url) {
  const a = el("a", "card", el("span", "ext", f.kind), el("span", "", el("strong", "", f.name), el("small", "", size(f.size))));
  a.href = url;
  a.download = f.name;
  return a;
}

export const address = (id) => "file/" + encodeURIComponent(id);

// picture shows a file as a picture, which a press shows larger. Its place is kept
// free where its size is known, so that nothing moves when it comes.
export function picture(id, alt, title, width, height) {
  const img = el("img");
  if (width && height) {
    const scale = Math.min(1, 320 / width, 260 / height);
    img.width = Math.max(1, Math.round(width * scale));
    img.height = Math.max(1, Math.round(height * scale));
  }
  img.src = address(id);
  img.alt = alt;
  img.loading = "lazy";
  const b = tool("picture", "", img, () => enlarge(img.src, alt, title)); // its name is the picture's alt text
  b.title = "Show larger";
  b.dataset.key = "picture " + id;
  return b;
}

// file shows a file of a message.
export function file(f) {
  if (f.gone) return el("div", "card", "This file was deleted.");
  const url = address(f.id);
  if (!f.image) return chip(f, url);
  const b = picture(f.id, f.alt || f.title, f.title, f.width, f.height);
  const figure = el("figure", "", b, el("figcaption", "", f.title + ", " + size(f.size)));
  // The bytes may be something else than the name says.
  b.firstChild.addEventListener("error", () => figure.replaceChildren(chip(f, url)));
  return figure;
}

// enlarge shows a picture over the page until a click or Escape.
const viewer = document.getElementById("viewer");
function enlarge(url, alt, title) {
  const img = viewer.querySelector("img");
  img.src = url;
  img.alt = alt;
  viewer.querySelector("figcaption").textContent = title;
  viewer.showModal();
}
viewer.addEventListener("click", () => viewer.close());
