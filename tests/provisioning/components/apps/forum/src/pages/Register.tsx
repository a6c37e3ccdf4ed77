import { useState } from 'react';

export function RegisterPage() {
  const [form, setForm] = useState({ username: '', email: '', password: '', confirmPassword: '' });
  const onChange = (e: React.ChangeEvent<HTMLInputElement>) => setForm({ ...form, [e.target.name]: e.target.value });
  const handleRegister = async (e: React.FormEvent) => {
    e.preventDefault();
    await fetch('/api/v1/auth/register', { method: 'POST', body: JSON.stringify(form) });
  };
  return (
    <form onSubmit={handleRegister}>
      <input name="username" value={form.username} onChange={onChange} required />
      <input name="email" type="email" value={form.email} onChange={onChange} required />
      <input name="password" type="password" value={form.password} onChange={onChange} required minLength={8} />
      <input name="confirmPassword" type="password" value={form.confirmPassword} onChange={onChange} required />
      <button>Create account</button>
    </form>
  );
}
