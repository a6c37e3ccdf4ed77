export type Location = 'indoor' | 'balcony' | 'garden';

export interface Plant {
	id: string;
	name: string;
	species?: string;
	location: Location;
	waterEveryDays: number;
	lastWatered: string | null;
	photo: string | null;
	addedAt: string;
}

export interface JournalEntry {
	id: string;
	plantId: string;
	text: string;
	mood: 'happy' | 'ok' | 'sad';
	createdAt: string;
}
