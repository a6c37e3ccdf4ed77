import { useState } from 'react';
import type { Todo } from '../types';

interface AddTodoProps {
  onAdd: (title: string, priority: Todo['priority'], dueDate?: string) => void;
}

export function AddTodo({ onAdd }: AddTodoProps) {
  const [title, setTitle] = useState('');
  const [priority, setPriority] = useState<Todo['priority']>('medium');
  const [dueDate, setDueDate] = useState('');
  return (
    <form onSubmit={e => { e.preventDefault(); onAdd(title, priority, dueDate || undefined); setTitle(''); }}>
      <input value={title} onChange={e => setTitle(e.target.value)} placeholder="What needs to be done?" required />
      <select value={priority} onChange={e => setPriority(e.target.value as Todo['priority'])}>
        <option value="low">Low</option>
        <option value="medium">Medium</option>
        <option value="high">High</option>
      </select>
      <input type="date" value={dueDate} onChange={e => setDueDate(e.target.value)} />
      <button type="submit">Add</button>
    </form>
  );
}
