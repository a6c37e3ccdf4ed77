import { useState } from 'react';
import { useParams } from 'react-router-dom';
import { posts, type Comment } from '../data/posts';

type CommentFormData = Pick<Comment, 'author' | 'content'>;

export default function PostPage() {
  const { slug } = useParams<{ slug: string }>();
  const post = posts.find(p => p.slug === slug);
  const [comments, setComments] = useState<Comment[]>(post?.comments ?? []);
  const [form, setForm] = useState<CommentFormData>({ author: '', content: '' });
  if (!post) return <p>Not found</p>;

  const handleSubmit = (e: React.FormEvent) => {
    e.preventDefault();
    setComments([...comments, { id: comments.length + 1, ...form, createdAt: new Date().toISOString() }]);
    setForm({ author: '', content: '' });
  };

  return (
    <article>
      <h1>{post.title}</h1>
      <p>{post.content}</p>
      <form onSubmit={handleSubmit}>
        <input name="author" required value={form.author} onChange={e => setForm({ ...form, author: e.target.value })} />
        <textarea name="content" required value={form.content} onChange={e => setForm({ ...form, content: e.target.value })} />
        <button>Post comment</button>
      </form>
    </article>
  );
}
