/** Of a conversation's messages, oldest first, those whose place no other took. Messages of one role that follow the same
 *  one are tries for the same place: an edited question, an answer given anew. The one that leads to the branch's end
 *  (`head`, null for the newest message) has it, else the newest; what follows the others goes with them. */
export function unreplaced(rows, head) {
  const known = new Map(rows.map((row) => [row.id, row]));
  const chosen = new Set();
  for (let row = known.get(head) ?? rows.at(-1); row; row = known.get(row.parent_id)) chosen.add(row.id);
  const place = (row) => `${row.role} ${row.parent_id}`;
  const taken = new Map();
  for (const row of rows) if (!chosen.has(taken.get(place(row)))) taken.set(place(row), row.id);
  const gone = new Set();
  return rows.filter((row) => {
    const stays = taken.get(place(row)) === row.id && !gone.has(row.parent_id);
    if (!stays) gone.add(row.id);
    return stays;
  });
}
