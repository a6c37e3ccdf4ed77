import { Problem } from "./errors.js";

export const REQUEST_MS = 20_000;

/** A request without cookies and caches; `what` is who cannot be reached, for people. */
export async function reach(what, url, options) {
  try {
    return await fetch(url, { credentials: "omit", cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(`${what} cannot be reached. Check the connection and try again.`, {
      code: "UNREACHABLE",
      retryable: true,
    });
  }
}

/** The JSON of an answer, or null if it has none. */
export async function json(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
