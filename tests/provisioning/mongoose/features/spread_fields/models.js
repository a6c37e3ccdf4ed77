const { Schema, model } = require('mongoose');

const audit = { createdBy: String, updatedBy: String };
const soft = { deletedAt: { type: Date, default: null } };
const options = { timestamps: true, versionKey: false };

model('First', new Schema({ a: String, ...audit, ...soft }, options));
model('Second', new Schema(Object.assign({ b: String }, audit), { ...options, collection: 'seconds_here' }));
model('Third', new Schema([{ a: String }, { b: Number }]));
