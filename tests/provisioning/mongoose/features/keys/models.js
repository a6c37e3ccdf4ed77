const mongoose = require('mongoose');
const { Schema, model } = mongoose;
const { v4: uuidv4 } = require('uuid');

model('Auto', new Schema({ a: String }));
model('Text', new Schema({ _id: String, a: String }));
model('Needed', new Schema({ _id: { type: String, required: true }, a: String }));
model('Number', new Schema({ _id: Number, a: String }));
model('Own', new Schema({ _id: Schema.Types.ObjectId, a: String }));
model('Given', new Schema({ _id: { type: Schema.Types.ObjectId, auto: true }, a: String }));
model('Uuid', new Schema({ _id: { type: String, default: uuidv4 }, a: String }));
model('Binary', new Schema({ _id: Schema.Types.UUID, others: [{ _id: Number, a: String }] }));
model('Keyless', new Schema({ items: [{ _id: false, a: String }], single: { type: new Schema({ b: String }, { _id: false }) } }));
