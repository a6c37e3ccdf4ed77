import { useState, FormEvent, ChangeEvent } from 'react';

export default function ContactForm() {
  const [formData, setFormData] = useState({
    name: '',
    email: '',
    company: '',
    subject: 'support',
    message: '',
    newsletter: false,
  });
  const [submitted, setSubmitted] = useState(false);
  const [errors, setErrors] = useState<Record<string, string>>({});

  const handleChange = (e: ChangeEvent<HTMLInputElement>) =>
    setFormData({ ...formData, [e.target.name]: e.target.value });

  const handleSubmit = (e: FormEvent) => {
    e.preventDefault();
    if (!formData.email.includes('@')) {
      setErrors({ email: 'Invalid email' });
      return;
    }
    setSubmitted(true);
  };

  if (submitted) return <p>Thank you!</p>;
  return (
    <form onSubmit={handleSubmit}>
      <label htmlFor="name">Name</label>
      <input id="name" name="name" type="text" required maxLength={80} value={formData.name} onChange={handleChange} />
      <label htmlFor="email">Email</label>
      <input id="email" name="email" type="email" required value={formData.email} onChange={handleChange} />
      {errors.email && <span>{errors.email}</span>}
      <input name="company" type="text" value={formData.company} onChange={handleChange} />
      <select name="subject" value={formData.subject} onChange={handleChange}>
        <option value="support">Support</option>
        <option value="sales">Sales</option>
        <option value="press">Press</option>
      </select>
      <textarea name="message" required minLength={10} value={formData.message} onChange={handleChange} />
      <input name="newsletter" type="checkbox" checked={formData.newsletter} onChange={handleChange} />
      <button type="submit">Send</button>
    </form>
  );
}
