// The real useChat of one major version of the AI SDK, rendered by React in jsdom.

import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html>");
// React looks for these when it is loaded; fetch and the streams stay Node's own.
Object.assign(globalThis, { window, document: window.document });

const { createElement, useEffect, useState } = await import("react");
const { createRoot } = await import("react-dom/client");

/** The AI SDK of that major version: its hook, and what comes from the package `ai` that the hook uses itself. */
export async function load(major) {
  const name = `ai-react-${major}`;
  const { useChat } = await import(name);
  const ai = createRequire(fileURLToPath(import.meta.resolve(name))).resolve("ai");
  return { useChat, ...(await import(pathToFileURL(ai))) };
}

/** Render a component that uses the hook; `chat.now` is what its last render saw. */
export async function mount(useChat, options) {
  const waiting = new Set();
  const root = createRoot(window.document.createElement("div"));
  let again;
  const chat = {
    now: undefined,
    /** Resolves with the first render for which `holds(now)` is true. */
    until: (holds) => new Promise((resolve) => {
      waiting.add({ holds, resolve });
      again({});
    }),
    /** What a render sees that comes after all that has been done to the hook so far. */
    rendered() {
      const token = {};
      return new Promise((resolve) => {
        waiting.add({ holds: (_, seen) => seen === token, resolve });
        again(token);
      });
    },
    unmount: () => root.unmount(),
  };
  function Chat() {
    const [token, setToken] = useState();
    again = setToken;
    chat.now = useChat(options);
    useEffect(() => {
      for (const each of waiting) {
        if (each.holds(chat.now, token) && waiting.delete(each)) each.resolve(chat.now);
      }
    });
    return null;
  }
  await new Promise((resolve) => {
    waiting.add({ holds: () => true, resolve });
    root.render(createElement(Chat));
  });
  return chat;
}
