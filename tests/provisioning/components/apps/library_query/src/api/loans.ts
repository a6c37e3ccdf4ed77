import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { http } from './http';
import type { Loan, Member } from '../types';

export const useMembers = () =>
  useQuery({ queryKey: ['members'], queryFn: async () => (await http.get<Member[]>('/members')).data });

export const useLoans = (memberId: number) =>
  useQuery({
    queryKey: ['loans', { memberId }],
    queryFn: async () => (await http.get<Loan[]>(`/members/${memberId}/loans`)).data,
    enabled: memberId > 0,
  });

export function useBorrow() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { bookId: number; memberId: number }) => http.post<Loan>('/loans', input),
    onSuccess: (_data, input) => client.invalidateQueries({ queryKey: ['loans', { memberId: input.memberId }] }),
  });
}

export function useReturn() {
  return useMutation({ mutationFn: (loanId: number) => http.post(`/loans/${loanId}/return`) });
}

export function useRegisterMember() {
  return useMutation({ mutationFn: (input: Pick<Member, 'fullName' | 'email'>) => http.post<Member>('/members', input) });
}
