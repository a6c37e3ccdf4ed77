const { Schema, model } = require('mongoose');

const address = new Schema({ street: { type: String, required: true }, city: String });
const line = new Schema({ sku: { type: String, required: true }, quantity: { type: Number, default: 1 } }, { _id: false });
const stop = new Schema({ at: Date, place: address }, { timestamps: true });

module.exports = model('Order', new Schema({
  billing: { type: address, required: true },
  shipping: address,
  lines: [line],
  stops: { type: [stop], default: undefined },
  notes: [{ body: String, by: { type: Schema.Types.ObjectId, ref: 'Order' } }],
  gifts: [{ type: line }],
  extra: { inner: [{ a: Number, _id: false }] },
  inline: { type: { a: String, b: { type: Number, required: true } }, required: true },
}));
