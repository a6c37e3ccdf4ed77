import mongoose, { Schema as S } from 'mongoose';

const { ObjectId, Decimal128 } = S.Types;
const schema = new S({ price: { type: Decimal128, default: 0 }, owner: { type: ObjectId }, at: { type: Date, default: Date } });

export default mongoose.model('Product', schema);
