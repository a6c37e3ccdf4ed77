export interface Service {
  id: string;
  title: string;
  summary: string;
  startingPrice: number;
}

export interface TeamMember {
  name: string;
  role: string;
  photo: string;
  linkedin?: string;
}

export const services: Service[] = [
  { id: 'branding', title: 'Branding', summary: 'Logos and voice.', startingPrice: 4000 },
  { id: 'web', title: 'Web design', summary: 'Sites that load fast.', startingPrice: 6500 },
  { id: 'seo', title: 'SEO', summary: 'Be found.', startingPrice: 1200 },
];

export const team: TeamMember[] = [
  { name: 'Ana Ruiz', role: 'Creative director', photo: '/team/ana.jpg', linkedin: 'https://linkedin.example.com/ana' },
  { name: 'Tom Weber', role: 'Developer', photo: '/team/tom.jpg' },
];

export const pricingPlans = [
  { id: 'starter', name: 'Starter', price: 499, period: 'month', features: ['1 page', 'Basic SEO'], highlighted: false },
  { id: 'growth', name: 'Growth', price: 1299, period: 'month', features: ['10 pages', 'SEO', 'Blog'], highlighted: true },
];

export const projects = [
  { slug: 'bakery', client: 'Nord Bakery', title: 'A shop that smells like bread', image: '/cases/bakery.jpg', tags: ['branding', 'web'] },
  { slug: 'yoga', client: 'Flow Yoga', title: 'Classes in two taps', image: '/cases/yoga.jpg', tags: ['web'] },
];

export const faqs = [
  { question: 'How long does a site take?', answer: 'Six to eight weeks.' },
  { question: 'Do you host?', answer: 'Yes.' },
];
