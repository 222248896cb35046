// Talks to the server. The token, if any, lives in this tab's session storage.

const KEY = "sapo.token";

export const token = {
  get: () => sessionStorage.getItem(KEY),
  set: (value) => (value ? sessionStorage.setItem(KEY, value) : sessionStorage.removeItem(KEY)),
};

function headers(extra) {
  const value = token.get();
  return value ? {...extra, authorization: "Bearer " + value} : {...extra};
}

async function failure(response) {
  let message = response.status + " " + response.statusText;
  try {
    message = (await response.json()).error || message;
  } catch {
    // Not every failure has a JSON body; the status line says enough.
  }
  const error = new Error(message);
  error.status = response.status;
  return error;
}

export async function get(path, signal) {
  const response = await fetch(path, {headers: headers(), signal});
  if (!response.ok) throw await failure(response);
  return response.json();
}

export async function blob(path) {
  const response = await fetch(path, {headers: headers()});
  if (!response.ok) throw await failure(response);
  return response.blob();
}

export async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: headers({"content-type": "application/json"}),
    body: JSON.stringify(body),
  });
  if (!response.ok) throw await failure(response);
  return response.json();
}

/**
 * Follows /events while the page is in sight: a browser keeps six connections to a server at most,
 * and tabs in the background, or pages kept for the way back, would hold them all. fetch instead of
 * EventSource, which cannot send a token.
 */
export async function follow(onStatus, onState) {
  let out = new AbortController();
  const pause = () => out.abort();
  document.addEventListener("visibilitychange", () => document.hidden && pause());
  window.addEventListener("pagehide", pause);
  for (let wait = 1000; ; wait = Math.min(15000, wait * 2)) {
    await inSight();
    out = new AbortController();
    try {
      const response = await fetch("/events", {headers: headers(), signal: out.signal});
      if (!response.ok) throw await failure(response);
      onState(true);
      wait = 1000;
      await read(response.body.getReader(), onStatus);
      onState(false, "the stream ended");
    } catch (error) {
      if (out.signal.aborted) continue;
      onState(false, error.message, error.status);
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** A page that has been left is not in sight before it is shown again, if ever. */
let left = false;
window.addEventListener("pagehide", () => (left = true));
window.addEventListener("pageshow", () => (left = false));

async function inSight() {
  while (document.hidden || left) {
    await new Promise((resolve) => {
      document.addEventListener("visibilitychange", resolve, {once: true});
      window.addEventListener("pageshow", resolve, {once: true});
    });
  }
}

async function read(reader, onStatus) {
  const decoder = new TextDecoder();
  let buffered = "";
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return;
    buffered += decoder.decode(value, {stream: true});
    for (let end; (end = buffered.indexOf("\n\n")) >= 0; buffered = buffered.slice(end + 2)) {
      const data = buffered.slice(0, end).split("\n").find((line) => line.startsWith("data: "));
      if (data) onStatus(JSON.parse(data.slice(6)));
    }
  }
}
