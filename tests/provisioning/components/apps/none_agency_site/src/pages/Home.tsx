import { useState } from 'react';
import { faqs, pricingPlans, projects, services, team } from '../data/site';
import { ContactForm } from '../components/ContactForm';
import { Newsletter } from '../components/Newsletter';

const stats = [
  { value: '120+', label: 'Projects' },
  { value: '14', label: 'Awards' },
];

export default function Home() {
  const [openFaq, setOpenFaq] = useState<number | null>(null);
  const [filter, setFilter] = useState('all');
  const shown = projects.filter((project) => filter === 'all' || project.tags.includes(filter));
  return (
    <main>
      <section>{services.map((s) => <article key={s.id}><h3>{s.title}</h3><p>{s.summary}</p><p>from ${s.startingPrice}</p></article>)}</section>
      <section>{stats.map((s) => <p key={s.label}>{s.value} {s.label}</p>)}</section>
      <section><button onClick={() => setFilter('web')}>Web</button>{shown.map((p) => <a key={p.slug} href={`/cases/${p.slug}`}>{p.title}</a>)}</section>
      <section>{team.map((m) => <figure key={m.name}><img src={m.photo} />{m.name}, {m.role}</figure>)}</section>
      <section>{pricingPlans.map((p) => <div key={p.id}>{p.name} ${p.price}/{p.period}</div>)}</section>
      <section>{faqs.map((f, i) => <details key={i} open={openFaq === i} onClick={() => setOpenFaq(i)}><summary>{f.question}</summary>{f.answer}</details>)}</section>
      <ContactForm />
      <Newsletter />
    </main>
  );
}
