// What a newcomer may try; it can be put away, and comes back on demand.

const list = document.getElementById("tips");
const again = document.getElementById("tips-again");

// A browser that keeps nothing shows the list each time.
const kept = { get: () => { try { return localStorage.getItem("tips"); } catch { return null; } },
  set: (v) => { try { localStorage.setItem("tips", v); } catch { /* it is shown again next time */ } } };

function show(on) {
  list.hidden = !on;
  again.hidden = on;
}

show(kept.get() !== "away");
document.getElementById("tips-away").addEventListener("click", () => { kept.set("away"); show(false); again.focus(); });
again.addEventListener("click", () => { kept.set(""); show(true); document.getElementById("tips-away").focus(); });
