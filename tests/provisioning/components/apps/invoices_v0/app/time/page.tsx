import { logTime } from "@/app/actions"
import { fetchClients } from "@/lib/data"

export default async function TimePage() {
  const clients = await fetchClients()
  return (
    <form action={logTime}>
      <select name="clientId" required>
        {clients.map((client) => <option key={client.id} value={client.id}>{client.name}</option>)}
      </select>
      <input name="description" required />
      <input name="hours" type="number" step="0.25" min="0.25" required />
      <label><input name="billable" type="checkbox" defaultChecked /> Billable</label>
      <input name="workedOn" type="date" required />
      <button>Log time</button>
    </form>
  )
}
