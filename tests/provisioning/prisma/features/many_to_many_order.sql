-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "zebra" (
    "id" UUID NOT NULL,

    CONSTRAINT "zebra_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Apple" (
    "id" INTEGER NOT NULL,

    CONSTRAINT "Apple_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "_AppleTozebra" (
    "A" INTEGER NOT NULL,
    "B" UUID NOT NULL,

    CONSTRAINT "_AppleTozebra_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE INDEX "_AppleTozebra_B_index" ON "_AppleTozebra"("B");

-- AddForeignKey
ALTER TABLE "_AppleTozebra" ADD CONSTRAINT "_AppleTozebra_A_fkey" FOREIGN KEY ("A") REFERENCES "Apple"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_AppleTozebra" ADD CONSTRAINT "_AppleTozebra_B_fkey" FOREIGN KEY ("B") REFERENCES "zebra"("id") ON DELETE CASCADE ON UPDATE CASCADE;
