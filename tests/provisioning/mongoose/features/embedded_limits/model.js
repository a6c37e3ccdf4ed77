const { Schema, model } = require('mongoose');

const point = new Schema({ type: { type: String, enum: ['Point'], required: true }, coordinates: { type: [Number], required: true } });
module.exports = model('Place', new Schema({
  at: { type: point, required: true },
  near: { type: point, index: '2dsphere' },
  hours: [{ day: { type: Number, min: 0, max: 6, required: true }, open: { type: String, match: /^\d{2}:\d{2}$/ } }],
}));
