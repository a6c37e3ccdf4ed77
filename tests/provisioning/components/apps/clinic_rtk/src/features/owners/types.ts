import type { Pet } from '../pets/types'

export interface Owner {
  id: number
  firstName: string
  lastName: string
  phone: string
  email?: string
  pets?: Pet[]
}

export type OwnerDraft = Omit<Owner, 'id' | 'pets'>
