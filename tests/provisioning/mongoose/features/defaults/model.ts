import mongoose, { Schema } from 'mongoose';
import { randomUUID } from 'crypto';

const LEVEL = 3;

const schema = new Schema({
  text: { type: String, default: 'x' },
  quoted: { type: String, default: "it's" },
  numberAsText: { type: String, default: 5 },
  empty: { type: String, default: '' },
  nothing: { type: String, default: null },
  number: { type: Number, default: LEVEL },
  negative: { type: Number, default: -1.5 },
  product: { type: Number, default: 24 * 60 * 60 },
  textAsNumber: { type: Number, default: '7' },
  flag: { type: Boolean, default: false },
  now: { type: Date, default: Date.now },
  arrow: { type: Date, default: () => new Date() },
  functional: { type: Date, default: () => Date.now() },
  once: { type: Date, default: new Date() },
  called: { type: Date, default: Date.now() },
  fixed: { type: Date, default: new Date('2020-02-03T04:05:06Z') },
  text_date: { type: Date, default: '2021-01-01' },
  object: { type: Object, default: { a: 1, b: [true, null] } },
  emptyObject: { type: Schema.Types.Mixed, default: {} },
  computed: { type: String, default: function () { return Math.random().toString(36); } },
  id: { type: String, default: () => randomUUID() },
  map: { type: Map, of: String, default: {} },
  later: { type: Date, default: () => new Date(Date.now() + 1000) },
});

export default mongoose.model('Setting', schema);
