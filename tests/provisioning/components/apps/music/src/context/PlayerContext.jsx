import { createContext, useContext, useEffect, useState } from 'react';
import { v4 as uuid } from 'uuid';

const PlayerContext = createContext(null);

export function PlayerProvider({ children }) {
  const [playlists, setPlaylists] = useState(() => JSON.parse(localStorage.getItem('playlists') || '[]'));
  const [queue, setQueue] = useState([]);
  const [currentTrack, setCurrentTrack] = useState(null);
  const [volume, setVolume] = useState(0.8);

  useEffect(() => {
    localStorage.setItem('playlists', JSON.stringify(playlists));
    localStorage.setItem('volume', volume);
  }, [playlists, volume]);

  const createPlaylist = (name, description = '') => {
    const playlist = { id: uuid(), name, description, isPublic: false, trackIds: [], createdAt: new Date().toISOString() };
    setPlaylists([...playlists, playlist]);
    return playlist;
  };

  const addToPlaylist = (playlistId, track) =>
    setPlaylists((prev) => prev.map((p) => (p.id === playlistId ? { ...p, trackIds: [...p.trackIds, track.id] } : p)));

  const play = (track, rest = []) => {
    setCurrentTrack(track);
    setQueue(rest);
  };

  return (
    <PlayerContext.Provider value={{ playlists, createPlaylist, addToPlaylist, currentTrack, queue, play, volume, setVolume }}>
      {children}
    </PlayerContext.Provider>
  );
}

export const usePlayer = () => useContext(PlayerContext);
