const { Schema, model } = require('mongoose');

const event = new Schema({ at: { type: Date, required: true } }, { discriminatorKey: 'kind' });
const Event = model('Event', event);
const Click = Event.discriminator('Click', new Schema({ url: { type: String, required: true } }));
Event.discriminator('Sale', new Schema({ amount: { type: Number, index: true } }), 'sale');

const shape = new Schema({ name: String });
shape.discriminator('Circle', new Schema({ radius: { type: Number, required: true } }));
shape.discriminator('Square', new Schema({ side: Number }));
model('Shape', shape);

const batch = new Schema({ events: [new Schema({ at: Date }, { discriminatorKey: 'what', _id: false })] });
batch.path('events').discriminator('Tap', new Schema({ x: Number }, { _id: false }));
batch.path('events').discriminator('Key', new Schema({ key: { type: String, required: true } }, { _id: false }));
model('Batch', batch);

model('Visit', new Schema({ click: { type: Schema.Types.ObjectId, ref: 'Click' }, clicks: [{ type: Schema.Types.ObjectId, ref: 'Click' }] }));
