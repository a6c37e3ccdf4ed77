CREATE TABLE "folder" ("id" SERIAL NOT NULL, "title" text NOT NULL, "mpath" character varying DEFAULT '', "parentId" integer, CONSTRAINT "PK_6278a41a706740c94c02e288df8" PRIMARY KEY ("id"));
ALTER TABLE "folder" ADD CONSTRAINT "FK_9ee3bd0f189fb242d488c0dfa39" FOREIGN KEY ("parentId") REFERENCES "folder"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
