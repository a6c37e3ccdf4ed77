import { configureStore, createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { clinicApi } from './services/clinicApi'

interface SessionState {
  token: string | null
  displayName: string | null
}

interface CalendarState {
  view: 'day' | 'week' | 'month'
  selectedDate: string
  collapsedVetIds: number[]
}

const session = createSlice({
  name: 'session',
  initialState: { token: null, displayName: null } as SessionState,
  reducers: {
    signedIn: (state, action: PayloadAction<{ token: string; displayName: string }>) => {
      state.token = action.payload.token
      state.displayName = action.payload.displayName
    },
  },
})

const calendar = createSlice({
  name: 'calendar',
  initialState: { view: 'week', selectedDate: '2024-01-01', collapsedVetIds: [] } as CalendarState,
  reducers: {
    viewChanged: (state, action: PayloadAction<CalendarState['view']>) => {
      state.view = action.payload
    },
  },
})

export const store = configureStore({
  reducer: { session: session.reducer, calendar: calendar.reducer, [clinicApi.reducerPath]: clinicApi.reducer },
  middleware: (getDefault) => getDefault().concat(clinicApi.middleware),
})

export type RootState = ReturnType<typeof store.getState>
