import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Contact, ContactWithCompany, CreateContactDto } from '../lib/types';

export const useContacts = () =>
  useQuery<ContactWithCompany[]>({
    queryKey: ['contacts'],
    queryFn: () => fetch('/api/contacts').then(r => r.json()),
  });

export const useCreateContact = () => {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (contact: CreateContactDto): Promise<Contact> => {
      const res = await fetch('/api/contacts', { method: 'POST', body: JSON.stringify(contact) });
      return res.json();
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['contacts'] }),
  });
};
