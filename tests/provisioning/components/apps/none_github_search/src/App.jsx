import { useEffect, useState } from 'react';

const API_URL = 'https://api.github.com';

export default function App() {
  const [query, setQuery] = useState('');
  const [users, setUsers] = useState([]);
  const [repos, setRepos] = useState([]);
  const [selectedUser, setSelectedUser] = useState(null);
  const [favorites, setFavorites] = useState([]);
  const [theme, setTheme] = useState(localStorage.getItem('theme') || 'light');

  const searchUsers = async (e) => {
    e.preventDefault();
    const res = await fetch(`${API_URL}/search/users?q=${query}`);
    const data = await res.json();
    setUsers(data.items);
  };

  useEffect(() => {
    if (!selectedUser) return;
    fetch(`${API_URL}/users/${selectedUser.login}/repos?sort=updated`)
      .then((res) => res.json())
      .then((data) => setRepos(data));
  }, [selectedUser]);

  useEffect(() => localStorage.setItem('theme', theme), [theme]);

  return (
    <div className={theme}>
      <form onSubmit={searchUsers}>
        <input name="q" value={query} onChange={(e) => setQuery(e.target.value)} placeholder="Search GitHub users" />
        <button>Search</button>
      </form>
      {users.map((u) => <img key={u.id} src={u.avatar_url} onClick={() => setSelectedUser(u)} />)}
      {repos.map((r) => <p key={r.id}>{r.name} ★{r.stargazers_count}</p>)}
      <button onClick={() => setFavorites([...favorites, selectedUser])}>Favourite</button>
      <button onClick={() => setTheme(theme === 'light' ? 'dark' : 'light')}>Theme</button>
    </div>
  );
}
