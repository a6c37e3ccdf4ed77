import { Shield, Sparkles, Star } from "lucide-react";

const features = [
  { icon: Shield, title: "Verified hosts", description: "Every host is checked by our team." },
  { icon: Sparkles, title: "Unique stays", description: "From cabins to villas." },
  { icon: Star, title: "Loved by guests", description: "Thousands of five-star reviews." },
];

const testimonials = [
  { id: 1, name: "Sarah Johnson", role: "Traveler", content: "The best stay we ever had!", rating: 5, image: "/avatars/sarah.jpg" },
  { id: 2, name: "Michael Chen", role: "Host", content: "I fill my calendar in minutes.", rating: 5, image: "/avatars/michael.jpg" },
];

const popularCities = [
  { name: "Lisbon", image: "/cities/lisbon.jpg", listings: 128 },
  { name: "Porto", image: "/cities/porto.jpg", listings: 64 },
];

const Index = () => (
  <main>
    <section>{features.map((f) => <div key={f.title}><f.icon /><h3>{f.title}</h3><p>{f.description}</p></div>)}</section>
    <section>{popularCities.map((c) => <a key={c.name} href={`/listings?city=${c.name}`}><img src={c.image} />{c.name} ({c.listings})</a>)}</section>
    <section>{testimonials.map((t) => <blockquote key={t.id}>{t.content} — {t.name}, {t.role}</blockquote>)}</section>
  </main>
);

export default Index;
