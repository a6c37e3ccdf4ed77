import { useEffect, useState } from 'react';

interface City {
  name: string;
  timezone: string;
  offset: number;
}

interface Lap {
  id: number;
  time: number;
}

const cities: City[] = [
  { name: 'London', timezone: 'Europe/London', offset: 0 },
  { name: 'Tokyo', timezone: 'Asia/Tokyo', offset: 9 },
  { name: 'New York', timezone: 'America/New_York', offset: -5 },
];

const tabs = [
  { id: 'clock', label: 'Clock' },
  { id: 'stopwatch', label: 'Stopwatch' },
];

export default function App() {
  const [now, setNow] = useState(new Date());
  const [tab, setTab] = useState(tabs[0].id);
  const [laps, setLaps] = useState<Lap[]>([]);
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => { setNow(new Date()); setElapsed(e => e + 1); }, 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div>
      {tabs.map(t => <button key={t.id} className={tab === t.id ? 'on' : ''} onClick={() => setTab(t.id)}>{t.label}</button>)}
      {cities.map(c => <p key={c.name}>{c.name} {now.toLocaleTimeString('en', { timeZone: c.timezone })}</p>)}
      <button onClick={() => setLaps([...laps, { id: laps.length + 1, time: elapsed }])}>Lap</button>
      {laps.map(l => <p key={l.id}>{l.time}</p>)}
    </div>
  );
}
