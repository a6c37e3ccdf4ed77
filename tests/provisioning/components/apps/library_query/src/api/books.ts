import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { http } from './http';
import type { Author, Book, BookQuery, Page } from '../types';

export const bookKeys = {
  all: ['books'] as const,
  list: (query: BookQuery) => [...bookKeys.all, 'list', query] as const,
  detail: (id: number) => [...bookKeys.all, 'detail', id] as const,
};

export function useBooks(query: BookQuery) {
  return useQuery({
    queryKey: bookKeys.list(query),
    queryFn: async () => (await http.get<Page<Book>>('/books', { params: query })).data,
    placeholderData: (previous) => previous,
  });
}

export function useBook(id: number) {
  return useQuery({ queryKey: bookKeys.detail(id), queryFn: async () => (await http.get<Book>(`/books/${id}`)).data });
}

export function useAuthors() {
  return useQuery({ queryKey: ['authors'], queryFn: async () => (await http.get<Author[]>('/authors')).data, staleTime: 60_000 });
}

export type BookInput = Omit<Book, 'id' | 'authors' | 'copiesAvailable'> & { authorIds: number[] };

export function useSaveBook() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (input: BookInput & { id?: number }) =>
      input.id ? (await http.put<Book>(`/books/${input.id}`, input)).data : (await http.post<Book>('/books', input)).data,
    onSuccess: () => client.invalidateQueries({ queryKey: bookKeys.all }),
  });
}
