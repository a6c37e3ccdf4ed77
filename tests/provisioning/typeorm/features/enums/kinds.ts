export enum Imported {
  Yes = "yes",
  No = "no",
}
