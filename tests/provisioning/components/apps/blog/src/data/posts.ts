export interface Author {
  id: number;
  name: string;
  avatar: string;
  bio?: string;
}

export interface Comment {
  id: number;
  author: string;
  content: string;
  createdAt: string;
}

export interface Post {
  id: number;
  slug: string;
  title: string;
  excerpt: string;
  content: string;
  coverImage: string | null;
  author: Author;
  category: string;
  tags: string[];
  publishedAt: string;
  readingTime: number;
  comments: Comment[];
}

export const authors: Author[] = [
  { id: 1, name: 'Maria Lopez', avatar: '/avatars/maria.png', bio: 'Writes about CSS.' },
  { id: 2, name: 'Ken Adams', avatar: '/avatars/ken.png' },
];

export const posts: Post[] = [
  {
    id: 1,
    slug: 'hello-world',
    title: 'Hello world',
    excerpt: 'The first post.',
    content: 'Long text …',
    coverImage: null,
    author: authors[0],
    category: 'news',
    tags: ['intro', 'news'],
    publishedAt: '2024-03-01T08:00:00Z',
    readingTime: 4,
    comments: [{ id: 1, author: 'Ann', content: 'Nice!', createdAt: '2024-03-02T10:00:00Z' }],
  },
  {
    id: 2,
    slug: 'grid-layouts',
    title: 'Grid layouts',
    excerpt: 'Two dimensions.',
    content: 'More text …',
    coverImage: '/covers/grid.jpg',
    author: authors[1],
    category: 'css',
    tags: ['css'],
    publishedAt: '2024-04-11T08:00:00Z',
    readingTime: 7,
    comments: [],
  },
];
