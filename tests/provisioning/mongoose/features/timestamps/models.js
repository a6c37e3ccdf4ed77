const { Schema, model } = require('mongoose');

model('Both', new Schema({ a: String }, { timestamps: true }));
model('Renamed', new Schema({ a: String }, { timestamps: { createdAt: 'created_at', updatedAt: 'updated_at' } }));
model('One', new Schema({ a: String }, { timestamps: { createdAt: true, updatedAt: false } }));
model('Rest', new Schema({ a: String }, { timestamps: { createdAt: 'made' } }));
model('Declared', new Schema({ a: String, createdAt: { type: Date, immutable: true } }, { timestamps: true }));
model('Numbered', new Schema({ createdAt: Number, updatedAt: Number }, { timestamps: true }));
model('Off', new Schema({ a: String }, { timestamps: false }));
model('Nested', new Schema({ a: String }, { timestamps: { createdAt: 'meta.created', updatedAt: 'meta.updated' } }));
const later = new Schema({ a: String });
later.set('timestamps', true);
model('Later', later);
