/** What is open: a conversation (`id` is null before its first question), the answer that is being read
 *  (`{controller, turn}`) or null, and the number of this visit, by which work that ends later sees that it is late. */
export const view = { id: null, title: "", archived: false, oldest: null, reading: null, visit: 0 };
