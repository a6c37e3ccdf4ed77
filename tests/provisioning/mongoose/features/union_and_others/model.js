const { Schema, model } = require('mongoose');

model('Mixed', new Schema({
  either: { type: Schema.Types.Union, of: [String, Number] },
  map: { type: Map, of: new Schema({ a: String }) },
  refs: { type: Map, of: { type: Schema.Types.ObjectId, ref: 'Mixed' } },
  buffers: [Buffer],
  dates: { type: [Date], default: [] },
}));
