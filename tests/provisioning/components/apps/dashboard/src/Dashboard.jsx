import { useEffect, useState } from 'react';
import { addTask, createProject, getStats, listProjects, toggleTask } from './api';

export function Dashboard() {
  const [projects, setProjects] = useState([]);
  const [stats, setStats] = useState({});
  useEffect(() => {
    listProjects().then(setProjects);
    getStats().then(setStats);
  }, []);
  return (
    <div>
      <p>{stats.open} open</p>
      {projects.map((p) => (
        <section key={p.id}>
          <h2>{p.name}</h2>
          {p.tasks.map((t) => <input type="checkbox" key={t.id} checked={t.done} onChange={() => toggleTask(t.id, !t.done)} />)}
          <button onClick={() => addTask(p.id, 'New task')}>Add</button>
        </section>
      ))}
      <button onClick={() => createProject({ name: 'New' })}>New project</button>
    </div>
  );
}
