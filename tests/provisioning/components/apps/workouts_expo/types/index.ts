export type MuscleGroup = 'chest' | 'back' | 'legs' | 'shoulders' | 'arms' | 'core';

export interface Exercise {
  id: string;
  name: string;
  muscleGroup: MuscleGroup;
  equipment?: string;
  isCustom: boolean;
}

export interface WorkoutSet {
  reps: number;
  weightKg: number;
  completed: boolean;
}

export interface WorkoutExercise {
  id: string;
  exerciseId: string;
  sets: WorkoutSet[];
}

export interface Workout {
  id: string;
  name: string;
  startedAt: string;
  finishedAt: string | null;
  notes: string;
  exercises: WorkoutExercise[];
}

export interface BodyMeasurement {
  id: string;
  measuredOn: string; // YYYY-MM-DD
  weightKg: number;
  bodyFatPct?: number;
}

export interface Settings {
  unit: 'kg' | 'lb';
  restTimerSeconds: number;
  haptics: boolean;
}

export type RootStackParamList = {
  Home: undefined;
  Workout: { workoutId: string };
  History: undefined;
};
