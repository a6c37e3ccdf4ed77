const mongoose = require('mongoose');
const { Schema } = mongoose;

const thing = new Schema({
  text: String,
  words: 'string',
  count: Number,
  flag: Boolean,
  other: 'bool',
  when: Date,
  bytes: Buffer,
  any: Schema.Types.Mixed,
  thing: {},
  object: Object,
  price: Schema.Types.Decimal128,
  big: BigInt,
  longer: Schema.Types.BigInt,
  whole: Schema.Types.Int32,
  exact: Schema.Types.Double,
  code: Schema.Types.UUID,
  owner: Schema.Types.ObjectId,
  holder: mongoose.Types.ObjectId,
  keeper: Schema.ObjectId,
  named: 'ObjectId',
  map: Map,
  counts: { type: Map, of: Number },
});

module.exports = mongoose.model('Thing', thing);
