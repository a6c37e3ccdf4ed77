const { Schema, model } = require('mongoose');

module.exports = model('Account', new Schema({
  age: { type: Number, min: 18, max: [120, 'too old'] },
  rating: { type: Number, min: { value: 0.5, message: 'x' }, max: 5 },
  name: { type: String, minlength: 2, maxlength: [50, 'long'], trim: true, lowercase: true },
  nick: { type: String, minLength: 3, maxLength: 9 },
  email: { type: String, match: [/^[\w.+-]+@[a-z\d-]+(\.[a-z\d-]+)*\.[a-z]+$/i, 'no'] },
  phone: { type: String, match: /^\+?[0-9\s()-]{7,15}$/ },
  word: { type: String, match: /^(?!x)\b.*$/ },
  born: { type: Date, min: '1900-01-01' },
  whole: { type: Number, validate: Number.isInteger },
  rounded: { type: Number, get: (v) => Math.round(v), set: (v) => Math.round(v) },
  checked: { type: Number, validate: { validator: Number.isInteger, message: 'x' } },
  custom: { type: String, validate: (v) => v !== 'x' },
}));
