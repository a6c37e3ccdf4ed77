CREATE TABLE "styles" ("id" SERIAL NOT NULL, "name" text, "code" character varying(10) NOT NULL, "version" integer NOT NULL DEFAULT '1', "viaFunctionId" integer, "viaCastId" integer, "inParenthesesId" integer, CONSTRAINT "PK_1f22d2e5045f508c5fce0eb6e86" PRIMARY KEY ("id"));
CREATE TABLE "inner_entity" ("id" SERIAL NOT NULL, CONSTRAINT "PK_a69785c65db50926510b5e4bfea" PRIMARY KEY ("id"));
ALTER TABLE "styles" ADD CONSTRAINT "FK_fa40fcd731c3ebae435af9cf984" FOREIGN KEY ("viaFunctionId") REFERENCES "styles"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "styles" ADD CONSTRAINT "FK_c79e2a2c7f6d5c6b27879de0b6d" FOREIGN KEY ("viaCastId") REFERENCES "styles"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "styles" ADD CONSTRAINT "FK_822a3c769213ceb611c9fa36c15" FOREIGN KEY ("inParenthesesId") REFERENCES "styles"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
