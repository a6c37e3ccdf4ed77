import { create } from 'zustand'
import { createJSONStorage, devtools, persist } from 'zustand/middleware'
import { immer } from 'zustand/middleware/immer'
import { nanoid } from 'nanoid'

export type Currency = 'EUR' | 'USD' | 'GBP'
export type Category = 'food' | 'sightseeing' | 'transport' | 'lodging' | 'other'

export type Trip = {
  id: string
  title: string
  destination: string
  startDate: string
  endDate: string
  budget: number
  currency: Currency
  travellers: string[]
  archived: boolean
  createdAt: number
}

export type Activity = {
  id: string
  tripId: Trip['id']
  day: number
  time?: string
  title: string
  category: Category
  cost: number
  booked: boolean
}

export type PackingItem = { id: string; tripId: string; label: string; packed: boolean }

interface TripState {
  trips: Trip[]
  activities: Activity[]
  packing: PackingItem[]
  selectedTripId: string | null
  filter: 'upcoming' | 'past' | 'all'
}

interface TripActions {
  addTrip: (trip: Omit<Trip, 'id' | 'createdAt' | 'archived'>) => string
  archiveTrip: (id: string) => void
  addActivity: (activity: Omit<Activity, 'id' | 'booked'>) => void
  toggleBooked: (id: string) => void
  addPackingItem: (tripId: string, label: string) => void
  togglePacked: (id: string) => void
  selectTrip: (id: string | null) => void
}

export const useTripStore = create<TripState & TripActions>()(
  devtools(
    persist(
      immer((set) => ({
        trips: [],
        activities: [],
        packing: [],
        selectedTripId: null,
        filter: 'upcoming',
        addTrip: (trip) => {
          const id = nanoid()
          set((state) => {
            state.trips.push({ ...trip, id, archived: false, createdAt: Date.now() })
          })
          return id
        },
        archiveTrip: (id) =>
          set((state) => {
            const trip = state.trips.find((t) => t.id === id)
            if (trip) trip.archived = true
          }),
        addActivity: (activity) =>
          set((state) => {
            state.activities.push({ ...activity, id: nanoid(), booked: false })
          }),
        toggleBooked: (id) =>
          set((state) => {
            const activity = state.activities.find((a) => a.id === id)
            if (activity) activity.booked = !activity.booked
          }),
        addPackingItem: (tripId, label) =>
          set((state) => {
            state.packing.push({ id: nanoid(8), tripId, label, packed: false })
          }),
        togglePacked: (id) =>
          set((state) => {
            const item = state.packing.find((p) => p.id === id)
            if (item) item.packed = !item.packed
          }),
        selectTrip: (id) => set({ selectedTripId: id }),
      })),
      { name: 'trip-planner', storage: createJSONStorage(() => localStorage), version: 2 },
    ),
  ),
)
