import mongoose from 'mongoose';
import address, { addressSchema } from './address';
import { Role } from './types';

export interface User { name: string }

export const userSchema = new mongoose.Schema<User>({
  name: String,
  home: address,
  others: [addressSchema],
  role: { type: String, enum: Object.values(Role), default: Role.Reader },
});
userSchema.index({ name: 1 });
