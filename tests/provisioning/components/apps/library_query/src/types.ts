export interface Author {
  id: number;
  name: string;
  bio?: string;
}

export interface Book {
  id: number;
  isbn: string;
  title: string;
  authors: Author[];
  publishedYear: number;
  pageCount?: number;
  language: 'en' | 'de' | 'fr' | 'es';
  copiesTotal: number;
  copiesAvailable: number;
  coverUrl: string | null;
}

export interface Member {
  id: number;
  cardNumber: string;
  fullName: string;
  email: string;
  joinedAt: string;
  isBlocked: boolean;
}

export interface Loan {
  id: number;
  book: Book;
  member: Member;
  borrowedAt: string;
  dueAt: string;
  returnedAt: string | null;
  renewals: number;
}

export interface Page<T> {
  items: T[];
  total: number;
  page: number;
  pageSize: number;
}

export interface BookQuery {
  search?: string;
  language?: Book['language'];
  page?: number;
}

export interface ApiError {
  status: number;
  message: string;
  details?: Record<string, string[]>;
}
