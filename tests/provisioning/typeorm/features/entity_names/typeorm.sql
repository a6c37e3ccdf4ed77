CREATE TABLE "http_request_log" ("id" SERIAL NOT NULL, CONSTRAINT "PK_6980415c36f7e4256d77d108e5b" PRIMARY KEY ("id"));
CREATE TABLE "plain_name" ("id" SERIAL NOT NULL, CONSTRAINT "PK_520bb8efb32925d4eb2458cbd50" PRIMARY KEY ("id"));
CREATE TABLE "from_options" ("id" SERIAL NOT NULL, CONSTRAINT "PK_233da16cc9bf4b17fc148f51747" PRIMARY KEY ("id"));
COMMENT ON TABLE "from_options" IS 'What it is for';
CREATE TABLE "both" ("id" SERIAL NOT NULL, CONSTRAINT "PK_81ce9f1bf196f7054240ac9d441" PRIMARY KEY ("id"));
CREATE TABLE "select" ("order" SERIAL NOT NULL, "group" character varying NOT NULL, "with-dash" character varying NOT NULL, CONSTRAINT "PK_8552e4e2d3bf4c4e21be103c64d" PRIMARY KEY ("order"));
