CREATE TYPE "public"."animals_species_enum" AS ENUM('cat', 'dog');
CREATE TABLE "animals" ("id" SERIAL NOT NULL, "species" "public"."animals_species_enum" NOT NULL, "lives" integer, "tricks" character varying, CONSTRAINT "PK_6154c334bbb19186788468bce5c" PRIMARY KEY ("id"));
CREATE INDEX "IDX_2e536a166300173623c2c780c4" ON "animals" ("species") ;
CREATE TABLE "vehicle" ("id" SERIAL NOT NULL, "type" character varying NOT NULL, "doors" integer, CONSTRAINT "PK_187fa17ba39d367e5604b3d1ec9" PRIMARY KEY ("id"));
CREATE INDEX "IDX_e5c16596d14b9cb2527e8e4633" ON "vehicle" ("type") ;
CREATE TABLE "machine" ("id" SERIAL NOT NULL, "bits" integer, "sort" character varying NOT NULL, "enginePower" integer, "secondPower" integer, CONSTRAINT "PK_acc588900ffa841d96eb5fd566c" PRIMARY KEY ("id"));
