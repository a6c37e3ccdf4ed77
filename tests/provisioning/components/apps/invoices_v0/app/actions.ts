"use server"

import { revalidatePath } from "next/cache"
import { redirect } from "next/navigation"
import { z } from "zod"
import { sql } from "@/lib/db"
import type { FormState } from "@/lib/definitions"

const InvoiceFormSchema = z.object({
  id: z.string().uuid(),
  clientId: z.string().uuid({ message: "Please select a client." }),
  number: z.string().min(1),
  amount: z.coerce.number().gt(0, { message: "Please enter an amount greater than $0." }),
  status: z.enum(["draft", "sent", "paid", "overdue"]),
  dueDate: z.string().date(),
})

const CreateInvoice = InvoiceFormSchema.omit({ id: true })

export async function createInvoice(_prev: FormState, formData: FormData): Promise<FormState> {
  const parsed = CreateInvoice.safeParse(Object.fromEntries(formData.entries()))
  if (!parsed.success) return { errors: parsed.error.flatten().fieldErrors, message: "Missing fields." }
  const { clientId, number, amount, status, dueDate } = parsed.data
  const amountInCents = Math.round(amount * 100)
  await sql`
    INSERT INTO invoices (client_id, number, amount_cents, status, due_date)
    VALUES (${clientId}, ${number}, ${amountInCents}, ${status}, ${dueDate})
  `
  revalidatePath("/invoices")
  redirect("/invoices")
}

export async function markPaid(id: string) {
  await sql`UPDATE invoices SET status = 'paid', paid_at = NOW() WHERE id = ${id}`
  revalidatePath("/invoices")
}

export async function createClient(formData: FormData) {
  const name = formData.get("name") as string
  const email = formData.get("email") as string
  const company = (formData.get("company") as string) || null
  await sql`INSERT INTO clients (name, email, company) VALUES (${name}, ${email}, ${company})`
  revalidatePath("/clients")
}

export async function logTime(formData: FormData) {
  const clientId = formData.get("clientId") as string
  const description = formData.get("description") as string
  const hours = Number(formData.get("hours"))
  const billable = formData.get("billable") === "on"
  const workedOn = formData.get("workedOn") as string
  await sql`
    INSERT INTO time_entries (client_id, description, hours, billable, worked_on)
    VALUES (${clientId}, ${description}, ${hours}, ${billable}, ${workedOn})
  `
  revalidatePath("/time")
}
