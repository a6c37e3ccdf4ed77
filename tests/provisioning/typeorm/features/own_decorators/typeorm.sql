CREATE TABLE "bill" ("id" uuid NOT NULL DEFAULT uuid_generate_v4(), "total" numeric(12,2) NOT NULL, "paid_amount" numeric(12,2), "reference" text NOT NULL, "note" character varying NOT NULL, "other" character varying, "createdAt" TIMESTAMP NOT NULL DEFAULT now(), "count" integer NOT NULL, CONSTRAINT "PK_683b47912b8b30fe71d1fa22199" PRIMARY KEY ("id"));
CREATE INDEX "IDX_61d76f712119b5ec58751e51d1" ON "bill" ("reference") ;
CREATE TABLE "receipts" ("id" uuid NOT NULL DEFAULT uuid_generate_v4(), "billId" uuid, CONSTRAINT "PK_5e8182d7c29e023da6e1ff33bfe" PRIMARY KEY ("id"));
ALTER TABLE "receipts" ADD CONSTRAINT "FK_16a46435ddf9914e1555bcde338" FOREIGN KEY ("billId") REFERENCES "bill"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
