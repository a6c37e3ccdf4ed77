-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz012345678" (
    "id" INTEGER NOT NULL,
    "bcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz012345678" INTEGER NOT NULL,

    CONSTRAINT "Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvw_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BAbcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz012345678" (
    "id" INTEGER NOT NULL,

    CONSTRAINT "BAbcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuv_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz0" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrs_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwx_key" ON "Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz012345678"("bcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz012345678");

-- CreateIndex
CREATE INDEX "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrs_B_index" ON "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz0"("B");

-- AddForeignKey
ALTER TABLE "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz0" ADD CONSTRAINT "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrst_A_fkey" FOREIGN KEY ("A") REFERENCES "Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz012345678"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz0" ADD CONSTRAINT "_Abcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrst_B_fkey" FOREIGN KEY ("B") REFERENCES "BAbcdefghijklmnopqrstuvwxyz0123456789bcdefghijklmnopqrstuvwxyz012345678"("id") ON DELETE CASCADE ON UPDATE CASCADE;
