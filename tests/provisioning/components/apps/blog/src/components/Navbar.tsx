const navLinks = [
  { id: 1, label: 'Home', href: '/' },
  { id: 2, label: 'About', href: '/about' },
  { id: 3, label: 'Contact', href: '/contact' },
];

export const Navbar = () => (
  <nav>{navLinks.map(l => <a key={l.id} href={l.href}>{l.label}</a>)}</nav>
);
