import mongoose, { Document, HydratedDocument, InferSchemaType, Model, Schema, Types } from 'mongoose';

export interface IUser extends Document { name: string; friends: Types.ObjectId[] }
interface Methods { full(): string }
type UserModel = Model<IUser, object, Methods>;

const schema = new Schema<IUser, UserModel, Methods>(
  {
    name: { type: String, required: true } as const,
    friends: [{ type: Types.ObjectId, ref: 'User' }],
    score: { type: Number, default: 0 as number },
  } satisfies Record<string, unknown>,
  { timestamps: true, toJSON: { virtuals: true } },
);
schema.virtual('posts', { ref: 'Post', localField: '_id', foreignField: 'author' });
type Inferred = InferSchemaType<typeof schema>;

export default (mongoose.models.User as UserModel) || mongoose.model<IUser, UserModel>('User', schema);
