export type InvoiceStatus = "draft" | "sent" | "paid" | "overdue"

export type Client = {
  id: string
  name: string
  email: string
  company: string | null
  created_at: string
}

export type Invoice = {
  id: string
  client_id: string
  number: string
  amount_cents: number
  status: InvoiceStatus
  due_date: string
  paid_at: string | null
}

// What the invoice list shows: joined with the client
export type InvoiceRow = Invoice & {
  client_name: string
  client_email: string
}

export type TimeEntry = {
  id: string
  client_id: string
  description: string
  hours: number
  billable: boolean
  worked_on: string
}

export type DashboardStats = {
  outstanding: number
  overdue: number
  hoursThisWeek: number
}

export type FormState = {
  errors?: { clientId?: string[]; amount?: string[]; status?: string[] }
  message?: string | null
}
