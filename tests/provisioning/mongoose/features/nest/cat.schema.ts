import { Prop, raw, Schema, SchemaFactory } from '@nestjs/mongoose';
import mongoose, { HydratedDocument, Types } from 'mongoose';
import { Owner } from './owner.schema';

export enum Colour { Black = 'black', White = 'white' }
export type CatDocument = HydratedDocument<Cat>;

@Schema({ _id: false })
export class Toy {
  @Prop({ required: true })
  name: string;

  @Prop()
  price?: number;
}

@Schema()
export class Tag {
  @Prop()
  label: string;
}

export abstract class Named {
  @Prop({ index: true })
  nick: string;
}

@Schema({ timestamps: true, collection: 'kittens' })
export class Cat {
  @Prop({ required: true, unique: true })
  name: string;

  @Prop()
  age: number;

  @Prop({ default: false })
  tame: boolean;

  @Prop({ type: Date, default: Date.now })
  born: Date;

  @Prop([String])
  tags: string[];

  @Prop({ type: [String], enum: ['a', 'b'] })
  letters: string[];

  @Prop()
  anything: string[];

  @Prop({ type: mongoose.Schema.Types.ObjectId, ref: 'Owner' })
  owner: Owner;

  @Prop({ type: Types.ObjectId, ref: Owner.name, required: true })
  breeder: Types.ObjectId;

  @Prop({ type: [{ type: mongoose.Schema.Types.ObjectId, ref: 'Owner' }] })
  owners: Owner[];

  @Prop({ type: String, enum: Colour, default: Colour.Black })
  colour: Colour;

  @Prop({ type: String, enum: Object.values(Colour) })
  second: Colour;

  @Prop(raw({ first: { type: String }, last: { type: String } }))
  details: Record<string, unknown>;

  @Prop({ type: Toy })
  best: Toy;

  @Prop({ type: [Toy], default: [] })
  toys: Toy[];

  @Prop([Tag])
  labels: Tag[];

  @Prop({ type: () => Toy })
  lazy: Toy;

  @Prop(raw([{ a: { type: String } }]))
  list: unknown[];

  @Prop({ type: Object, default: {} })
  meta: Record<string, unknown>;

  @Prop({ type: Map, of: Number })
  counts: Map<string, number>;
}

export const CatSchema = SchemaFactory.createForClass(Cat);
CatSchema.index({ name: 1, age: -1 });
CatSchema.virtual('x').get(function () { return 1; });
