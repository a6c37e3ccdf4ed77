import { REQUEST_MS, json } from "./requests.js";
import { worker } from "./worker.js";

const isSealed = ({ content }) => content.startsWith("palaver-encrypted:");

/** Rows of messages as they were said: what the Data API has encrypted, the worker reads for whoever may. */
export async function opened(conversation, rows) {
  if (!rows.some(isSealed)) return rows;
  const said = await json(await worker(`/api/chat/${conversation}/messages`, { signal: AbortSignal.timeout(REQUEST_MS) }));
  const texts = new Map(said.map(({ id, parts }) => [id, textOf(parts)]));
  return rows.map((row) => (isSealed(row) ? { ...row, content: texts.get(row.id) ?? "This message is encrypted." } : row));
}

const textOf = (parts) => parts.filter(({ type }) => type === "text").map(({ text }) => text).join("");
