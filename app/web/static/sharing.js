import { call, data, moment } from "./data.js";
import { at, make, quiet, say } from "./dom.js";
import { Problem } from "./errors.js";
import { attempt } from "./notices.js";
import { view } from "./view.js";

const DAY_MS = 86_400_000;

/** Open the sheet on which the conversation's links are made and revoked. */
export function openSharing() {
  closeSharing();
  at("sharing").showModal();
  return told(drawShares);
}

/** Close it. */
export function closeSharing() {
  at("sharing").close();
  forgetLink();
}

/** Once it is closed, the link that was made is told no more. The event that says so may come when it is open again. */
export function forgetLink() {
  if (at("sharing").open) return;
  at("share-form").reset();
  at("share-url").value = at("share-error").textContent = "";
  at("share-link").hidden = true;
  at("shares").replaceChildren();
}

/** Make a link as it was asked for, and show it this once. */
export const share = () =>
  told(async () => {
    const days = Number(at("share-days").value);
    const { token } = one(
      await call("share_conversation", {
        p_conversation_id: view.id,
        p_is_live: at("share-live").checked,
        p_may_continue: at("share-continue").checked,
        p_expires_at: days ? new Date(Date.now() + days * DAY_MS).toISOString() : null,
        p_password: at("share-password").value || null,
      }),
    );
    at("share-form").reset();
    at("share-url").value = `${location.origin}/share/${token}`;
    at("share-link").hidden = false;
    at("share-url").select();
    say("The link was made.");
    await drawShares();
  });

export async function copyLink() {
  at("share-url").select();
  // Only where the page came over HTTPS or from this machine; elsewhere it is selected, to be copied by hand.
  await navigator.clipboard?.writeText(at("share-url").value);
  say("The link was copied.");
}

const one = (answer) => (Array.isArray(answer) ? answer[0] : answer);

async function drawShares() {
  const { id } = view;
  const [shares, views] = await Promise.all([
    data("conversation_shares", {
      select: "id,is_live,may_continue,has_password,expires_at,created_at",
      conversation_id: `eq.${id}`,
      revoked_at: "is.null",
      order: "id.desc",
    }),
    data("conversation_share_views", { select: "share_id,views", conversation_id: `eq.${id}` }),
  ]);
  if (view.id !== id) return;
  const opened = new Map(views.map((row) => [row.share_id, row.views]));
  at("shares").replaceChildren(
    ...shares.map((row) =>
      make("li", {}, make("span", { textContent: inWords(row, opened.get(row.id) ?? 0) }), quiet("Revoke", () => told(() => revoke(row.id)))),
    ),
  );
}

function inWords({ is_live: isLive, may_continue: mayContinue, has_password: hasPassword, expires_at: until, created_at: from }, views) {
  const day = (text) => new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" }).format(moment(text));
  return [
    `Made on ${day(from)}`,
    isLive ? "live" : "as it was then",
    mayContinue && "may be continued",
    hasPassword && "with a password",
    until && (moment(until) < new Date() ? "expired" : `until ${day(until)}`),
    views === 1 ? "opened once" : `opened ${views} times`,
  ]
    .filter(Boolean)
    .join(", ");
}

async function revoke(id) {
  await call("revoke_share", { p_share_id: id });
  at("share-link").hidden = true;
  say("The link was revoked.");
  await drawShares();
}

/** Run what was asked for on the sheet, and tell there if it fails. */
function told(work) {
  at("share-error").textContent = "";
  return attempt(async () => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem) || error.code === "SESSION_ENDED") throw error;
      at("share-error").textContent = error.message;
    }
  });
}
