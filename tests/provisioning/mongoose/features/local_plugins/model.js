const { Schema, model } = require('mongoose');

function softDelete(schema, options) {
  schema.add({ deletedAt: { type: Date, default: null } });
  schema.index({ deletedAt: 1 });
  schema.pre('find', function () {});
}
const owned = (schema, { by }) => {
  schema.add({ [by]: { type: String, required: true } });
};

const schema = new Schema({ a: String });
schema.plugin(softDelete);
schema.plugin(owned, { by: 'owner' });
module.exports = model('Plugged', schema);
