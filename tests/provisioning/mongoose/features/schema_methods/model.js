const { Schema, model } = require('mongoose');

const schema = new Schema({ a: String, b: Number, c: { d: String }, gone: String });
schema.add({ e: Date, f: { g: Boolean } });
schema.add(new Schema({ h: { type: String, index: true } }));
schema.path('i', { type: Number, default: 3 });
schema.path('a').required(true);
schema.path('b').index(true);
schema.remove('gone');
schema.index({ a: 1 });
schema.removeIndex({ a: 1 });
schema.virtual('full').get(function () { return this.a; });
schema.methods.say = function () {};
schema.statics.find2 = function () {};
schema.pre('save', function (next) { next(); });
schema.set('toJSON', { virtuals: true });

const cleared = new Schema({ a: String });
cleared.index({ a: 1 });
cleared.clearIndexes();

exports.Thing = model('Thing', schema);
exports.Cleared = model('Cleared', cleared);
exports.Copy = model('Copy', schema.clone().add({ more: String }));
exports.Picked = model('Picked', schema.pick(['a', 'e']));
exports.Omitted = model('Omitted', new Schema({ a: String, b: Number, c: { d: Date } }).omit(['b', 'c']));
