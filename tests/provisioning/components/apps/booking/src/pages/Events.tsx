import { useEffect, useState } from 'react';
import { supabase } from '../lib/supabase';

interface Event {
  id: string;
  title: string;
  description: string | null;
  starts_at: string;
  ends_at: string;
  capacity: number;
  price: number;
  venue_id: string;
}

interface Venue {
  id: string;
  name: string;
  address: string;
  latitude: number;
  longitude: number;
}

export default function Events() {
  const [events, setEvents] = useState<Event[]>([]);
  const [venues, setVenues] = useState<Venue[]>([]);
  const [seats, setSeats] = useState(1);

  useEffect(() => {
    (async () => {
      const { data } = await supabase.from('events').select('*').order('starts_at');
      setEvents(data ?? []);
      const { data: places } = await supabase.from('venues').select('id, name, address, latitude, longitude');
      setVenues(places ?? []);
    })();
  }, []);

  const book = async (event: Event) => {
    const { data: { user } } = await supabase.auth.getUser();
    await supabase.from('bookings').insert({
      event_id: event.id,
      user_id: user!.id,
      seats,
      status: 'confirmed',
      total_price: event.price * seats,
    });
  };

  return (
    <ul>
      {events.map(e => (
        <li key={e.id}>
          {e.title} at {venues.find(v => v.id === e.venue_id)?.name}
          <input type="number" min={1} value={seats} onChange={ev => setSeats(Number(ev.target.value))} />
          <button onClick={() => book(e)}>Book</button>
        </li>
      ))}
    </ul>
  );
}
