const { Schema, model } = require('mongoose');

module.exports = model('Form', new Schema({
  yes: { type: String, required: true },
  message: { type: String, required: [true, 'Say it'] },
  words: { type: String, required: 'Say it, please' },
  object: { type: String, required: { isRequired: true, message: 'x' } },
  no: { type: String, required: false },
  notReally: { type: String, required: [false, 'x'] },
  sometimes: { type: String, required: function () { return this.yes === 'x'; } },
  arrow: { type: Number, required: () => true },
  conditional: { type: Number, required: [function () { return false; }, 'why'] },
}));
