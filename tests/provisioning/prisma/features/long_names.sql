-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxy" (
    "id" INTEGER NOT NULL,
    "bcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvw" INTEGER NOT NULL,
    "other" INTEGER NOT NULL,

    CONSTRAINT "Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvw_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BAbcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz" (
    "id" INTEGER NOT NULL,

    CONSTRAINT "BAbcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuv_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyTo" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrs_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwx_key" ON "Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxy"("bcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvw");

-- CreateIndex
CREATE INDEX "Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwx_idx" ON "Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxy"("other", "bcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvw");

-- CreateIndex
CREATE INDEX "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrs_B_index" ON "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyTo"("B");

-- AddForeignKey
ALTER TABLE "BAbcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz" ADD CONSTRAINT "BAbcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuv_fkey" FOREIGN KEY ("id") REFERENCES "BAbcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyTo" ADD CONSTRAINT "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrst_A_fkey" FOREIGN KEY ("A") REFERENCES "Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxy"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyTo" ADD CONSTRAINT "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrst_B_fkey" FOREIGN KEY ("B") REFERENCES "BAbcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz"("id") ON DELETE CASCADE ON UPDATE CASCADE;
