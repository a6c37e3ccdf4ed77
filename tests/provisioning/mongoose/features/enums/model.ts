import { Schema, model } from 'mongoose';

export enum Role { Admin = 'admin', User = 'user' }
enum Level { Low, Middle, High = 10 }
export const STATUSES = ['open', 'closed'] as const;
const Kinds = Object.freeze({ A: 'a', B: 'b' });
const sizes = { values: ['s', 'm'], message: '{VALUE} is no size' };

const schema = new Schema({
  plain: { type: String, enum: ['a', "b's"] },
  object: { type: String, enum: { values: ['x', 'y'], message: 'no' } },
  role: { type: String, enum: Object.values(Role), default: Role.User },
  direct: { type: String, enum: Role },
  status: { type: String, enum: STATUSES, default: STATUSES[0] },
  kind: { type: String, enum: Object.values(Kinds) },
  keys: { type: String, enum: Object.keys(Kinds) },
  size: { type: String, enum: sizes },
  spread: { type: String, enum: [...STATUSES, 'lost'] },
  stars: { type: Number, enum: [1, 2, 3, 4, 5] },
  level: { type: Number, enum: [Level.Low, Level.High], default: Level.Low },
  nullable: { type: String, enum: ['a', null] },
});

export const Ticket = model('Ticket', schema);
