import { useState } from 'react'
import { useTripStore, type Category } from '../store/useTripStore'

const categoryMeta: Record<Category, { icon: string; color: string }> = {
  food: { icon: '🍜', color: 'text-orange-500' },
  sightseeing: { icon: '🗽', color: 'text-blue-500' },
  transport: { icon: '🚆', color: 'text-gray-500' },
  lodging: { icon: '🏨', color: 'text-purple-500' },
  other: { icon: '✨', color: 'text-pink-500' },
}

export function ActivityForm({ tripId, day }: { tripId: string; day: number }) {
  const addActivity = useTripStore((s) => s.addActivity)
  const [title, setTitle] = useState('')
  const [time, setTime] = useState('')
  const [cost, setCost] = useState('')
  const [category, setCategory] = useState<Category>('sightseeing')
  return (
    <form onSubmit={(e) => { e.preventDefault(); addActivity({ tripId, day, title, time: time || undefined, cost: parseFloat(cost) || 0, category }) }}>
      <input value={title} onChange={(e) => setTitle(e.target.value)} placeholder="What?" />
      <input type="time" value={time} onChange={(e) => setTime(e.target.value)} />
      <input type="number" min="0" value={cost} onChange={(e) => setCost(e.target.value)} />
      {Object.entries(categoryMeta).map(([key, meta]) => (
        <button type="button" key={key} className={meta.color} onClick={() => setCategory(key as Category)}>{meta.icon}</button>
      ))}
    </form>
  )
}
