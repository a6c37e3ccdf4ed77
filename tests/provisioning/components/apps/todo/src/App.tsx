import { useState } from 'react';
import { TodoList } from './components/TodoList';
import { AddTodo } from './components/AddTodo';
import type { Todo, Filter } from './types';

const filters: { label: string; value: Filter }[] = [
  { label: 'All', value: 'all' },
  { label: 'Active', value: 'active' },
  { label: 'Completed', value: 'completed' },
];

export default function App() {
  const [todos, setTodos] = useState<Todo[]>([]);
  const [filter, setFilter] = useState<Filter>('all');

  const addTodo = (title: string, priority: Todo['priority'], dueDate?: string) => {
    const todo: Todo = {
      id: crypto.randomUUID(),
      title,
      completed: false,
      priority,
      dueDate,
      createdAt: new Date().toISOString(),
    };
    setTodos(prev => [todo, ...prev]);
  };

  const toggle = (id: string) =>
    setTodos(prev => prev.map(t => (t.id === id ? { ...t, completed: !t.completed } : t)));

  const visible = todos.filter(t => filter === 'all' || (filter === 'completed') === t.completed);

  return (
    <main className="mx-auto max-w-xl p-4">
      <h1>My Todos</h1>
      <AddTodo onAdd={addTodo} />
      {filters.map(f => <button key={f.value} onClick={() => setFilter(f.value)}>{f.label}</button>)}
      <TodoList todos={visible} onToggle={toggle} onDelete={id => setTodos(todos.filter(t => t.id !== id))} />
    </main>
  );
}
