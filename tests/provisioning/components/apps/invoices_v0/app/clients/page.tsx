import { createClient } from "@/app/actions"
import { fetchClients } from "@/lib/data"

export default async function ClientsPage() {
  const clients = await fetchClients()
  return (
    <main>
      <ul>{clients.map((client) => <li key={client.id}>{client.name} {client.company && `(${client.company})`}</li>)}</ul>
      <form action={createClient}>
        <input name="name" required placeholder="Name" />
        <input name="email" type="email" required placeholder="Email" />
        <input name="company" placeholder="Company" />
        <button type="submit">Add client</button>
      </form>
    </main>
  )
}
