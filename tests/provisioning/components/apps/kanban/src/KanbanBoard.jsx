import { useState } from 'react';

const initialColumns = [
  { id: 'todo', title: 'To do', color: '#e2e8f0' },
  { id: 'doing', title: 'In progress', color: '#bfdbfe' },
  { id: 'done', title: 'Done', color: '#bbf7d0' },
];

const initialTasks = [
  { id: 1, title: 'Write brief', description: 'Two pages', columnId: 'todo', priority: 'high', assignee: 'Ana', estimate: 3 },
  { id: 2, title: 'Pick colours', description: '', columnId: 'doing', priority: 'low', assignee: null, estimate: 1 },
  { id: 3, title: 'Set up repo', description: 'With CI', columnId: 'done', priority: 'medium', assignee: 'Tom', estimate: 2 },
  { id: 4, title: 'Hire tester', description: '', columnId: 'todo', priority: 'medium', assignee: null, estimate: 5 },
];

export default function KanbanBoard() {
  const [columns] = useState(initialColumns);
  const [tasks, setTasks] = useState(initialTasks);
  const [dragged, setDragged] = useState(null);

  const addTask = (columnId) => {
    const title = window.prompt('Title?');
    if (title) {
      setTasks([...tasks, { id: Date.now(), title, description: '', columnId, priority: 'medium', assignee: null, estimate: 1 }]);
    }
  };

  const drop = (columnId) => {
    setTasks(tasks.map((task) => (task.id === dragged ? { ...task, columnId } : task)));
    setDragged(null);
  };

  return (
    <div className="board">
      {columns.map((column) => (
        <section key={column.id} onDragOver={(e) => e.preventDefault()} onDrop={() => drop(column.id)}>
          <h2 style={{ background: column.color }}>{column.title}</h2>
          {tasks.filter((t) => t.columnId === column.id).map((t) => (
            <article key={t.id} draggable onDragStart={() => setDragged(t.id)}>{t.title}</article>
          ))}
          <button onClick={() => addTask(column.id)}>+</button>
        </section>
      ))}
    </div>
  );
}
