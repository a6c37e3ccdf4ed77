import { data } from "./data.js";
import { quiet, say } from "./dom.js";
import { attempt, showNotice } from "./notices.js";
import { open } from "./stage.js";
import { view } from "./view.js";

const POLL_MS = 1_000;
const LONGEST_ANSWER_MS = 16 * 60_000;

const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** The stream was left or broke off; the server goes on and keeps the answer. */
export function lost(error, turn, answer) {
  const { visit } = view;
  answer.node.dataset.state = "left";
  const show = () => {
    showNotice("The answer is still being written. It appears here when it is complete.");
    return attempt(() => follow(turn, visit));
  };
  if (error.name === "AbortError") {
    showNotice("You stopped reading. The server writes the answer to its end and keeps it.", {
      actions: [quiet("Show the whole answer", show)],
    });
    say("You stopped reading.");
  } else {
    showNotice("The connection broke. The server goes on with the answer and keeps it; it appears here when it is complete.");
    attempt(() => follow(turn, visit));
  }
}

/** Wait for a turn to be settled, then show what was saved. */
export async function follow(turn, visit) {
  const until = Date.now() + LONGEST_ANSWER_MS;
  while (visit === view.visit && Date.now() < until) {
    let row;
    try {
      [row] = await data("turns", { select: "status", id: `eq.${turn}` });
    } catch (error) {
      // Away for a while, perhaps: that is what is being waited out.
      if (error.code !== "UNREACHABLE" && error.status < 500) throw error;
    }
    if (visit !== view.visit) return;
    if (row && row.status !== "running") {
      await open(view.id);
      return;
    }
    await pause(POLL_MS);
  }
}
