import { MongooseModule, Prop, Schema, SchemaFactory } from "@nestjs/mongoose";

@Schema()
export class BanInfo {
  @Prop({ default: false })
  isBanned: boolean;

  @Prop({ type: String, minlength: 20 })
  banReason: string;
}
export const BanInfoSchema = SchemaFactory.createForClass(BanInfo);

@Schema({ _id: false })
export class Session {
  @Prop({ required: true })
  device: string;
}
export const SessionSchema = SchemaFactory.createForClass(Session);

@Schema()
export class User {
  @Prop({ required: true })
  login: string;

  @Prop({ type: BanInfoSchema, required: true })
  banInfo: BanInfo;

  @Prop({ type: [SessionSchema], default: [] })
  sessions: Session[];
}
export const UserSchema = SchemaFactory.createForClass(User);

MongooseModule.forFeature([{ name: User.name, schema: UserSchema }]);
