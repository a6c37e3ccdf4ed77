-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "ööööööööööööööööööööööööööööö" (
    "id" INTEGER NOT NULL,
    "ééééééééééééééééééééééééééééé" INTEGER NOT NULL,

    CONSTRAINT "ööööööööööööööööööööööööööööö_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ööööööööööööööööööööööööööööö__key" ON "ööööööööööööööööööööööööööööö"("ééééééééééééééééééééééééééééé");

-- AddForeignKey
ALTER TABLE "ööööööööööööööööööööööööööööö" ADD CONSTRAINT "ööööööööööööööööööööööööööööö_fkey" FOREIGN KEY ("ééééééééééééééééééééééééééééé") REFERENCES "ööööööööööööööööööööööööööööö"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
