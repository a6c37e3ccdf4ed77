import { configuration } from "./configuration.js";
import { Problem } from "./errors.js";
import { REQUEST_MS, json, reach } from "./requests.js";
import { withToken } from "./session.js";

/** The Data API: rows of a table or view, by a query as PostgREST takes it. */
export const data = (table, query, options) => request(`${table}?${new URLSearchParams(query)}`, options);

/** The Data API: what a function returns. */
export const call = (name, body) => request(`rpc/${name}`, { method: "POST", body });

async function request(path, { method = "GET", body, prefer } = {}) {
  const url = `${configuration.supabaseUrl}/rest/v1/${path}`;
  const response = await withToken((token) =>
    reach("The database", url, {
      method,
      headers: {
        apikey: configuration.publishableKey,
        Authorization: `Bearer ${token}`,
        ...(body && { "Content-Type": "application/json" }),
        ...(prefer && { Prefer: prefer }),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_MS),
    }),
  );
  const answer = await json(response);
  if (response.ok) return answer;
  if (response.status === 403 || answer?.code === "42501") throw new Problem("You may not do this.", { status: 403 });
  throw new Problem("The database did not accept this. Try again in a moment.", {
    status: response.status,
    retryable: response.status >= 500,
  });
}

/** Rows after `last` in the order of two columns, both the same way; for PostgREST's `or`. */
export const beyond = (column, last) =>
  `(${column}.lt."${last[column]}",and(${column}.eq."${last[column]}",id.lt.${last.id}))`;

/** A timestamp as PostgreSQL or as ISO 8601 writes it. */
export const moment = (text) => new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));
