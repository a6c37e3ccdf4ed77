import { createUserWithEmailAndPassword, signInWithEmailAndPassword, signInWithPopup, updateProfile } from 'firebase/auth';
import { doc, serverTimestamp, setDoc } from 'firebase/firestore';
import { useState } from 'react';
import { auth, db, provider } from '../firebase';

export default function SignIn() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [name, setName] = useState('');
  const [mode, setMode] = useState('login');

  const saveProfile = (user) =>
    setDoc(
      doc(db, 'users', user.uid),
      { displayName: user.displayName || name, email: user.email, photoURL: user.photoURL, createdAt: serverTimestamp() },
      { merge: true },
    );

  async function submit(e) {
    e.preventDefault();
    if (mode === 'login') {
      await signInWithEmailAndPassword(auth, email, password);
    } else {
      const { user } = await createUserWithEmailAndPassword(auth, email, password);
      await updateProfile(user, { displayName: name });
      await saveProfile(user);
    }
  }

  return (
    <form onSubmit={submit}>
      {mode === 'register' && <input value={name} onChange={(e) => setName(e.target.value)} placeholder="Name" required />}
      <input type="email" value={email} onChange={(e) => setEmail(e.target.value)} required />
      <input type="password" value={password} onChange={(e) => setPassword(e.target.value)} required />
      <button>{mode}</button>
      <button type="button" onClick={() => signInWithPopup(auth, provider).then(({ user }) => saveProfile(user))}>Google</button>
    </form>
  );
}
