export enum Species {
  Dog = 'dog',
  Cat = 'cat',
  Rabbit = 'rabbit',
  Bird = 'bird',
  Other = 'other',
}

export interface Pet {
  id: number
  name: string
  species: Species
  breed?: string
  birthDate: string
  weightKg: number
  ownerId: number
}
