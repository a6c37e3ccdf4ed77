-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Order" (
    "shop" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,

    CONSTRAINT "Order_pkey" PRIMARY KEY ("shop","number")
);

-- CreateTable
CREATE TABLE "Line" (
    "id" INTEGER NOT NULL,
    "shop" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,

    CONSTRAINT "Line_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Note" (
    "id" INTEGER NOT NULL,
    "shop" INTEGER NOT NULL,
    "number" INTEGER,

    CONSTRAINT "Note_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Other" (
    "id" INTEGER NOT NULL,
    "shop" INTEGER,
    "number" INTEGER,

    CONSTRAINT "Other_pkey" PRIMARY KEY ("id")
);

-- AddForeignKey
ALTER TABLE "Line" ADD CONSTRAINT "Line_shop_number_fkey" FOREIGN KEY ("shop", "number") REFERENCES "Order"("shop", "number") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Note" ADD CONSTRAINT "Note_shop_number_fkey" FOREIGN KEY ("shop", "number") REFERENCES "Order"("shop", "number") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Other" ADD CONSTRAINT "Other_number_shop_fkey" FOREIGN KEY ("number", "shop") REFERENCES "Order"("number", "shop") ON DELETE SET NULL ON UPDATE CASCADE;
