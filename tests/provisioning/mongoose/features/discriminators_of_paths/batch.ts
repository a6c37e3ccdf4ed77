import { Schema, model } from "mongoose";

const eventSchema = new Schema({ message: String }, { discriminatorKey: "kind" });
const batchSchema = new Schema({ events: [eventSchema] });
const eventPath = batchSchema.path("events") as Schema.Types.DocumentArray;

eventPath.discriminator("Clicked", new Schema({ element: { type: String, required: true } }));
eventPath.discriminator("Purchased", new Schema({ product: String }), "bought");

export const Batch = model("Batch", batchSchema);

// Two models of one schema: each has the discriminators that are its own.
const noteSchema = new Schema({ text: String });
const Kept = model("Kept", noteSchema);
const Pending = model("Pending", noteSchema);
Kept.discriminator("Signed", new Schema({ signature: { type: String, index: true } }));
Pending.discriminator("PendingSigned", new Schema({ waiting: Boolean }), "signed");
