const { Schema, model } = require('mongoose');

const asset = new Schema({
  type: { type: String, required: true },
  meta: { type: { type: String }, size: Number },
  location: { type: { type: String, enum: ['Point'], default: 'Point' }, coordinates: [Number] },
  inner: { type: { a: String, b: Number } },
  list: [{ type: { type: String }, value: Number }],
});
const keyed = new Schema({ type: String, nested: { type: String, other: { $type: Number } }, sized: { $type: Number, min: 1 } }, { typeKey: '$type' });

exports.Asset = model('Asset', asset);
exports.Keyed = model('Keyed', keyed);
