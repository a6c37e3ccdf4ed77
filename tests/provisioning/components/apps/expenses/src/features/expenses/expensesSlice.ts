import { createSlice, nanoid, PayloadAction } from '@reduxjs/toolkit';

export interface Expense {
  id: string;
  description: string;
  amount: number;
  category: ExpenseCategory;
  date: string;
  recurring?: boolean;
}

export type ExpenseCategory = 'food' | 'rent' | 'travel' | 'fun' | 'other';

export interface Budget {
  id: string;
  category: ExpenseCategory;
  limit: number;
  month: string;
}

interface ExpensesState {
  items: Expense[];
  budgets: Budget[];
  status: 'idle' | 'loading' | 'failed';
  error: string | null;
}

const initialState: ExpensesState = { items: [], budgets: [], status: 'idle', error: null };

const expensesSlice = createSlice({
  name: 'expenses',
  initialState,
  reducers: {
    addExpense: {
      reducer: (state, action: PayloadAction<Expense>) => {
        state.items.push(action.payload);
      },
      prepare: (expense: Omit<Expense, 'id'>) => ({ payload: { ...expense, id: nanoid() } }),
    },
    removeExpense: (state, action: PayloadAction<string>) => {
      state.items = state.items.filter(e => e.id !== action.payload);
    },
    setBudget: (state, action: PayloadAction<Budget>) => {
      state.budgets.push(action.payload);
    },
  },
});

export const { addExpense, removeExpense, setBudget } = expensesSlice.actions;
export default expensesSlice.reducer;
