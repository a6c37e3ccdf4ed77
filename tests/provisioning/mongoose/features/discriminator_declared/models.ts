import { Schema, model } from 'mongoose';

const options = { discriminatorKey: 'role', collection: 'people' };
const User = model('User', new Schema({ role: { type: String, required: true, enum: ['admin', 'guest'] }, name: String }, options));
export const Admin = User.discriminator('Admin', new Schema({ rights: [String] }), 'admin');
export const Guest = User.discriminator('Guest', new Schema({ until: Date, name: String }), 'guest');
