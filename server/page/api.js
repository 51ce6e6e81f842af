// Asks the service; every failure is a Trouble, which the page has words for.

const KEY = "vqa-agent.key";

export const key = {
  get: () => sessionStorage.getItem(KEY),
  set: (value) => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
};

/** What went wrong: `word` is a key of words.js, `wait` seconds until it may be tried again. */
export class Trouble extends Error {
  constructor(word, { wait = 0, fields = {}, message = "" } = {}) {
    super(message || word);
    this.word = word;
    this.wait = wait;
    this.fields = fields;
  }
}

const PATIENCE = 60; // seconds after which something is tried again without being told to
const BY_CODE = {
  invalid_image: "invalid_image", timeout: "timeout", planner_timeout: "timeout",
  planner_unavailable: "planner_unavailable", planner_output: "planner_output", busy: "busy",
  insufficient_quota: "full",
};
const BY_STATUS = {
  401: "key_wrong", 404: "conversation_gone", 410: "picture_gone", 429: "limited", 503: "busy",
};

/** A response that is well. */
export async function request(path, options = {}) {
  const headers = new Headers(options.headers);
  if (key.get()) headers.set("Authorization", `Bearer ${key.get()}`);
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble("offline");
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw troubleOf(response.status, body.error ?? {}, Number(response.headers.get("Retry-After")));
}

export const json = async (path, options) => (await request(path, options)).json();

export const post = (path, body) =>
  json(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

function troubleOf(status, { code, message }, wait) {
  const word = BY_CODE[code] ?? BY_STATUS[status] ?? (status >= 500 ? "broken" : null);
  if (word === "limited" && wait > 0 && wait <= PATIENCE) return new Trouble("busy", { wait });
  if (word === "busy") return new Trouble(word, { wait: wait || 5 });
  return word ? new Trouble(word) : new Trouble(null, { message });
}

/** The events of a question: [name, data], until its answer is there. */
export async function* ask(form, signal) {
  const headers = { Accept: "text/event-stream" };
  const response = await request("v1/ask", { method: "POST", body: form, headers, signal });
  let isAnswered = false;
  for await (const [name, data] of events(response)) {
    if (name === "error") throw troubleOf(data.error.type === "server_error" ? 500 : 400, data.error);
    yield [name, data];
    isAnswered ||= name === "answered";
  }
  if (!isAnswered) throw new Trouble("lost");
}

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    let chunk;
    try {
      chunk = await reader.read();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Trouble("lost");
    }
    if (chunk.done) return;
    const blocks = (rest + chunk.value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block);
      const data = /^data: (.*)$/m.exec(block);
      if (event && data) yield [event[1], JSON.parse(data[1])];
    }
  }
}
