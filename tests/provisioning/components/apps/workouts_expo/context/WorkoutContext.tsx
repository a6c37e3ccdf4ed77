import React, { createContext, useContext, useEffect, useState } from 'react';
import * as Crypto from 'expo-crypto';
import type { BodyMeasurement, Exercise, Workout, WorkoutExercise } from '../types';
import { DEFAULT_EXERCISES } from '../constants/exercises';
import { loadExercises, loadMeasurements, loadWorkouts, saveExercises, saveMeasurements, saveWorkouts } from '../lib/storage';

interface WorkoutContextValue {
  workouts: Workout[];
  exercises: Exercise[];
  measurements: BodyMeasurement[];
  active: Workout | null;
  startWorkout: (name: string) => void;
  finishWorkout: () => void;
  addExercise: (exerciseId: string) => void;
  createExercise: (name: string, muscleGroup: Exercise['muscleGroup']) => void;
  logMeasurement: (weightKg: number, bodyFatPct?: number) => void;
}

const WorkoutContext = createContext<WorkoutContextValue | undefined>(undefined);

export function WorkoutProvider({ children }: { children: React.ReactNode }) {
  const [workouts, setWorkouts] = useState<Workout[]>([]);
  const [exercises, setExercises] = useState<Exercise[]>(DEFAULT_EXERCISES);
  const [measurements, setMeasurements] = useState<BodyMeasurement[]>([]);
  const [active, setActive] = useState<Workout | null>(null);
  const [loading, setLoading] = useState(true);

  useEffect(() => {
    Promise.all([loadWorkouts(), loadExercises(), loadMeasurements()]).then(([w, e, m]) => {
      setWorkouts(w);
      if (e.length) setExercises(e);
      setMeasurements(m);
      setLoading(false);
    });
  }, []);

  const startWorkout = (name: string) => {
    setActive({ id: Crypto.randomUUID(), name, startedAt: new Date().toISOString(), finishedAt: null, notes: '', exercises: [] });
  };

  const addExercise = (exerciseId: string) => {
    if (!active) return;
    const entry: WorkoutExercise = { id: Crypto.randomUUID(), exerciseId, sets: [{ reps: 0, weightKg: 0, completed: false }] };
    setActive({ ...active, exercises: [...active.exercises, entry] });
  };

  const finishWorkout = () => {
    if (!active) return;
    const next = [{ ...active, finishedAt: new Date().toISOString() }, ...workouts];
    setWorkouts(next);
    saveWorkouts(next);
    setActive(null);
  };

  const createExercise = (name: string, muscleGroup: Exercise['muscleGroup']) => {
    const next = [...exercises, { id: Crypto.randomUUID(), name, muscleGroup, isCustom: true }];
    setExercises(next);
    saveExercises(next);
  };

  const logMeasurement = (weightKg: number, bodyFatPct?: number) => {
    const measurement: BodyMeasurement = {
      id: Crypto.randomUUID(),
      measuredOn: new Date().toISOString().slice(0, 10),
      weightKg,
      bodyFatPct,
    };
    const next = [measurement, ...measurements];
    setMeasurements(next);
    saveMeasurements(next);
  };

  return (
    <WorkoutContext.Provider value={{ workouts, exercises, measurements, active, startWorkout, finishWorkout, addExercise, createExercise, logMeasurement }}>
      {!loading && children}
    </WorkoutContext.Provider>
  );
}

export const useWorkouts = () => {
  const value = useContext(WorkoutContext);
  if (!value) throw new Error('useWorkouts must be used inside WorkoutProvider');
  return value;
};
