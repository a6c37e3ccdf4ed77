import { EntitySchema } from "typeorm";

const Base = {
  id: { type: "uuid", primary: true, generated: "uuid" },
  createdAt: { type: "timestamp", createDate: true },
} as const;

export class Team {
  id: string;
  players: Player[];
}

export class Player {
  id: string;
  team: Team;
}

export const TeamSchema = new EntitySchema<Team>({
  name: Team.name,
  target: Team,
  columns: { ...Base, title: { type: "varchar" } },
  relations: { players: { type: "one-to-many", target: () => Player, inverseSide: "team" } },
});

export const PlayerSchema = new EntitySchema<Player>({
  name: "Player",
  target: Player,
  schema: "sport",
  columns: { ...Base },
  relations: { team: { type: "many-to-one", target: () => Team, inverseSide: "players" } },
});

const NameSchema = new EntitySchema({ name: "name", columns: { first: { type: "varchar" }, last: { type: "varchar" } } });

export const CoachSchema = new EntitySchema({
  name: "Coach",
  columns: { ...Base },
  embeddeds: { called: { schema: NameSchema }, nick: { schema: NameSchema, prefix: "nick_" } },
});
