import { getModelForClass, prop, Ref } from "@typegoose/typegoose";

class Place {
  @prop({ required: true })
  public street!: string;
}

export class Team {
  @prop({ type: () => [Place], _id: false })
  public places?: Place[];

  @prop({ required: true })
  public name!: string;

  @prop({ type: () => Person, ref: () => Person, required: true })
  public lead!: Ref<Person>;

  @prop({ type: () => [Person], ref: () => Person })
  public people!: Ref<Person>[];
}

export class Person {
  @prop({ required: true })
  public name!: string;

  @prop({ type: () => Team, ref: () => Team })
  public team?: Ref<Team>;

  @prop({ type: () => String, ref: "Badge" })
  public badge?: string;
}

export class Badge {
  @prop({ type: String })
  public _id!: string;
}

export const TeamModel = getModelForClass(Team);
export const PersonModel = getModelForClass(Person);
export const BadgeModel = getModelForClass(Badge);
