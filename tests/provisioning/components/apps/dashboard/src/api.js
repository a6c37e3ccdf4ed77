const BASE = import.meta.env.VITE_API_URL;

export async function listProjects() {
  const response = await fetch(`${BASE}/projects`);
  return response.json();
}

export async function createProject({ name, description, deadline, budget }) {
  const response = await fetch(`${BASE}/projects`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name, description, deadline, budget, archived: false }),
  });
  return response.json();
}

export async function addTask(projectId, title) {
  return fetch(`${BASE}/projects/${projectId}/tasks`, {
    method: 'POST',
    body: JSON.stringify({ title, done: false, projectId }),
  });
}

export async function toggleTask(taskId, done) {
  return fetch(`${BASE}/tasks/${taskId}`, { method: 'PATCH', body: JSON.stringify({ done }) });
}

export const getStats = () => fetch(`${BASE}/stats`).then((r) => r.json());
export const health = () => fetch(`${BASE}/health`);
export const getWeather = () => fetch('https://api.open-meteo.com/v1/forecast?latitude=52').then((r) => r.json());
