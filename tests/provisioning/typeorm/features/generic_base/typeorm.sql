CREATE TABLE "setting" ("key" character varying NOT NULL, "value" jsonb NOT NULL, "scope" character varying NOT NULL, CONSTRAINT "PK_1c4c95d773004250c157a744d6e" PRIMARY KEY ("key"));
CREATE TABLE "override" ("key" character varying NOT NULL, "value" jsonb NOT NULL, "settingKey" character varying, CONSTRAINT "PK_d50faa229bd41712ece7c4c1d2a" PRIMARY KEY ("key"));
ALTER TABLE "override" ADD CONSTRAINT "FK_09483820fad98d13893f0e720f9" FOREIGN KEY ("settingKey") REFERENCES "setting"("key") ON DELETE NO ACTION ON UPDATE NO ACTION;
