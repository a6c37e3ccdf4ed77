/** Server-sent events (WHATWG HTML, 9.2.6) out of text that may be cut anywhere. */
export class EventParser {
  #line = "";
  #afterReturn = false;
  #event = "";
  #data = [];
  #id = "";

  /** The events that this piece completes, each `{event, data, id}`; an id counts until another one comes. */
  push(text) {
    const events = [];
    let start = 0;
    for (let index = 0; index < text.length; index += 1) {
      const char = text[index];
      if (char === "\n" && this.#afterReturn && index === start) {
        this.#afterReturn = false;
        start = index + 1;
        continue;
      }
      if (char !== "\n" && char !== "\r") continue;
      this.#take(this.#line + text.slice(start, index), events);
      this.#line = "";
      this.#afterReturn = char === "\r";
      start = index + 1;
    }
    if (start < text.length) {
      this.#line += text.slice(start);
      this.#afterReturn = false;
    }
    return events;
  }

  #take(line, events) {
    if (line === "") {
      if (this.#data.length) events.push({ event: this.#event || "message", data: this.#data.join("\n"), id: this.#id });
      this.#event = "";
      this.#data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
  }
}

// Longer than the server's heartbeat: a connection can be dead without either side having been told.
const LONGEST_SILENCE_MS = 40_000;

/** The events of a response's body, as they come; leaving the loop leaves the response, and so does a long silence. */
export async function* eventsOf(body, silence = LONGEST_SILENCE_MS) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    for (;;) {
      const { done, value } = await within(silence, reader.read());
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function within(milliseconds, work) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("silent")), milliseconds); });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
