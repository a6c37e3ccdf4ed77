const { Schema, model } = require('mongoose');

const item = new Schema({ sku: { type: String, index: true }, code: { type: String, unique: true }, n: Number });
item.index({ sku: 1, n: -1 });

const schema = new Schema({
  plain: { type: String, index: true },
  down: { type: Number, index: -1 },
  worded: { type: Number, index: 'desc' },
  unique: { type: String, unique: true },
  needed: { type: String, required: true, unique: true },
  message: { type: String, unique: [true, 'taken'] },
  sparse: { type: String, unique: true, sparse: true },
  onlySparse: { type: String, sparse: true },
  object: { type: String, index: { unique: true, sparse: true } },
  not: { type: String, unique: false, index: false },
  expires: { type: Date, expires: 3600 },
  ttl: { type: Date, index: { expires: '1d' } },
  text: { type: String, text: true },
  hashed: { type: String, index: 'hashed' },
  place: { type: [Number], index: '2dsphere' },
  tags: { type: [String], index: true },
  labels: [{ type: String, index: true }],
  any: { type: Schema.Types.Mixed, index: true },
  first: { type: String, index: { name: 'together' } },
  second: { type: Number, index: { name: 'together' } },
  nested: { inner: { type: String, index: true } },
  items: [item],
  owner: { type: Schema.Types.ObjectId, ref: 'Item', index: true },
  state: String,
  deleted: Date,
});
schema.index({ plain: 1, down: -1 });
schema.index({ plain: 1, state: 1 }, { unique: true });
schema.index({ title: 'text' });
schema.index({ state: 1 }, { unique: true, partialFilterExpression: { deleted: null } });
schema.index({ down: 1 }, { partialFilterExpression: { state: { $exists: true }, down: { $gt: 5 } } });
schema.index({ plain: 1, 'items.sku': 1 });
schema.index({ 'nested.inner': 1, needed: 'desc' });
schema.index({ '$**': 1 });
schema.index({ 'items.n': 1 });
schema.index({ needed: 1 }, { expireAfterSeconds: 10 }).index({ worded: 1 });

module.exports = model('Item', schema);
