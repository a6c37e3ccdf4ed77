import { useEffect, useState } from 'react';
import { forumApi } from '../api/client';
import type { Reply } from '../types/forum';

type SortOrder = 'newest' | 'oldest' | 'top';

export function ThreadPage({ threadId }: { threadId: number }) {
  const [replies, setReplies] = useState<Reply[]>([]);
  const [body, setBody] = useState('');
  const [sort, setSort] = useState<SortOrder>('newest');
  useEffect(() => { forumApi.replies(threadId).then(setReplies); }, [threadId]);
  const submit = async (e: React.FormEvent) => {
    e.preventDefault();
    const reply = await forumApi.reply(threadId, body, null);
    setReplies(prev => [...prev, reply]);
  };
  return (
    <section>
      <select value={sort} onChange={e => setSort(e.target.value as SortOrder)}><option value="newest">Newest</option></select>
      {replies.map(r => <p key={r.id}>{r.body}</p>)}
      <form onSubmit={submit}><textarea value={body} onChange={e => setBody(e.target.value)} required /></form>
    </section>
  );
}
