import { z } from 'zod';

export const statusEnum = z.enum(['draft', 'published', 'archived']);

export const articleSchema = z.object({
  id: z.string().uuid(),
  authorId: z.string().uuid(),
  title: z.string().min(3).max(200),
  body: z.string(),
  status: statusEnum,
  tags: z.array(z.string()).default([]),
  views: z.number().int().nonnegative().default(0),
  price: z.number().positive().multipleOf(0.01).nullish(),
  publishedAt: z.string().datetime().nullable(),
});

export const listQuerySchema = z.object({
  page: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().max(100).default(20),
  search: z.string().optional(),
});

export type Article = z.infer<typeof articleSchema>;
