import { useState } from 'react';
import { useForm } from 'react-hook-form';

type ContactValues = { name: string; email: string; company?: string; budget: string; message: string };

export function ContactForm() {
  const { register, handleSubmit, reset, formState: { errors, isSubmitting } } = useForm<ContactValues>();
  const [sent, setSent] = useState(false);

  const onSubmit = async (values: ContactValues) => {
    const response = await fetch('https://formspree.io/f/xyzabcde', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(values),
    });
    if (response.ok) {
      setSent(true);
      reset();
    }
  };

  if (sent) return <p>Thank you!</p>;
  return (
    <form onSubmit={handleSubmit(onSubmit)}>
      <input {...register('name', { required: true })} placeholder="Name" />
      <input type="email" {...register('email', { required: true })} placeholder="Email" />
      {errors.email && <span>Required</span>}
      <input {...register('company')} />
      <select {...register('budget')}><option>&lt; 5k</option><option>5–20k</option><option>&gt; 20k</option></select>
      <textarea {...register('message', { required: true, minLength: 10 })} />
      <button disabled={isSubmitting}>Send</button>
    </form>
  );
}
