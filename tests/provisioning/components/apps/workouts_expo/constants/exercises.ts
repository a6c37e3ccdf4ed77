import type { Exercise } from '../types';

export const DEFAULT_EXERCISES: Exercise[] = [
  { id: 'bench-press', name: 'Bench Press', muscleGroup: 'chest', equipment: 'Barbell', isCustom: false },
  { id: 'deadlift', name: 'Deadlift', muscleGroup: 'back', equipment: 'Barbell', isCustom: false },
  { id: 'back-squat', name: 'Back Squat', muscleGroup: 'legs', equipment: 'Barbell', isCustom: false },
  { id: 'overhead-press', name: 'Overhead Press', muscleGroup: 'shoulders', equipment: 'Barbell', isCustom: false },
  { id: 'pull-up', name: 'Pull-up', muscleGroup: 'back', isCustom: false },
  { id: 'plank', name: 'Plank', muscleGroup: 'core', isCustom: false },
];
