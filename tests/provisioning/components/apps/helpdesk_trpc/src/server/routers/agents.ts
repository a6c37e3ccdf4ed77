import { AgentSchema } from "../../shared/schemas";
import { db } from "../store";
import { agentProcedure, router } from "../trpc";
import { randomUUID } from "node:crypto";

export const agentsRouter = router({
  list: agentProcedure.query(() => db.agents.all().filter((agent) => agent.active)),
  invite: agentProcedure.input(AgentSchema.omit({ id: true, active: true })).mutation(({ input }) =>
    db.agents.put({ ...input, id: randomUUID(), active: true }),
  ),
});
