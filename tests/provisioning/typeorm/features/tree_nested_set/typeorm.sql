CREATE TABLE "node" ("id" uuid NOT NULL DEFAULT uuid_generate_v4(), "nsleft" integer NOT NULL DEFAULT '1', "nsright" integer NOT NULL DEFAULT '2', "parentId" uuid, CONSTRAINT "PK_8c8caf5f29d25264abe9eaf94dd" PRIMARY KEY ("id"));
ALTER TABLE "node" ADD CONSTRAINT "FK_ba001b660671bf4233abd7e7955" FOREIGN KEY ("parentId") REFERENCES "node"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
