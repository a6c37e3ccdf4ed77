import { useState } from 'react';
import { login } from '../lib/api';

export function Login() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  return (
    <form onSubmit={e => { e.preventDefault(); login(email, password); }}>
      <input type="email" name="email" value={email} onChange={e => setEmail(e.target.value)} required />
      <input type="password" name="password" value={password} onChange={e => setPassword(e.target.value)} required />
      <button type="submit">Sign in</button>
    </form>
  );
}
