import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

export class Base {
  @Prop({ type: String, index: true })
  externalId: string;
}

@Schema({ timestamps: { createdAt: 'created_at', updatedAt: false } })
export class Owner {
  @Prop({ type: String, required: [true, 'x'], maxlength: 20 })
  name: string | null;

  @Prop()
  home?: Date;

  @Prop({ required: false, type: [String] })
  emails: string[];
}

export const OwnerSchema = SchemaFactory.createForClass(Owner);
