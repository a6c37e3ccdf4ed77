import { MongooseModule, Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

@Schema()
class Audited {
  @Prop({ type: String })
  createdBy: string;
}

@Schema({ discriminatorKey: 'kind' })
export class Event extends Audited {
  @Prop({ type: String, required: true, enum: ['Clicked', 'SignedUp'] })
  kind: string;

  @Prop({ type: Date, required: true })
  time: Date;
}
export const EventSchema = SchemaFactory.createForClass(Event);

@Schema()
export class Clicked {
  kind: string;

  @Prop({ type: String, required: true })
  url: string;
}
const ClickedSchema = SchemaFactory.createForClass(Clicked);

@Schema()
export class SignedUp {
  @Prop({ type: String })
  user: string;
}
const SignedUpSchema = SchemaFactory.createForClass(SignedUp);

export const feature = MongooseModule.forFeature([
  {
    name: Event.name,
    schema: EventSchema,
    discriminators: [
      { name: Clicked.name, schema: ClickedSchema },
      { name: SignedUp.name, schema: SignedUpSchema },
    ],
  },
]);
