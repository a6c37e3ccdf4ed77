import { Schema, model } from 'mongoose';
import { required, reference, Status } from './fields';

model('Company', new Schema({ name: required(String), status: Status.field }));
export const Deal = model('Deal', new Schema({
  company: reference('Company'),
  amount: { ...required(Number), min: 0 },
  [`total_${'eur'}`]: Number,
}));
