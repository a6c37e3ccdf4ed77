import mongoose, { model } from 'mongoose';
import { userSchema } from './user';

userSchema.add({ extra: Number });
export const User = model<any>('User', userSchema);
export const Group = model('Group', new mongoose.Schema({ users: [{ type: mongoose.Schema.Types.ObjectId, ref: User }] }));
