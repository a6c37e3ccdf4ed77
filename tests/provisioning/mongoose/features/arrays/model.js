const mongoose = require('mongoose');
const { Schema } = mongoose;

module.exports = mongoose.model('Holder', new Schema({
  words: [String],
  typed: [{ type: Number }],
  given: { type: [Date], default: undefined },
  filled: { type: [String], default: ['a', "it's"] },
  needed: { type: [Boolean], required: true },
  nothing: { type: [String], default: null },
  empty: [],
  any: Array,
  mixed: [Schema.Types.Mixed],
  objects: [{}],
  grid: [[Number]],
  deep: [[[String]]],
  sizes: { type: [String], enum: ['s', 'm', 'l'] },
  colours: [{ type: String, enum: ['red', 'green'] }],
  ids: [Schema.Types.ObjectId],
  maps: [{ type: Map, of: String }],
  of: { type: Array, of: Number },
  named: { type: 'Array' },
  prices: [Schema.Types.Decimal128],
}));
