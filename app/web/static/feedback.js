import { copy } from "./clipboard.js";
import { data, moment } from "./data.js";
import { icon, make, quiet, say } from "./dom.js";
import { me } from "./me.js";
import { attempt } from "./notices.js";

/** What can be done with an answer that is kept: copy it, rate it, say why; and what it was made with. */
export function tools(row) {
  const thumbs = new Map();
  const remark = make("div", { className: "remark", hidden: true });
  const draw = () => {
    for (const [rating, button] of thumbs) button.setAttribute("aria-pressed", String(row.rating === rating));
    remark.hidden = row.rating === 0;
    remark.replaceChildren(
      row.comment ? make("p", { className: "remark-said", textContent: row.comment }) : "",
      quiet(row.comment ? "Change your comment" : "Add a comment", () => editRemark(row, remark, draw)),
    );
  };
  const thumb = (rating, name, label) => {
    const button = make("button", { type: "button", className: "tool", "aria-label": label, title: label }, icon(name));
    button.addEventListener("click", () =>
      attempt(async () => {
        await rate(row, row.rating === rating ? 0 : rating, row.comment);
        draw();
        say(row.rating === 0 ? "Your rating was taken back." : "Your rating was saved. Thank you.");
      }),
    );
    thumbs.set(rating, button);
    return button;
  };
  const copying = make("button", { type: "button", className: "tool", "aria-label": "Copy this answer", title: "Copy this answer" }, icon("copy"));
  copying.addEventListener("click", () => copy(row.content));
  const said = moment(row.created_at);
  const day = said < new Date().setHours(0, 0, 0, 0) ? { day: "numeric", month: "short" } : {};
  const when = new Intl.DateTimeFormat("en-GB", { ...day, hour: "2-digit", minute: "2-digit" }).format(said);
  const seconds = row.latency_ms >= 100 ? `${(row.latency_ms / 1000).toFixed(1)} s` : null;
  const facts = [row.model_used, seconds, when].filter(Boolean).join(" · ");
  const meta = make("div", { className: "meta" }, copying, thumb(1, "good", "Good answer"), thumb(-1, "bad", "Bad answer"));
  meta.append(make("span", { className: "facts", textContent: facts }));
  draw();
  return make("footer", {}, meta, remark);
}

async function rate(row, rating, comment) {
  if (rating === 0) {
    await data("feedback", { message_id: `eq.${row.id}`, user_id: `eq.${me.id}` }, { method: "DELETE" });
    Object.assign(row, { rating: 0, comment: "" });
    return;
  }
  await data(
    "feedback",
    { on_conflict: "tenant_id,message_id,user_id" },
    {
      method: "POST",
      body: { tenant_id: me.tenant_id, user_id: me.id, message_id: row.id, rating, comment: comment || null },
      prefer: "resolution=merge-duplicates,return=minimal",
    },
  );
  Object.assign(row, { rating, comment });
}

function editRemark(row, remark, draw) {
  const box = make("textarea", { value: row.comment, maxLength: 5000, "aria-label": "Your comment on this answer" });
  const save = quiet("Save comment", () =>
    attempt(async () => {
      await rate(row, row.rating, box.value.trim());
      draw();
      say("Your comment was saved.");
    }),
  );
  remark.replaceChildren(box, make("div", { className: "remark-row" }, save, quiet("Cancel", draw)));
  box.focus({ preventScroll: true });
  remark.scrollIntoView({ block: "nearest" });
}
