import { configureStore, createSlice } from '@reduxjs/toolkit';

const employeesSlice = createSlice({
  name: 'employees',
  initialState: {
    employees: [
      { id: 1, firstName: 'Ada', lastName: 'Berg', email: 'ada@corp.io', departmentId: 1, salary: 5200.5, hiredOn: '2020-02-01', remote: true },
      { id: 2, firstName: 'Bo', lastName: 'Chen', email: 'bo@corp.io', departmentId: 2, salary: 4800, hiredOn: '2021-07-15', remote: false },
    ],
    loading: false,
  },
  reducers: {
    employeeAdded(state, action) { state.employees.push(action.payload); },
    employeeRemoved(state, action) { state.employees = state.employees.filter((e) => e.id !== action.payload); },
  },
});

const departmentsSlice = createSlice({
  name: 'departments',
  initialState: { departments: [{ id: 1, name: 'Engineering', budget: 100000 }, { id: 2, name: 'Sales', budget: 50000 }] },
  reducers: {
    departmentAdded(state, action) { state.departments.push(action.payload); },
  },
});

const uiSlice = createSlice({
  name: 'ui',
  initialState: { sidebarOpen: true, theme: 'light', notifications: [] },
  reducers: { toggleSidebar(state) { state.sidebarOpen = !state.sidebarOpen; } },
});

const leaveSlice = createSlice({
  name: 'leave',
  initialState: { leaveRequests: [] },
  reducers: {
    leaveRequested(state, { payload }) {
      state.leaveRequests.push({
        id: Date.now(),
        employeeId: payload.employeeId,
        from: payload.from,
        to: payload.to,
        reason: payload.reason,
        status: 'pending',
        createdAt: new Date().toISOString(),
      });
    },
  },
});

export const { employeeAdded, employeeRemoved } = employeesSlice.actions;
export const { leaveRequested } = leaveSlice.actions;
export const store = configureStore({
  reducer: { employees: employeesSlice.reducer, departments: departmentsSlice.reducer, ui: uiSlice.reducer, leave: leaveSlice.reducer },
});
