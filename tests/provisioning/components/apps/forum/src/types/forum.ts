export type Role = 'member' | 'moderator' | 'admin';

export interface Member {
  id: number;
  username: string;
  email: string;
  role: Role;
  reputation: number;
  joinedAt: Date;
  signature?: string;
}

export interface Board {
  id: number;
  name: string;
  description: string;
  position: number;
}

export interface Thread {
  id: number;
  boardId: number;
  author: Member;
  title: string;
  isPinned: boolean;
  isLocked: boolean;
  viewCount: number;
  tags: Tag[];
  createdAt: Date;
  lastReplyAt: Date | null;
}

export interface Tag {
  id: number;
  label: string;
}

export interface Reply {
  id: number;
  threadId: number;
  authorId: number;
  parentReplyId: number | null;
  body: string;
  upvotes: number;
  createdAt: Date;
  editedAt?: Date;
}

export interface ThreadListResponse {
  threads: Thread[];
  total: number;
  page: number;
}

export interface ForumContextValue {
  threads: Thread[];
  createThread: (input: NewThread) => Promise<void>;
}

export type NewThread = Pick<Thread, 'title' | 'boardId'> & { body: string };
