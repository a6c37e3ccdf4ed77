import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import { ZodError } from "zod";

export interface Context {
  agentId: string | null;
}

export const createContext = async (opts: { headers: Headers }): Promise<Context> => {
  return { agentId: opts.headers.get("x-agent-id") };
};

const t = initTRPC.context<Context>().create({
  transformer: superjson,
  errorFormatter({ shape, error }) {
    return { ...shape, data: { ...shape.data, zodError: error.cause instanceof ZodError ? error.cause.flatten() : null } };
  },
});

export const router = t.router;
export const publicProcedure = t.procedure;
export const agentProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.agentId) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { agentId: ctx.agentId } });
});
