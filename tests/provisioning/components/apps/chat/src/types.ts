export interface User {
  id: string;
  username: string;
  avatarUrl?: string;
  isOnline: boolean;
}

export interface Message {
  id: string;
  conversationId: string;
  senderId: string;
  text: string;
  sentAt: Date;
  readAt: Date | null;
}

export interface Conversation {
  id: string;
  name: string | null;
  isGroup: boolean;
  participants: User[];
  lastMessage?: Message;
  unreadCount: number;
}
