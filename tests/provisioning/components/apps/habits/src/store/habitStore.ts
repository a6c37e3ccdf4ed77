import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export type Frequency = 'daily' | 'weekly' | 'monthly';

export type Habit = {
  id: string;
  name: string;
  icon: string;
  color: string;
  frequency: Frequency;
  targetCount: number;
  reminderTime?: string;
  archived: boolean;
  createdAt: number;
};

export type HabitLog = {
  id: string;
  habitId: string;
  date: string;
  count: number;
  note?: string;
};

type HabitStore = {
  habits: Habit[];
  logs: HabitLog[];
  addHabit: (habit: Omit<Habit, 'id' | 'createdAt' | 'archived'>) => void;
  logHabit: (habitId: string, date: string) => void;
  getStreak: (habitId: string) => number;
};

export const useHabitStore = create<HabitStore>()(
  persist(
    (set, get) => ({
      habits: [],
      logs: [],
      addHabit: (habit) =>
        set((state) => ({
          habits: [...state.habits, { ...habit, id: crypto.randomUUID(), archived: false, createdAt: Date.now() }],
        })),
      logHabit: (habitId, date) =>
        set((state) => ({ logs: [...state.logs, { id: crypto.randomUUID(), habitId, date, count: 1 }] })),
      getStreak: (habitId) => get().logs.filter((l) => l.habitId === habitId).length,
    }),
    { name: 'habit-storage' },
  ),
);
