const { Schema, model } = require('mongoose');

module.exports = model('Person', new Schema({
  name: { first: { type: String, required: true }, last: String },
  address: { street: { name: String, number: { type: Number, default: 1 } } },
  very: { deeply: { nested: { thing: { here: String, there: Number } } } },
  tags: { list: [String] },
}));
