import { toast } from "./notices.js";

/** Copy a text, and say whether that was possible. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("The browser does not let this page copy");
  }
}
