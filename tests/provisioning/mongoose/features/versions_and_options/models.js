const { Schema, model } = require('mongoose');

model('Versioned', new Schema({ a: String }, { versionKey: 'version' }));
model('Loose', new Schema({ a: String }, { strict: false, minimize: false }));
model('Plain', new Schema({ id: String, a: { type: String, alias: 'b', select: false, immutable: true } }, { id: false }));
