// What can go wrong, in words for people.

/** Something that went wrong, in words for people. */
export class Problem extends Error {
  constructor(text, { status = 0, code = "", retryable = false, retryAfter = null } = {}) {
    super(text);
    Object.assign(this, { status, code, retryable, retryAfter });
  }
}

/** The session cannot be renewed: only signing in again helps. */
export const ended = () => new Problem("Your session has ended. Sign in again.", { status: 401, code: "SESSION_ENDED" });

const MODEL_PROBLEMS = {
  unauthorized: "The model provider does not accept this server's key. An administrator has to look into it.",
  not_configured: "The model that is set for your organisation is not available on this server. An administrator has to look into it.",
  rate_limited: "The model provider is busy just now.",
  server_error: "The model provider has a problem of its own just now.",
  timeout: "The model took too long to answer.",
  interrupted: "The model's answer broke off.",
  invalid_response: "The model provider answered something that cannot be read.",
};

const DAY_PROBLEMS = {
  day: "Your organisation has used all the tokens that it may use in a day.",
  "user-day": "You have used all the tokens that you may use in a day.",
};

/** When so many seconds are over, by the clock of whoever reads it; within a day. */
function byTheClock(seconds) {
  const then = new Date(Math.round((Date.now() + seconds * 1000) / 60_000) * 60_000);
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(then);
  return then.getDate() === new Date().getDate() ? `at ${time}` : `tomorrow at ${time}`;
}

/** The problem (RFC 9457) that the worker answered, as a sentence and what can be done about it. */
export function workerProblem(body, { status = 0, retryAfter = null, requestId = null, conversation = null } = {}) {
  const code = typeof body?.code === "string" ? body.code : "";
  const detail = typeof body?.detail === "string" ? body.detail : "";
  const more = {
    status: body?.status ?? status,
    code,
    retryable: body?.retryable === true,
    retryAfter: typeof body?.retry_after_seconds === "number" ? body.retry_after_seconds : retryAfter,
  };
  const policies = Array.isArray(body?.["violated-policies"]) ? body["violated-policies"] : [];
  const tell = (text) => new Problem(text, more);
  switch (code) {
    case "INSUFFICIENT_PERMISSIONS":
      return tell(`${detail || "You may not do this."} An administrator of your organisation can give you access.`);
    case "CONVERSATION_ARCHIVED":
      return tell("This conversation is archived. Restore it to go on.");
    case "RATE_LIMIT":
      if (policies.some((name) => name in DAY_PROBLEMS)) {
        const when = more.retryAfter === null ? "tomorrow" : byTheClock(more.retryAfter);
        // Nobody counts hours down, nor tries again all day.
        Object.assign(more, { retryable: false, retryAfter: null });
        return tell(`${DAY_PROBLEMS[policies.find((name) => name in DAY_PROBLEMS)]} You can ask again ${when}.`);
      }
      return tell(detail || "That was one question too many for this minute.");
    case "AI_SERVICE_ERROR":
      return tell(
        MODEL_PROBLEMS[body.reason] ??
          (more.retryable ? "The model provider cannot be reached just now." : "The model provider refused this question."),
      );
    case "ANSWER_INTERRUPTED":
      return tell("The server that was answering broke off.");
    case "NOT_FOUND":
      return tell(
        conversation
          ? "The server does not find this conversation, or the assistant has been switched off."
          : "The assistant is switched off on this server.",
      );
    case "INTERNAL_ERROR":
    case "":
      return tell(
        `Something went wrong on the server${status ? ` (${status})` : ""}.` +
          (requestId ? ` Its log knows this request as ${requestId}.` : ""),
      );
    default:
      return tell(detail || body.title || "Something went wrong on the server.");
  }
}

/** What Supabase Auth refused, as a sentence. */
export function authProblem(body, status) {
  const code = body?.error_code ?? body?.error ?? "";
  if (code === "invalid_credentials" || code === "invalid_grant") {
    return new Problem("That e-mail address and password do not belong together.", { status, code });
  }
  if (code === "email_not_confirmed") {
    return new Problem("Confirm your e-mail address first: a message with a link was sent to it.", { status, code });
  }
  if (code === "user_banned") return new Problem("This account has been closed.", { status, code });
  if (status === 429) return new Problem("Too many attempts. Wait a minute, then try again.", { status, code });
  if (status >= 500) return new Problem("The sign-in service has a problem. Try again in a moment.", { status, code });
  return new Problem(`The sign-in service refused (${body?.msg ?? body?.error_description ?? status}).`, { status, code });
}
