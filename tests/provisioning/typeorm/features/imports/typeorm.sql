CREATE TYPE "public"."app_users_state_enum" AS ENUM('on', 'off');
CREATE TABLE "app_users" ("id" SERIAL NOT NULL, "name" character varying(64) NOT NULL, "state" "public"."app_users_state_enum" NOT NULL DEFAULT 'on', "roleId" integer, CONSTRAINT "PK_9b97e4fbff9c2f3918fda27f999" PRIMARY KEY ("id"));
CREATE TYPE "public"."app_roles_state_enum" AS ENUM('on', 'off');
CREATE TABLE "app_roles" ("id" SERIAL NOT NULL, "name" character varying(128) NOT NULL, "state" "public"."app_roles_state_enum" NOT NULL, CONSTRAINT "PK_1dab358fe21b705367e3a7194c0" PRIMARY KEY ("id"));
ALTER TABLE "app_users" ADD CONSTRAINT "FK_a5d13d152c0f3b38fcdb59c288e" FOREIGN KEY ("roleId") REFERENCES "app_roles"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
