// Talking to the server, and to the person when something came to nothing.

const lost = "The sandbox does not answer. Is it still running?";

async function answer(request) {
  try {
    const got = await request;
    const said = await got.json();
    return got.ok ? said : { error: said.error || "That did not work." };
  } catch {
    return { error: lost };
  }
}

// tell posts to the server: what it answers, or {error: sentence}.
export const tell = (path, body) => answer(fetch(path, { method: "POST", body: body instanceof FormData ? body : JSON.stringify(body) }));

// look asks the server: what it answers, or {error: sentence}.
export const look = (path, query) => answer(fetch(path + "?" + new URLSearchParams(query)));

// notice shows a sentence for some seconds; it is read out at once.
let timer = 0;
export function notice(sentence) {
  const node = document.getElementById("notice");
  clearTimeout(timer);
  node.textContent = sentence;
  if (sentence) timer = setTimeout(() => { node.textContent = ""; }, 8000);
}
