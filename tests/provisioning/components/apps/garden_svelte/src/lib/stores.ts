import { derived, writable, type Writable } from 'svelte/store';
import { browser } from '$app/environment';
import type { JournalEntry, Plant } from './types';

function persisted<T>(key: string, initial: T): Writable<T> {
	const stored = browser ? localStorage.getItem(key) : null;
	const store = writable<T>(stored ? JSON.parse(stored) : initial);
	if (browser) store.subscribe((value) => localStorage.setItem(key, JSON.stringify(value)));
	return store;
}

export const plants = persisted<Plant[]>('plants', []);
export const journal = persisted<JournalEntry[]>('journal', []);
export const darkMode = persisted<boolean>('dark-mode', false);

export const thirsty = derived(plants, ($plants) =>
	$plants.filter((p) => !p.lastWatered || Date.now() - Date.parse(p.lastWatered) > p.waterEveryDays * 86_400_000)
);

export function addPlant(plant: Omit<Plant, 'id' | 'addedAt' | 'lastWatered'>) {
	plants.update((all) => [...all, { ...plant, id: crypto.randomUUID(), lastWatered: null, addedAt: new Date().toISOString() }]);
}

export function water(id: string) {
	plants.update((all) => all.map((p) => (p.id === id ? { ...p, lastWatered: new Date().toISOString() } : p)));
}

export function addEntry(plantId: string, text: string, mood: JournalEntry['mood']) {
	journal.update((all) => [{ id: crypto.randomUUID(), plantId, text, mood, createdAt: new Date().toISOString() }, ...all]);
}
