// A live conversation: what is new appears, and what is no longer shared goes.

const LOST = "This page does not follow the conversation any more. Load it again to see what is new.";

const messages = document.querySelector("#messages");
const title = document.querySelector("#title");
const state = document.querySelector("#state");
const source = new EventSource(messages.dataset.follow);

const show = (event, place) => {
  const news = JSON.parse(event.data);
  title.textContent = document.title = news.title;
  place(news.html);
};

// The HTML is the server's, as that of the page is: nothing in it is as somebody wrote it.
source.addEventListener("append", (event) => show(event, (html) => messages.insertAdjacentHTML("beforeend", html)));

source.addEventListener("replace", (event) => show(event, (html) => { messages.innerHTML = html; }));

source.addEventListener("gone", () => {
  source.close();
  const said = document.createElement("h1");
  said.textContent = document.title = "This conversation is no longer shared";
  document.body.replaceChildren(said);
});

source.addEventListener("open", () => { state.textContent = ""; });

source.addEventListener("error", () => {
  if (source.readyState === EventSource.CLOSED) state.textContent = LOST;
});
