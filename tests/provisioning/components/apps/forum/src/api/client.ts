import type { Board, Reply, Thread, ThreadListResponse, NewThread } from '../types/forum';

const API = '/api/v1';

async function request<T>(path: string, init?: RequestInit): Promise<T> {
  const res = await fetch(`${API}${path}`, { headers: { 'Content-Type': 'application/json' }, ...init });
  if (!res.ok) throw new Error(res.statusText);
  return res.json() as Promise<T>;
}

export const forumApi = {
  boards: () => request<Board[]>('/boards'),
  threads: (boardId: number, page = 1) => request<ThreadListResponse>(`/boards/${boardId}/threads?page=${page}`),
  createThread: (input: NewThread) => request<Thread>('/threads', { method: 'POST', body: JSON.stringify(input) }),
  replies: (threadId: number) => request<Reply[]>(`/threads/${threadId}/replies`),
  reply: (threadId: number, body: string, parentReplyId: number | null) =>
    request<Reply>(`/threads/${threadId}/replies`, { method: 'POST', body: JSON.stringify({ body, parentReplyId }) }),
};
