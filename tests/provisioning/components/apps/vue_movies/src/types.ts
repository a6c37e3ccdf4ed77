export type Genre = 'horror' | 'comedy' | 'drama'

export interface Movie {
  id: number
  title: string
  year: number
  genre: Genre
  rating: number
  posterUrl?: string
  watched: boolean
}

export interface Review {
  id: number
  movieId: number
  text: string
  stars: 1 | 2 | 3 | 4 | 5
  createdAt: Date
}
