export enum DealStage {
  Lead = 'lead',
  Qualified = 'qualified',
  Proposal = 'proposal',
  Won = 'won',
  Lost = 'lost',
}

export interface BaseEntity {
  id: string;
  createdAt: string;
  updatedAt: string;
}

export interface Company extends BaseEntity {
  name: string;
  website?: string;
  industry: string;
  employeeCount: number | null;
}

export interface Contact extends BaseEntity {
  firstName: string;
  lastName: string;
  email: string;
  phone?: string;
  companyId: string | null;
  notes?: string;
}

export interface Deal extends BaseEntity {
  title: string;
  value: number;
  stage: DealStage;
  contactId: string;
  companyId?: string;
  expectedCloseDate?: Date;
}

export interface Activity {
  id: string;
  type: 'call' | 'email' | 'meeting' | 'note';
  description: string;
  dealId?: string;
  contactId?: string;
  date: Date;
}

export type ContactWithCompany = Contact & { company: Company };
export type CreateContactDto = Omit<Contact, keyof BaseEntity>;
export type DealFilters = { stage?: DealStage; search?: string };
