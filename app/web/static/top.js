function openRename() {
  at("rename-form").hidden = false;
  at("title").hidden = at("actions").hidden = true;
  at("rename-title").value = view.title;
  at("rename-title").select();
  at("rename-title").focus();
}

function closeRename() {
  if (at("rename-form").hidden) return;
  at("rename-form").hidden = true;
  at("title").hidden = false;
  drawTop();
}

async function rename() {
  const title = at("rename-title").value.trim();
  const { id } = view;
  if (title && title !== view.title) {
    await data("conversations", { id: `eq.${id}` }, { method: "PATCH", body: { title }, prefer: "return=minimal" });
    if (view.id === id) view.title = title;
    say("Renamed.");
  }
  closeRename();
  at("rename").focus();
  await loadShelf();
}
