/** What is open: a conversation (`id` is null before its first question; `status` is active, archived or deleted;
 *  `contextType` is project or infrastructure where it is about a configuration, else null) with the messages fetched of it so far and the
 *  end of its chosen branch (`head`, null for its newest message); the answer that is being read, or null; the number of
 *  this visit, by which work that ends later sees that it is late. `unsure` is the last question that got no stream
 *  (`{text, conversation, key}`): the server may have it all the same, so that it is asked again under its key. `wanted` is the id of a message to
 *  be shown, or null. `app` is the id of the app that is open instead of a conversation, or null. */
export const view = { id: null, title: "", status: "active", contextType: null, projectId: null, head: null, messages: [], reading: null, visit: 0, unsure: null, wanted: null, app: null };
