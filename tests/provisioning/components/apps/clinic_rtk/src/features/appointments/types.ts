export type AppointmentStatus = 'scheduled' | 'done' | 'cancelled' | 'no_show'

export interface Vet {
  id: number
  name: string
  specialty: string
}

export interface Appointment {
  id: number
  petId: number
  vetId: number
  startsAt: string
  durationMinutes: number
  reason: string
  status: AppointmentStatus
  fee: number | null
}

export interface AppointmentFilter {
  from: string
  to: string
  vetId?: number
}
