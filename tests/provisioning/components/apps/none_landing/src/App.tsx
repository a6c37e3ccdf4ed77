import { Zap, Shield, Globe, type LucideIcon } from 'lucide-react';
import { useState } from 'react';

interface Feature {
  id: number;
  icon: LucideIcon;
  title: string;
  description: string;
}

interface Testimonial {
  id: number;
  name: string;
  role: string;
  quote: string;
  avatar: string;
  rating: number;
}

interface PricingTier {
  name: string;
  price: string;
  features: string[];
  highlighted?: boolean;
}

const features: Feature[] = [
  { id: 1, icon: Zap, title: 'Fast', description: 'Very fast.' },
  { id: 2, icon: Shield, title: 'Safe', description: 'Very safe.' },
  { id: 3, icon: Globe, title: 'Global', description: 'Everywhere.' },
];

const testimonials: Testimonial[] = [
  { id: 1, name: 'Jo', role: 'CEO', quote: 'Great', avatar: '/jo.png', rating: 5 },
  { id: 2, name: 'Al', role: 'CTO', quote: 'Superb', avatar: '/al.png', rating: 5 },
];

const pricing: PricingTier[] = [
  { name: 'Free', price: '$0', features: ['1 project'] },
  { name: 'Pro', price: '$12', features: ['10 projects', 'Support'], highlighted: true },
];

const faqs = [
  { question: 'Is it free?', answer: 'Yes.' },
  { question: 'Is it good?', answer: 'Yes.' },
];

const stats = [
  { id: 1, label: 'Users', value: '10k+' },
  { id: 2, label: 'Countries', value: '42' },
];

export default function App() {
  const [open, setOpen] = useState<number | null>(null);
  const [isMenuOpen, setIsMenuOpen] = useState(false);
  return (
    <main>
      <button onClick={() => setIsMenuOpen(!isMenuOpen)}>Menu</button>
      {features.map(f => <div key={f.id}><f.icon />{f.title}</div>)}
      {testimonials.map(t => <blockquote key={t.id}>{t.quote}</blockquote>)}
      {pricing.map(p => <div key={p.name}>{p.price}</div>)}
      {faqs.map((f, i) => <details key={i} open={open === i} onClick={() => setOpen(i)}>{f.answer}</details>)}
      {stats.map(s => <span key={s.id}>{s.value}</span>)}
    </main>
  );
}
