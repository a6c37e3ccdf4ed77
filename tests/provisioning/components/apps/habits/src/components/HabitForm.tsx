import { useState } from 'react';
import { useHabitStore, Frequency } from '../store/habitStore';

const COLORS = [
  { name: 'Red', value: '#ef4444' },
  { name: 'Green', value: '#22c55e' },
  { name: 'Blue', value: '#3b82f6' },
];

export const HabitForm = () => {
  const addHabit = useHabitStore((s) => s.addHabit);
  const [name, setName] = useState('');
  const [color, setColor] = useState(COLORS[0].value);
  const [frequency, setFrequency] = useState<Frequency>('daily');
  const [reminderTime, setReminderTime] = useState('');
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        addHabit({ name, icon: '⭐', color, frequency, targetCount: 1, reminderTime });
      }}
    >
      <input value={name} onChange={(e) => setName(e.target.value)} required />
      <input type="time" value={reminderTime} onChange={(e) => setReminderTime(e.target.value)} />
      {COLORS.map((c) => <button type="button" key={c.name} onClick={() => setColor(c.value)} />)}
      <button onClick={() => setFrequency('weekly')} type="button">weekly</button>
    </form>
  );
};
