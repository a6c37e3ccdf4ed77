import { createApi, fetchBaseQuery } from '@reduxjs/toolkit/query/react'
import type { Owner, OwnerDraft } from '../features/owners/types'
import type { Pet } from '../features/pets/types'
import type { Appointment, AppointmentFilter, Vet } from '../features/appointments/types'
import type { RootState } from '../store'

export const clinicApi = createApi({
  reducerPath: 'clinicApi',
  baseQuery: fetchBaseQuery({
    baseUrl: '/api',
    prepareHeaders: (headers, { getState }) => {
      const token = (getState() as RootState).session.token
      if (token) headers.set('authorization', `Bearer ${token}`)
      return headers
    },
  }),
  tagTypes: ['Owner', 'Pet', 'Appointment'],
  endpoints: (builder) => ({
    listOwners: builder.query<Owner[], void>({
      query: () => '/owners',
      providesTags: ['Owner'],
    }),
    addOwner: builder.mutation<Owner, OwnerDraft>({
      query: (body) => ({ url: '/owners', method: 'POST', body }),
      invalidatesTags: ['Owner'],
    }),
    listPets: builder.query<Pet[], number>({
      query: (ownerId) => `/owners/${ownerId}/pets`,
      providesTags: ['Pet'],
    }),
    addPet: builder.mutation<Pet, Omit<Pet, 'id'>>({
      query: ({ ownerId, ...body }) => ({ url: `/owners/${ownerId}/pets`, method: 'POST', body }),
      invalidatesTags: ['Pet'],
    }),
    listVets: builder.query<Vet[], void>({ query: () => '/vets' }),
    listAppointments: builder.query<Appointment[], AppointmentFilter>({
      query: (params) => ({ url: '/appointments', params }),
      providesTags: (result) => (result ? result.map(({ id }) => ({ type: 'Appointment' as const, id })) : ['Appointment']),
    }),
    bookAppointment: builder.mutation<Appointment, Pick<Appointment, 'petId' | 'vetId' | 'startsAt' | 'reason'>>({
      query: (body) => ({ url: '/appointments', method: 'POST', body }),
      invalidatesTags: ['Appointment'],
    }),
    setAppointmentStatus: builder.mutation<void, { id: number; status: Appointment['status'] }>({
      query: ({ id, status }) => ({ url: `/appointments/${id}`, method: 'PATCH', body: { status } }),
      invalidatesTags: ['Appointment'],
    }),
  }),
})

export const { useListOwnersQuery, useAddOwnerMutation, useListPetsQuery, useAddPetMutation, useListAppointmentsQuery, useBookAppointmentMutation } = clinicApi
