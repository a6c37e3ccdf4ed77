import { z } from 'zod';

export const userSchema = z.object({
  id: z.string().uuid(),
  email: z.string().email().max(255),
  name: z.string().min(1).max(100),
  role: z.enum(['admin', 'editor', 'viewer']).default('viewer'),
  age: z.number().int().min(13).optional(),
  website: z.string().url().nullable(),
  settings: z.object({ theme: z.string(), emails: z.boolean() }),
  createdAt: z.coerce.date(),
});

export const createUserSchema = userSchema.omit({ id: true, createdAt: true }).extend({ password: z.string().min(8) });
export const updateUserSchema = createUserSchema.partial();
export const loginSchema = z.object({ email: z.string().email(), password: z.string() });
export type User = z.infer<typeof userSchema>;
export type CreateUserInput = z.infer<typeof createUserSchema>;
