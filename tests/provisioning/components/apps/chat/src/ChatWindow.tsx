import { useState } from 'react';
import { useChatStore } from './store';

export function ChatWindow() {
  const [draft, setDraft] = useState('');
  const { activeId, messages, sendMessage } = useChatStore();
  if (!activeId) return <p>Select a conversation</p>;
  return (
    <section>
      {(messages[activeId] ?? []).map(m => <p key={m.id}>{m.text}</p>)}
      <form onSubmit={e => { e.preventDefault(); sendMessage(activeId, draft); setDraft(''); }}>
        <input value={draft} onChange={e => setDraft(e.target.value)} placeholder="Message" />
      </form>
    </section>
  );
}
