CREATE TABLE "person" ("id" SERIAL NOT NULL, "name" character varying NOT NULL, CONSTRAINT "PK_5fdaf670315c4b7e70cce85daa3" PRIMARY KEY ("id"));
ALTER TABLE "person" ADD "nickname" character varying;
ALTER TABLE "person" DROP COLUMN "name";
ALTER TABLE "person" ADD "name" character varying(80) NOT NULL;
