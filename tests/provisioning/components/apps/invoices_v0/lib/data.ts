import { sql } from "./db"
import type { Client, DashboardStats, InvoiceRow, TimeEntry } from "./definitions"

export async function fetchInvoices(query: string, page: number): Promise<InvoiceRow[]> {
  const offset = (page - 1) * 20
  const rows = await sql`
    SELECT invoices.*, clients.name AS client_name, clients.email AS client_email
    FROM invoices
    JOIN clients ON invoices.client_id = clients.id
    WHERE clients.name ILIKE ${`%${query}%`} OR invoices.number ILIKE ${`%${query}%`}
    ORDER BY invoices.due_date DESC
    LIMIT 20 OFFSET ${offset}
  `
  return rows as InvoiceRow[]
}

export async function fetchClients(): Promise<Client[]> {
  return (await sql`SELECT id, name, email, company, created_at FROM clients ORDER BY name`) as Client[]
}

export async function fetchTimeEntries(clientId: string): Promise<TimeEntry[]> {
  return (await sql`SELECT * FROM time_entries WHERE client_id = ${clientId} ORDER BY worked_on DESC`) as TimeEntry[]
}

export async function fetchStats(): Promise<DashboardStats> {
  const [row] = await sql`
    SELECT
      SUM(amount_cents) FILTER (WHERE status = 'sent') AS outstanding,
      SUM(amount_cents) FILTER (WHERE status = 'overdue') AS overdue
    FROM invoices
  `
  return { outstanding: Number(row.outstanding), overdue: Number(row.overdue), hoursThisWeek: 0 }
}
