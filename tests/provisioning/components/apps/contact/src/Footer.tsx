const socials = [
  { name: 'Twitter', url: 'https://twitter.com/acme', icon: 'twitter' },
  { name: 'GitHub', url: 'https://github.com/acme', icon: 'github' },
];

export const Footer = () => (
  <footer>{socials.map(s => <a key={s.name} href={s.url}>{s.name}</a>)}</footer>
);
