-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Chicken" (
    "id" INTEGER NOT NULL,
    "eggId" INTEGER NOT NULL,

    CONSTRAINT "Chicken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Egg" (
    "id" INTEGER NOT NULL,
    "motherId" INTEGER,

    CONSTRAINT "Egg_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Chicken_eggId_key" ON "Chicken"("eggId");

-- AddForeignKey
ALTER TABLE "Chicken" ADD CONSTRAINT "Chicken_eggId_fkey" FOREIGN KEY ("eggId") REFERENCES "Egg"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Egg" ADD CONSTRAINT "Egg_motherId_fkey" FOREIGN KEY ("motherId") REFERENCES "Chicken"("id") ON DELETE SET NULL ON UPDATE CASCADE;
