/** What is open: a conversation (`id` is null before its first question; `status` is active, archived or deleted) with the messages fetched of it so far and the
 *  end of its chosen branch (`head`, null for its newest message); the answer that is being read, or null; the number of
 *  this visit, by which work that ends later sees that it is late. `unsure` is the last question that got no stream
 *  (`{text, conversation, key}`): the server may have it all the same, so that it is asked again under its key. */
export const view = { id: null, title: "", status: "active", head: null, messages: [], reading: null, visit: 0, unsure: null };
