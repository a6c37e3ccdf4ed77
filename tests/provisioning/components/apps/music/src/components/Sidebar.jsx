import { Home, Search, Library } from 'lucide-react';
import { useState } from 'react';
import { usePlayer } from '../context/PlayerContext';

const menuItems = [
  { id: 'home', label: 'Home', icon: Home, path: '/' },
  { id: 'search', label: 'Search', icon: Search, path: '/search' },
  { id: 'library', label: 'Library', icon: Library, path: '/library' },
];

export function Sidebar() {
  const { playlists, createPlaylist } = usePlayer();
  const [name, setName] = useState('');
  return (
    <aside>
      {menuItems.map((m) => <a key={m.id} href={m.path}><m.icon />{m.label}</a>)}
      {playlists.map((p) => <p key={p.id}>{p.name}</p>)}
      <form onSubmit={(e) => { e.preventDefault(); createPlaylist(name); setName(''); }}>
        <input value={name} onChange={(e) => setName(e.target.value)} placeholder="New playlist" />
      </form>
    </aside>
  );
}
