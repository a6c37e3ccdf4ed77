/** What the server told this page: where Supabase is, its publishable key, what is switched on. */
export const configuration = JSON.parse(document.getElementById("configuration").textContent);
