CREATE TABLE "owner" ("id" SERIAL NOT NULL, CONSTRAINT "PK_8e86b6b9f94aece7d12d465dc0c" PRIMARY KEY ("id"));
CREATE TABLE "thing" ("ownedOwnerid" integer, "keyTenant" character varying NOT NULL, "keyId" uuid NOT NULL, CONSTRAINT "REL_5a04a173a9b4179a48181c2ee4" UNIQUE ("ownedOwnerid"), CONSTRAINT "PK_26d40c3d6904e8b72aaef2bcfa9" PRIMARY KEY ("keyTenant", "keyId"));
CREATE TABLE "part" ("id" SERIAL NOT NULL, "thingTenant" character varying, "thingId" uuid, CONSTRAINT "PK_58888debdf048d2dfe459aa59da" PRIMARY KEY ("id"));
ALTER TABLE "thing" ADD CONSTRAINT "FK_5a04a173a9b4179a48181c2ee44" FOREIGN KEY ("ownedOwnerid") REFERENCES "owner"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "part" ADD CONSTRAINT "FK_5e59ca9b3c4ff3f2ba39cf64fb3" FOREIGN KEY ("thingTenant", "thingId") REFERENCES "thing"("keyTenant","keyId") ON DELETE NO ACTION ON UPDATE NO ACTION;
