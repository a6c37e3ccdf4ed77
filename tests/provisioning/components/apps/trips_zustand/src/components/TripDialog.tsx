import { useState } from 'react'
import { useTripStore, type Currency } from '../store/useTripStore'

const CURRENCIES: { value: Currency; label: string; symbol: string }[] = [
  { value: 'EUR', label: 'Euro', symbol: '€' },
  { value: 'USD', label: 'US dollar', symbol: '$' },
  { value: 'GBP', label: 'Pound', symbol: '£' },
]

export function TripDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const addTrip = useTripStore((s) => s.addTrip)
  const [form, setForm] = useState({ title: '', destination: '', startDate: '', endDate: '', budget: 0, currency: 'EUR' as Currency, travellers: [] as string[] })
  if (!open) return null
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault()
        addTrip(form)
        onClose()
      }}
    >
      <input value={form.title} onChange={(e) => setForm({ ...form, title: e.target.value })} required />
      <input value={form.destination} onChange={(e) => setForm({ ...form, destination: e.target.value })} required />
      <input type="date" value={form.startDate} onChange={(e) => setForm({ ...form, startDate: e.target.value })} required />
      <input type="date" value={form.endDate} onChange={(e) => setForm({ ...form, endDate: e.target.value })} required />
      <input type="number" step="0.01" value={form.budget} onChange={(e) => setForm({ ...form, budget: Number(e.target.value) })} />
      <select value={form.currency} onChange={(e) => setForm({ ...form, currency: e.target.value as Currency })}>
        {CURRENCIES.map((c) => <option key={c.value} value={c.value}>{c.symbol} {c.label}</option>)}
      </select>
      <button type="submit">Create</button>
    </form>
  )
}
