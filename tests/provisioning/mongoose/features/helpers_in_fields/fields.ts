import { Schema } from 'mongoose';

export const required = (type: unknown) => ({ type, required: true });
export function reference(name: string, optional = false) {
  return { type: Schema.Types.ObjectId, ref: name, required: !optional };
}
export const Status = { field: { type: String, enum: ['on', 'off'], default: 'on' } };
