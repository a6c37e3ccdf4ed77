CREATE SCHEMA IF NOT EXISTS "sport";
CREATE TABLE "team" ("id" uuid NOT NULL DEFAULT uuid_generate_v4(), "createdAt" TIMESTAMP NOT NULL DEFAULT now(), "title" character varying NOT NULL, CONSTRAINT "PK_f57d8293406df4af348402e4b74" PRIMARY KEY ("id"));
CREATE TABLE "sport"."player" ("id" uuid NOT NULL DEFAULT uuid_generate_v4(), "createdAt" TIMESTAMP NOT NULL DEFAULT now(), "teamId" uuid, CONSTRAINT "PK_65edadc946a7faf4b638d5e8885" PRIMARY KEY ("id"));
CREATE TABLE "coach" ("id" uuid NOT NULL DEFAULT uuid_generate_v4(), "createdAt" TIMESTAMP NOT NULL DEFAULT now(), "calledFirst" character varying NOT NULL, "calledLast" character varying NOT NULL, "nick_First" character varying NOT NULL, "nick_Last" character varying NOT NULL, CONSTRAINT "PK_c2ca0875fe0755b197d0147713d" PRIMARY KEY ("id"));
ALTER TABLE "sport"."player" ADD CONSTRAINT "FK_e85150e7e8a80bee7f2be3adab0" FOREIGN KEY ("teamId") REFERENCES "team"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
