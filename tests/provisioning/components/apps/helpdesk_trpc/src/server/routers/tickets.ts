import { randomUUID } from "node:crypto";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { CommentSchema, CreateTicketInput, ListTicketsInput, UpdateTicketInput } from "../../shared/schemas";
import { db } from "../store";
import { agentProcedure, publicProcedure, router } from "../trpc";

export const ticketsRouter = router({
  list: agentProcedure.input(ListTicketsInput).query(({ input }) => {
    const rows = db.tickets.all().filter((ticket) => !input.status || ticket.status === input.status);
    return { items: rows.slice(0, input.limit), nextCursor: rows[input.limit]?.id ?? null };
  }),

  byId: agentProcedure.input(z.object({ id: z.string().uuid() })).query(({ input }) => {
    const ticket = db.tickets.get(input.id);
    if (!ticket) throw new TRPCError({ code: "NOT_FOUND" });
    return { ticket, comments: db.comments.all().filter((comment) => comment.ticketId === ticket.id) };
  }),

  create: publicProcedure.input(CreateTicketInput).mutation(({ input }) => {
    const now = new Date();
    return db.tickets.put({ ...input, id: randomUUID(), status: "open", assigneeId: null, createdAt: now, updatedAt: now });
  }),

  update: agentProcedure.input(UpdateTicketInput).mutation(({ input }) => {
    const ticket = db.tickets.get(input.id);
    if (!ticket) throw new TRPCError({ code: "NOT_FOUND" });
    return db.tickets.put({ ...ticket, ...input, updatedAt: new Date() });
  }),

  addComment: agentProcedure.input(CommentSchema.pick({ ticketId: true, body: true, internal: true })).mutation(({ input, ctx }) =>
    db.comments.put({ ...input, id: randomUUID(), authorId: ctx.agentId, createdAt: new Date() }),
  ),

  stats: agentProcedure.query(() => {
    const byStatus: Record<string, number> = {};
    for (const ticket of db.tickets.all()) byStatus[ticket.status] = (byStatus[ticket.status] ?? 0) + 1;
    return { total: db.tickets.all().length, byStatus };
  }),
});
