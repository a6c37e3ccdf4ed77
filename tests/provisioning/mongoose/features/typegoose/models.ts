import { getDiscriminatorModelForClass, getModelForClass, index, modelOptions, prop, Ref } from '@typegoose/typegoose';
import { TimeStamps } from '@typegoose/typegoose/lib/defaultClasses';

enum Genders { Male = 'male', Female = 'female' }
enum Level { Low, High }

class Job {
  @prop()
  public title?: string;

  @prop({ required: true })
  public position!: string;
}

@modelOptions({ schemaOptions: { collection: 'motors' } })
export class Car {
  @prop({ type: () => String, unique: true, required: true })
  public plate!: string;
}

@index({ name: 1, age: -1 })
@modelOptions({ schemaOptions: { timestamps: true } })
export class User extends TimeStamps {
  @prop({ required: true, minlength: 2 })
  public name!: string;

  @prop({ min: 0, index: true })
  public age?: number;

  @prop({ enum: Genders, default: Genders.Male, type: String })
  public gender?: Genders;

  @prop({ enum: Level, type: Number })
  public level?: Level;

  @prop({ type: () => Job })
  public job?: Job;

  @prop({ type: () => [Job] })
  public jobs?: Job[];

  @prop({ type: () => [String], default: [] })
  public nicknames!: string[];

  @prop({ ref: () => Car })
  public car?: Ref<Car>;

  @prop({ ref: () => Car })
  public cars?: Ref<Car>[];

  @prop({ ref: 'Car', type: () => String })
  public plate?: string;

  @prop({ type: () => Number })
  public counts?: Map<string, number>;

  @prop({ type: Date, default: () => new Date() })
  public seen?: Date;
}

class Admin extends User {
  @prop({ type: () => Boolean })
  public everything?: boolean;
}

export const CarModel = getModelForClass(Car);
export const UserModel = getModelForClass(User);
export const AdminModel = getDiscriminatorModelForClass(UserModel, Admin);
