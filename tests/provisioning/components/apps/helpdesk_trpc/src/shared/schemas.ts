import { z } from "zod";

export const TicketStatus = z.enum(["open", "pending", "resolved", "closed"]);
export const TicketPriority = z.enum(["low", "normal", "high", "urgent"]);

export const AgentSchema = z.object({
  id: z.string().uuid(),
  name: z.string().min(1),
  email: z.string().email(),
  team: z.enum(["support", "billing", "engineering"]),
  active: z.boolean().default(true),
});

export const TicketSchema = z.object({
  id: z.string().uuid(),
  subject: z.string().min(3).max(140),
  body: z.string().min(1).max(10_000),
  status: TicketStatus.default("open"),
  priority: TicketPriority.default("normal"),
  requesterEmail: z.string().email(),
  assigneeId: z.string().uuid().nullable(),
  tags: z.array(z.string()).default([]),
  createdAt: z.date(),
  updatedAt: z.date(),
});

export const CommentSchema = z.object({
  id: z.string().uuid(),
  ticketId: z.string().uuid(),
  authorId: z.string().uuid(),
  body: z.string().min(1),
  internal: z.boolean().default(false),
  createdAt: z.date(),
});

export const CreateTicketInput = TicketSchema.pick({ subject: true, body: true, priority: true, requesterEmail: true, tags: true });
export const UpdateTicketInput = TicketSchema.partial().required({ id: true });
export const ListTicketsInput = z.object({
  status: TicketStatus.optional(),
  assigneeId: z.string().uuid().optional(),
  cursor: z.string().nullish(),
  limit: z.number().int().min(1).max(100).default(25),
});

export type Agent = z.infer<typeof AgentSchema>;
export type Ticket = z.infer<typeof TicketSchema>;
export type Comment = z.infer<typeof CommentSchema>;
