import { Schema } from 'mongoose';

export const addressSchema = new Schema({ street: String, zip: { type: String, required: true } }, { _id: false });
export default addressSchema;
