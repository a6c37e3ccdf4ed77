-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Country" (
    "id" INTEGER NOT NULL,
    "code" CHAR(2) NOT NULL,
    "region" TEXT NOT NULL,
    "number" INTEGER NOT NULL,

    CONSTRAINT "Country_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "City" (
    "id" INTEGER NOT NULL,
    "code" CHAR(2) NOT NULL,

    CONSTRAINT "City_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Area" (
    "id" INTEGER NOT NULL,
    "region" TEXT NOT NULL,
    "number" INTEGER NOT NULL,

    CONSTRAINT "Area_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Country_code_key" ON "Country"("code");

-- CreateIndex
CREATE UNIQUE INDEX "Country_region_number_key" ON "Country"("region", "number");

-- AddForeignKey
ALTER TABLE "City" ADD CONSTRAINT "City_code_fkey" FOREIGN KEY ("code") REFERENCES "Country"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Area" ADD CONSTRAINT "Area_region_number_fkey" FOREIGN KEY ("region", "number") REFERENCES "Country"("region", "number") ON DELETE RESTRICT ON UPDATE CASCADE;
