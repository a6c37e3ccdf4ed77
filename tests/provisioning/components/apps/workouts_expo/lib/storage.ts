import AsyncStorage from '@react-native-async-storage/async-storage';
import type { BodyMeasurement, Exercise, Settings, Workout } from '../types';

const KEYS = {
  workouts: '@liftlog/workouts',
  exercises: '@liftlog/exercises',
  measurements: '@liftlog/measurements',
  settings: '@liftlog/settings',
};

async function load<T>(key: string, fallback: T): Promise<T> {
  const raw = await AsyncStorage.getItem(key);
  return raw ? (JSON.parse(raw) as T) : fallback;
}

export const loadWorkouts = () => load<Workout[]>(KEYS.workouts, []);
export const saveWorkouts = (workouts: Workout[]) => AsyncStorage.setItem(KEYS.workouts, JSON.stringify(workouts));
export const loadExercises = () => load<Exercise[]>(KEYS.exercises, []);
export const saveExercises = (exercises: Exercise[]) => AsyncStorage.setItem(KEYS.exercises, JSON.stringify(exercises));
export const loadMeasurements = () => load<BodyMeasurement[]>(KEYS.measurements, []);
export const saveMeasurements = (items: BodyMeasurement[]) => AsyncStorage.setItem(KEYS.measurements, JSON.stringify(items));
export const loadSettings = () => load<Settings>(KEYS.settings, { unit: 'kg', restTimerSeconds: 90, haptics: true });
