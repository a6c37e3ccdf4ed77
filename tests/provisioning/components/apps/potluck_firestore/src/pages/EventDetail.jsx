import { addDoc, collection, deleteDoc, doc, onSnapshot, serverTimestamp, setDoc, updateDoc } from 'firebase/firestore';
import { useEffect, useState } from 'react';
import { useParams } from 'react-router-dom';
import { auth, db, EVENTS } from '../firebase';

const courses = ['starter', 'main', 'dessert', 'drink'];

export default function EventDetail() {
  const { eventId } = useParams();
  const [event, setEvent] = useState(null);
  const [dishes, setDishes] = useState([]);
  const [rsvps, setRsvps] = useState([]);
  const [name, setName] = useState('');
  const [course, setCourse] = useState('main');
  const [servings, setServings] = useState(4);

  useEffect(() => onSnapshot(doc(db, EVENTS, eventId), (d) => setEvent({ id: d.id, ...d.data() })), [eventId]);
  useEffect(
    () => onSnapshot(collection(db, EVENTS, eventId, 'dishes'), (snap) => setDishes(snap.docs.map((d) => ({ id: d.id, ...d.data() })))),
    [eventId],
  );
  useEffect(
    () => onSnapshot(collection(db, EVENTS, eventId, 'rsvps'), (snap) => setRsvps(snap.docs.map((d) => ({ id: d.id, ...d.data() })))),
    [eventId],
  );

  const addDish = async (e) => {
    e.preventDefault();
    await addDoc(collection(db, EVENTS, eventId, 'dishes'), { name, course, servings: Number(servings), broughtBy: null, createdAt: serverTimestamp() });
    setName('');
  };

  const claim = (dish) => updateDoc(doc(db, EVENTS, eventId, 'dishes', dish.id), { broughtBy: auth.currentUser.uid });
  const remove = (dish) => deleteDoc(doc(db, EVENTS, eventId, 'dishes', dish.id));

  const rsvp = (status, plusOnes = 0) =>
    setDoc(doc(db, EVENTS, eventId, 'rsvps', auth.currentUser.uid), { status, plusOnes, updatedAt: serverTimestamp() });

  if (!event) return <p>Loading…</p>;
  return (
    <article>
      <h1>{event.title}</h1>
      <p>{rsvps.filter((r) => r.status === 'yes').length} coming</p>
      <button onClick={() => rsvp('yes', 1)}>I'm in</button>
      <button onClick={() => rsvp('no')}>Can't make it</button>
      <ul>
        {dishes.map((dish) => (
          <li key={dish.id}>{dish.name} ({dish.course}) {dish.broughtBy ? '✔' : <button onClick={() => claim(dish)}>I bring it</button>} <button onClick={() => remove(dish)}>×</button></li>
        ))}
      </ul>
      <form onSubmit={addDish}>
        <input value={name} onChange={(e) => setName(e.target.value)} required />
        <select value={course} onChange={(e) => setCourse(e.target.value)}>{courses.map((c) => <option key={c} value={c}>{c}</option>)}</select>
        <input type="number" value={servings} onChange={(e) => setServings(e.target.value)} />
        <button>Add dish</button>
      </form>
    </article>
  );
}
