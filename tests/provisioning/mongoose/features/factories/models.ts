import mongoose, { Schema, type SchemaDefinition } from 'mongoose';

const base = { createdBy: { type: String, required: true } };

function makeSchema(fields: SchemaDefinition, { audited = true } = {}) {
  const schema = new Schema({ ...base, ...fields, audited: { type: Boolean, default: audited } }, { timestamps: true });
  schema.index({ createdBy: 1 });
  return schema;
}

const text = (length: number) => ({ type: String, maxlength: length });
const wrap = <T>(name: string, schema: Schema) => mongoose.models[name] || mongoose.model<T>(name, schema);

export const Note = mongoose.model('Note', makeSchema({ body: text(100) }));
export const Task = wrap('Task', makeSchema({ title: text(20) }, { audited: false }));
