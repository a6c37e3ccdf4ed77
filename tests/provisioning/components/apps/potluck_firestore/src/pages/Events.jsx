import { addDoc, onSnapshot, orderBy, query, serverTimestamp, Timestamp, where } from 'firebase/firestore';
import { useEffect, useState } from 'react';
import { auth, eventsRef } from '../firebase';

export default function Events() {
  const [events, setEvents] = useState([]);
  const [form, setForm] = useState({ title: '', location: '', startsAt: '', maxGuests: 10 });

  useEffect(() => {
    const q = query(eventsRef, where('startsAt', '>=', Timestamp.now()), orderBy('startsAt'));
    return onSnapshot(q, (snap) => setEvents(snap.docs.map((d) => ({ id: d.id, ...d.data() }))));
  }, []);

  const change = (e) => setForm((f) => ({ ...f, [e.target.name]: e.target.value }));

  async function create(e) {
    e.preventDefault();
    await addDoc(eventsRef, {
      title: form.title,
      location: form.location,
      startsAt: Timestamp.fromDate(new Date(form.startsAt)),
      maxGuests: Number(form.maxGuests),
      hostId: auth.currentUser.uid,
      createdAt: serverTimestamp(),
    });
    setForm({ title: '', location: '', startsAt: '', maxGuests: 10 });
  }

  return (
    <section>
      <form onSubmit={create}>
        <input name="title" value={form.title} onChange={change} required />
        <input name="location" value={form.location} onChange={change} required />
        <input name="startsAt" type="datetime-local" value={form.startsAt} onChange={change} required />
        <input name="maxGuests" type="number" min="1" value={form.maxGuests} onChange={change} />
        <button>Create</button>
      </form>
      <ul>{events.map((event) => <li key={event.id}>{event.title} @ {event.location}</li>)}</ul>
    </section>
  );
}
