-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "roles" AS ENUM ('ADMIN', 'user', 'a "guest" of ours');

-- CreateEnum
CREATE TYPE "Unused" AS ENUM ('one', 'TWO_2');

-- CreateTable
CREATE TABLE "User" (
    "id" INTEGER NOT NULL,
    "role" "roles" NOT NULL DEFAULT 'user',
    "other" "roles" DEFAULT 'ADMIN',

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
