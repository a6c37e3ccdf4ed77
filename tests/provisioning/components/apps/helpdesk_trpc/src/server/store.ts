import type { Agent, Comment, Ticket } from "../shared/schemas";

class MemoryStore<T extends { id: string }> {
  private rows = new Map<string, T>();

  all(): T[] {
    return [...this.rows.values()];
  }

  get(id: string): T | undefined {
    return this.rows.get(id);
  }

  put(row: T): T {
    this.rows.set(row.id, row);
    return row;
  }
}

export const db = {
  tickets: new MemoryStore<Ticket>(),
  comments: new MemoryStore<Comment>(),
  agents: new MemoryStore<Agent>(),
};
