-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Größe" AS ENUM ('groß', 'klein');

-- CreateTable
CREATE TABLE "Usuario" (
    "id" SERIAL NOT NULL,
    "contraseña" TEXT NOT NULL,
    "größe" "Größe" NOT NULL DEFAULT 'groß',
    "名前" TEXT,

    CONSTRAINT "Usuario_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Año" (
    "número" INTEGER NOT NULL,
    "usuarioId" INTEGER NOT NULL,

    CONSTRAINT "Año_pkey" PRIMARY KEY ("número")
);

-- CreateIndex
CREATE INDEX "Usuario_contraseña_名前_idx" ON "Usuario"("contraseña", "名前");

-- CreateIndex
CREATE UNIQUE INDEX "Año_usuarioId_número_key" ON "Año"("usuarioId", "número");

-- AddForeignKey
ALTER TABLE "Año" ADD CONSTRAINT "Año_usuarioId_fkey" FOREIGN KEY ("usuarioId") REFERENCES "Usuario"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
